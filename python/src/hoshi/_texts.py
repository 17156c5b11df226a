"""Texts in any container → batches of UTF-16, and numbers → a container of the same kind.

numpy, pandas and pyarrow are never imported here: if none is loaded, no argument can be of it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any, NamedTuple

# A batch ends at one of these limits (cli/score/batches.ts). Ctrl-C is noticed between two batches.
MAX_BATCH_TEXTS = 4096
MAX_BATCH_BYTES = 1 << 20
NAN = float("nan")


class Batch(NamedTuple):
    """Text i is units [offsets[i], offsets[i + 1]) of `data`."""

    data: bytes
    offsets: array[int]  # of u64
    size: int
    missing: list[int]  # places in the batch of None, NaN and the like; their texts are empty


def batches_of(texts: Iterable[object]) -> Iterator[Batch]:
    parts: list[bytes] = []
    offsets = array("Q", [0])
    missing: list[int] = []
    size = 0
    for index, text in enumerate(texts):
        if isinstance(text, str):
            part = text.encode("utf-16-le", "surrogatepass")
            parts.append(part)
            size += len(part)
        elif _is_missing(text):
            missing.append(len(offsets) - 1)
        else:
            raise TypeError(f"Expected texts[{index}] to be a string or None, received {describe(text)}")
        offsets.append(size >> 1)
        if len(offsets) > MAX_BATCH_TEXTS or size >= MAX_BATCH_BYTES:
            yield Batch(b"".join(parts), offsets, len(offsets) - 1, missing)
            parts, offsets, missing, size = [], array("Q", [0]), [], 0
    if len(offsets) > 1:
        yield Batch(b"".join(parts), offsets, len(offsets) - 1, missing)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")


def describe(value: object) -> str:
    """The kind of a value. A text may be private, so the value itself is not shown."""
    return f"a value of type {type(value).__name__}"


def doubles(count: int) -> array[float]:
    return array("d", bytes(8 * count))


def unsigned(count: int) -> array[int]:
    return array("I", bytes(4 * count))


def containers_of(texts: object) -> tuple[Iterable[object], Callable[[array[float]], Any]]:
    """The texts one by one, and a function that puts their scores into a container like theirs."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(texts, numpy.ndarray):
        shape = texts.shape
        return texts.ravel().tolist(), lambda scores: numpy.array(scores, dtype=numpy.float64).reshape(shape)
    if pandas is not None:
        if isinstance(texts, pandas.Series):
            index, frame = texts.index, pandas
            return texts.tolist(), lambda scores: frame.Series(to_numpy(scores), index=index, name="score")
        if isinstance(texts, pandas.Index):
            return texts.tolist(), to_numpy
        if isinstance(texts, pandas.DataFrame):
            raise TypeError("Expected texts, received a DataFrame. Pass its column of texts, such as df['text']")
    if isinstance(texts, (str, bytes, bytearray, Mapping, Set)) or not isinstance(texts, Iterable):
        raise TypeError(f"Expected a string, or strings in a list, array or Series, received {describe(texts)}")
    return texts, lambda scores: scores.tolist()


def to_numpy(scores: array[float]) -> Any:
    return sys.modules["numpy"].array(scores, dtype="float64")


def is_arrow(texts: object) -> bool:
    """Whether it is an Array or a ChunkedArray of pyarrow."""
    pyarrow = sys.modules.get("pyarrow")
    return pyarrow is not None and isinstance(texts, (pyarrow.Array, pyarrow.ChunkedArray))
