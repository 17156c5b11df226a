"""Runs the Python code of python/README.md in its order, in a folder with a reviews.csv, and compares what it makes."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import tempfile
import unittest

from texts import ROOT, random_texts, scores_of_hoshi


class Readme(unittest.TestCase):
    def test_its_code_runs_and_its_results_are_right(self) -> None:
        text = (ROOT / "python" / "README.md").read_text("utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        self.assertEqual(len(blocks), 3)
        reviews = [re.sub(r"[\0\r\n]", " ", review) or "a" for review in random_texts(6000, 4)[1::2]]
        names: dict[str, object] = {}
        before = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                with open("reviews.csv", "w", encoding="utf-8", newline="") as file:
                    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["id", "text"], *enumerate(reviews)])
                printed = io.StringIO()
                with contextlib.redirect_stdout(printed):
                    for block in blocks:
                        exec(block, names)  # noqa: S102
                import pyarrow.parquet

                rows = pyarrow.parquet.read_table("scored.parquet").to_pylist()
            finally:
                os.chdir(before)
        # A line that begins with "# " after an expression shows its value.
        shown = re.findall(r"^(scorer\..*)\n# (.*)$", blocks[0], re.MULTILINE)
        self.assertEqual(len(shown), 2)
        for expression, value in shown:
            self.assertEqual(repr(eval(expression, names)), value)  # noqa: S307
        self.assertIn("楽しく", printed.getvalue())
        self.assertEqual([row["text"] for row in sorted(rows, key=lambda row: row["id"])], reviews)
        self.assertEqual([row["score"] for row in sorted(rows, key=lambda row: row["id"])], scores_of_hoshi(reviews))


if __name__ == "__main__":
    unittest.main()
