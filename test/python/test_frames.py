"""numpy, pandas and Arrow in, the same bits out."""

from __future__ import annotations

import unittest

import hoshi
import numpy as np
import pandas as pd
import pyarrow as pa
from texts import random_texts, sample, scores_of_hoshi

scorer = hoshi.load()
TEXTS = random_texts(3000, 11)
WELL_FORMED = [text for text in sample(3000) if not any("\ud800" <= unit <= "\udfff" for unit in text)]
EXPECTED = scores_of_hoshi(TEXTS)


class Numpy(unittest.TestCase):
    def test_an_array_gives_an_array_of_its_shape(self) -> None:
        for array in (np.array(TEXTS, dtype=object), np.array(TEXTS, dtype=object).reshape(3, -1, 10)):
            scores = scorer.score(array)
            self.assertEqual((scores.dtype, scores.shape), (np.dtype("float64"), array.shape))
            self.assertEqual(scores.ravel().tobytes(), np.array(EXPECTED).tobytes())
        words = ["最高", "最悪", ""]
        for array in (np.array(words), np.array(words, dtype=np.dtypes.StringDType())):
            self.assertEqual(scorer.score(array).tolist(), scorer.score(words))
        self.assertEqual(scorer.score(np.array("最高")).shape, ())
        self.assertEqual(scorer.score(np.array([], dtype=object)).shape, (0,))

    def test_numbers_are_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, r"^Expected texts\[0\] to be a string or None, received a value of type int"):
            scorer.score(np.array([1, 2]))


class Pandas(unittest.TestCase):
    def test_a_series_gives_a_series_with_its_index(self) -> None:
        for kind in ("object", "string", "str", "category"):
            series = pd.Series(WELL_FORMED, index=[f"row {i}" for i in range(len(WELL_FORMED))]).astype(kind)
            series.iloc[3] = None
            scores = scorer.score(series)
            self.assertTrue(scores.index.equals(series.index))
            self.assertTrue(np.isnan(scores.iloc[3]))
            expected = scorer.score(WELL_FORMED)
            self.assertEqual(scores.drop("row 3").tolist(), expected[:3] + expected[4:])
        frame = pd.DataFrame({"text": pd.Series(TEXTS, dtype=object)}).iloc[::-1]  # with lone surrogates
        frame["score"] = scorer.score(frame["text"])
        self.assertEqual(frame.sort_index()["score"].tolist(), EXPECTED)

    def test_a_frame_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "Pass its column of texts"):
            scorer.score(pd.DataFrame({"text": ["a"]}))  # type: ignore[call-overload]


class Arrow(unittest.TestCase):
    def test_arrays_of_all_kinds_of_strings(self) -> None:
        expected = scorer.score(WELL_FORMED)
        for kind in (pa.string(), pa.large_string(), pa.string_view()):
            self.assertEqual(scorer.score(pa.array(WELL_FORMED, kind)).to_pylist(), expected)
        encoded = pa.array(WELL_FORMED).dictionary_encode()
        self.assertEqual(scorer.score(encoded).to_pylist(), expected)

    def test_slices_nulls_and_chunks(self) -> None:
        values = [None if i % 7 == 0 else text for i, text in enumerate(WELL_FORMED)]
        expected = [None if value is None else score for value, score in zip(values, scorer.score(WELL_FORMED))]
        array = pa.array(values)
        for start, length in ((0, 10), (1, 1), (7, 1), (13, 500), (5, 0)):
            scores = scorer.score(array.slice(start, length))
            scores.validate(full=True)
            self.assertEqual((scores.type, scores.to_pylist()), (pa.float64(), expected[start : start + length]))
        chunks = pa.chunked_array([array.slice(0, 100), array.slice(100, 0), array.slice(100)])
        self.assertEqual(scorer.score(chunks).to_pylist(), expected)
        self.assertEqual(scorer.score(pa.nulls(3)).to_pylist(), [None] * 3)
        self.assertEqual(scorer.score(pa.array([], pa.string())).to_pylist(), [])

    def test_other_arrays_and_invalid_bytes_are_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "^Expected an Arrow array of strings, received one of int64"):
            scorer.score(pa.array([1]))
        invalid = pa.Array.from_buffers(pa.string(), 2, pa.array(["ab", "cd"]).buffers()[:2] + [pa.py_buffer(b"ab\xffd")])
        with self.assertRaisesRegex(ValueError, "^Expected texts in UTF-8, received another byte at 0 of text 1"):
            scorer.score(invalid)


if __name__ == "__main__":
    unittest.main()
