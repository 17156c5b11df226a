"""Models that cannot be used, models of other kinds, and the text of JavaScript's JSON.stringify."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import hoshi
from hoshi import _bundle
from texts import STARS, random_texts, scores_of_hoshi
from texts import hoshi as run_hoshi


class Refusals(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name) / "模型"
        shutil.copytree(STARS, self.folder)

    def refuses(self, pattern: str) -> None:
        with self.assertRaisesRegex(hoshi.BundleError, pattern):
            hoshi.load(self.folder)

    def change(self, **fields: object) -> None:
        file = self.folder / "manifest.json"
        manifest = {**json.loads(file.read_text("utf-8")), **fields}
        file.write_text(json.dumps(manifest), "utf-8")

    def test_a_copy_loads(self) -> None:
        for path in (self.folder, str(self.folder), os.path.relpath(self.folder)):
            with hoshi.load(path) as scorer:
                self.assertEqual(scorer.path, self.folder)
                self.assertEqual(scorer.explain("最高"), hoshi.load().explain("最高"))

    def test_no_folder(self) -> None:
        shutil.rmtree(self.folder)
        self.refuses("expected a model's folder with manifest.json, cannot read it: No such file")

    def test_files_that_are_missing(self) -> None:
        (self.folder / "forest.bin").unlink()
        self.refuses(r"forest\.bin: expected the compiled trees, found no file\. Run `hoshi compile .*` .* which have other engines")
        (self.folder / "vocabulary.bin").unlink()
        self.refuses(r"vocabulary\.bin: expected a compiled vocabulary, found no file\. Run `hoshi compile ")

    def test_missing_contributions_prevent_explanations_only(self) -> None:
        (self.folder / "contributions.bin").unlink()
        scorer = hoshi.load(self.folder)
        self.assertEqual(scorer.score("最高"), hoshi.load().score("最高"))
        with self.assertRaisesRegex(hoshi.UnexplainableError, "expected the compiled contributions, found no file. Run `hoshi compile "):
            scorer.explain("最高")

    def test_damaged_files(self) -> None:
        for name in ("vocabulary.bin", "forest.bin"):
            file, whole = self.folder / name, (STARS / name).read_bytes()
            for damaged in (b"", whole[:-64], whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:], b"x" * 4096):
                file.write_bytes(damaged)
                self.refuses(f"{name}: .*expected.*found")
            file.write_bytes(whole)
        hoshi.load(self.folder)

    def test_compiled_files_of_another_model(self) -> None:
        manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        manifest["scoreRange"] = [0, 5]
        changed = json.loads(json.dumps(manifest), parse_int=float)
        self.change(scoreRange=[0, 5], version=_bundle.version_of(changed))
        self.refuses(r"vocabulary\.bin: expected tables that were compiled from .*, found those of another model\. Run `hoshi compile")

    def test_a_version_that_does_not_fit_the_settings(self) -> None:
        self.change(labels={"negative": 2, "positive": 4})
        self.refuses("version: expected [0-9a-f]{12}, by the other fields, found [0-9a-f]{12}")

    def test_another_golden_score(self) -> None:
        self.change(goldens=[{"text": "最高", "score": 3.0}])
        self.refuses("expected the golden text .* to give 3.0, found 4")

    def test_manifests_with_wrong_fields(self) -> None:
        for field, value, pattern in (
            ("format", 3, "format: expected 1 or 2"),
            ("goldens", [], "goldens: expected a list of at least one"),
            ("files", {}, "files: expected the SHA-256 of model.txt"),
            ("scoreRange", [5, 1], "scoreRange: expected two numbers"),
            ("normalizer", {"steps": ["nfkc", "emoji"], "tables": "0" * 64}, "normalizer: expected"),
            ("tokenizer", {}, "tokenizer: expected an object with name, version and dictionary"),
            ("endMap", {"raw": [1, 1], "scores": [1, 5], "slopes": [1]}, "endMap: expected"),
            ("labels", {"negative": 9, "positive": 1}, "labels: expected"),
            ("version", "1", "version: expected 12 hexadecimal digits"),
        ):
            shutil.copy(STARS / "manifest.json", self.folder)
            self.change(**{field: value})
            self.refuses(pattern)
        for text in (b"{", b"[]", b"\xff", b'{"format": NaN}'):
            (self.folder / "manifest.json").write_bytes(text)
            self.refuses("manifest.json: expected")

    def test_another_tokenizer_or_normalizer(self) -> None:
        for field, changes, pattern in (
            ("tokenizer", {"dictionary": "0" * 64}, "tokenizer: expected kuromoji .* Use the hoshi version that the model was made with"),
            ("normalizer", {"tables": "0" * 64}, "normalizer.tables: expected .* found 0{64}"),
        ):
            shutil.copy(STARS / "manifest.json", self.folder)
            manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
            settings = {**manifest[field], **changes}
            fields = json.loads(json.dumps({**manifest, field: settings}), parse_int=float)
            self.change(**{field: settings, "version": _bundle.version_of(fields)})
            self.refuses(pattern)


class OtherModels(unittest.TestCase):
    """Models that `hoshi train` makes here: without rules and normalizer, and with a user dictionary."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        reviews = cls.folder / "reviews.tsv"
        rows = [f"{stars}\t{words}{i % 17}回目の映画" for i, (stars, words) in enumerate([(1, "最悪でつまらない"), (3, "普通かな"), (5, "最高に面白い")] * 100)]
        reviews.write_text("stars\ttext\n" + "\n".join(rows) + "\n", "utf-8")
        words = cls.folder / "words.csv"
        words.write_text("星シリーズ,星シリーズ,ホシシリーズ,名詞\n", "utf-8")
        common = ("train", str(reviews), "--folds", "0", "--validation", "0")
        run_hoshi(*common, "--out", str(cls.folder / "words"), "--user-dictionary", str(words))
        run_hoshi(*common, "--out", str(cls.folder / "trees"), "--preset", "original", "--rounds", "20")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def test_score_and_explain_alike(self) -> None:
        texts = ["星シリーズは最高に面白い", "最悪でつまらない映画", *random_texts(200, 7)]
        for name in ("words", "trees"):
            folder = self.folder / name
            with hoshi.load(folder) as scorer:
                self.assertEqual(scorer.score(texts), scores_of_hoshi(texts, "--bundle", str(folder)))
                explained = json.loads(run_hoshi("explain", "--json", "--bundle", str(folder), texts[0]))
                self.assertEqual(scorer.explain(texts[0])["terms"], explained["terms"])
                surfaces = [token.surface for token in scorer.tokenize(texts[0])]
                self.assertEqual("星シリーズ" in surfaces, name == "words")
                settings = scorer._bundle.manifest
                self.assertEqual(("normalizer" in settings, "rules" in settings["vectorizer"]), (name == "words",) * 2)

    def test_the_dictionary_of_a_model_is_compiled(self) -> None:
        folder = self.folder / "uncompiled"
        shutil.copytree(self.folder / "words", folder)
        (folder / "dictionary.bin").unlink()
        with self.assertRaisesRegex(hoshi.BundleError, "dictionary.bin: expected a compiled dictionary, found no file. Run `hoshi compile"):
            hoshi.load(folder)
        run_hoshi("compile", str(folder))
        self.assertEqual(hoshi.load(folder).score("星シリーズ"), hoshi.load(self.folder / "words").score("星シリーズ"))

    def test_format_1_loads(self) -> None:
        """Format 1 has no version of the settings. Its manifest is otherwise that of a model without the new fields."""
        folder = self.folder / "format-1"
        shutil.copytree(self.folder / "trees", folder)
        file = folder / "manifest.json"
        manifest = json.loads(file.read_text("utf-8"))
        manifest["format"] = 1
        for name in ("histograms", "labels"):
            manifest.pop(name, None)
        manifest["version"] = _bundle.version_of(json.loads(json.dumps(manifest), parse_int=float))
        file.write_text(json.dumps(manifest), "utf-8")
        run_hoshi("compile", str(folder))
        texts = random_texts(50, 3)
        self.assertEqual(hoshi.load(folder).score(texts), scores_of_hoshi(texts, "--bundle", str(folder)))


class JavaScript(unittest.TestCase):
    def test_numbers_strings_and_keys_are_written_as_in_javascript(self) -> None:
        random_source = random.Random(1)
        numbers = [0.0, -0.0, 1.0, -1.5, 1e21, 1e20, 123456789012345680000.0, 1e-6, 1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, 0.1, 100.0, 1 / 3]
        numbers += [struct.unpack("<d", random_source.randbytes(8))[0] for _ in range(3000)]
        numbers = [number for number in numbers if abs(number) < float("inf")]
        value = {"b": numbers, "10": "é\ud800\u2028\"\\\n\x07\x7f😀", "9": None, "01": True, "a": {"4294967295": [], "4294967294": {}}}
        text = json.dumps(value)
        node = os.environ.get("NODE", "node")
        script = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8'))))"
        expected = subprocess.run([node, "-e", script], input=text, capture_output=True, encoding="utf-8", check=True).stdout
        self.assertEqual(_bundle.to_json(json.loads(text, parse_int=float)), expected)


if __name__ == "__main__":
    unittest.main()
