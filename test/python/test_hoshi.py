"""The installed package without any other one: scores, explanations, tokens, errors, threads, pickle, fork."""

from __future__ import annotations

import copy
import gc
import json
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import hoshi
from texts import GOLDENS, MANIFEST, ROOT, json_lines, sample, scores_of_hoshi
from texts import hoshi as run_hoshi

scorer = hoshi.load()


def bits(numbers: list[float]) -> list[bytes]:
    return [struct.pack("<d", number) for number in numbers]


class Scores(unittest.TestCase):
    def test_are_those_of_hoshi_score_bit_for_bit(self) -> None:
        texts = sample()
        expected = scores_of_hoshi(texts)
        self.assertEqual(len(expected), len(texts))
        self.assertEqual(bits(scorer.score(texts)), bits(expected))
        self.assertEqual(bits([scorer.score(text) for text in texts[:300]]), bits(expected[:300]))
        self.assertGreater(len(set(expected)), len(texts) // 3)

    def test_of_the_goldens_are_those_of_the_manifest(self) -> None:
        self.assertEqual(bits(scorer.score(GOLDENS)), bits([golden["score"] for golden in MANIFEST["goldens"]]))

    def test_do_not_depend_on_the_number_of_threads(self) -> None:
        texts = sample(3000)
        expected = bits(scorer.score(texts, threads=1))
        for threads in (2, 3, 16):
            self.assertEqual(bits(scorer.score(texts, threads=threads)), expected)

    def test_batches_end_anywhere(self) -> None:
        for count in (0, 1, 4095, 4096, 4097, 8192):
            texts = [f"映画{i}はとても面白い" for i in range(count)]
            self.assertEqual(scorer.score(texts), [scorer.score(text) for text in texts])
        long = "楽しい映画。" * 200_000
        self.assertEqual(scorer.score([long, "", long]), [scorer.score(long), scorer.score(""), scorer.score(long)])

    def test_take_any_iterable(self) -> None:
        texts = ["最高", "最悪"]
        expected = scorer.score(texts)
        self.assertEqual(scorer.score(tuple(texts)), expected)
        self.assertEqual(scorer.score(text for text in texts), expected)

    def test_of_missing_texts_are_nan(self) -> None:
        scores = scorer.score(["最高", None, float("nan"), "最悪"])  # type: ignore[list-item]
        self.assertEqual([score != score for score in scores], [False, True, True, False])
        self.assertEqual([scores[0], scores[3]], scorer.score(["最高", "最悪"]))

    def test_refuse_other_arguments(self) -> None:
        for texts in (b"abc", {"a": 1}, {"a"}, 3, None, object()):
            with self.assertRaisesRegex(TypeError, "^Expected a string, or strings in a list"):
                scorer.score(texts)  # type: ignore[call-overload]
        with self.assertRaisesRegex(TypeError, r"^Expected texts\[1\] to be a string or None, received a value of type int$"):
            scorer.score(["a", 5])  # type: ignore[list-item]
        with self.assertRaisesRegex(TypeError, r"texts\[0\]"):
            scorer.score([b"a"])  # type: ignore[list-item]
        for threads in (0, 1025, -1, True, 1.5):
            with self.assertRaisesRegex(ValueError, "^Expected threads to be an integer from 1 to 1024"):
                scorer.score(["a"], threads=threads)  # type: ignore[arg-type]


class Details(unittest.TestCase):
    def test_are_those_of_hoshi_score(self) -> None:
        texts = sample(500)
        lines = run_hoshi("score", "--details", "--format", "jsonl", lines=json_lines(texts)).splitlines()
        expected = [json.loads(line) for line in lines]
        found = [{"line": i + 1, **detail._asdict()} for i, detail in enumerate(scorer.details(texts))]
        self.assertEqual(found, expected)
        self.assertEqual({detail["label"] for detail in expected}, {"negative", "neutral", "positive"})

    def test_of_one_text_and_of_a_missing_one(self) -> None:
        self.assertEqual(scorer.details("全然楽しくない"), scorer.details(["全然楽しくない"])[0])
        score, label, known = scorer.details([None])[0]
        self.assertTrue(score != score and label is None and known is None)
        self.assertIsNone(scorer.details("").known)

    def test_labels_follow_the_cuts(self) -> None:
        self.assertEqual([scorer.label(score) for score in (1, 2.4999, 2.5, 3.5, 3.5001, 5)], ["negative"] * 2 + ["neutral"] * 2 + ["positive"] * 2)


class Explanations(unittest.TestCase):
    server: subprocess.Popen[bytes]
    url: str

    @classmethod
    def setUpClass(cls) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        cls.url = f"http://127.0.0.1:{port}"
        cls.server = subprocess.Popen(
            [os.environ.get("NODE", "node"), str(ROOT / "dist" / "function" / "main.js")],
            env={**os.environ, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{cls.url}/readyz").close()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise AssertionError("expected the server to be ready within 10 s")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait(30)

    def of_server(self, text: str) -> object:
        body = json.dumps({"instances": [text]}).encode()
        request = urllib.request.Request(f"{self.url}/v1/models/{MANIFEST['name']}:explain", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as response:
            answer = json.load(response)
        return {"score": answer["predictions"][0], **answer["explanations"][0]}

    def test_are_those_of_the_server(self) -> None:
        for text in [text for text in sample(200) if len(text) < 1000]:
            self.assertEqual(scorer.explain(text), self.of_server(text), ascii(text))

    def test_point_into_a_str(self) -> None:
        text = "😀全然👍🏽楽しくない。𠮷野家はｻｲｺｰ❤️"
        with_units, with_points = scorer.explain(text), scorer.explain(text, offsets="str")
        units = text.encode("utf-16-le")
        self.assertGreater(len(with_units["terms"]), 4)
        for unit_term, point_term in zip(with_units["terms"], with_points["terms"]):
            words = [units[2 * start : 2 * end].decode("utf-16-le") for start, end in unit_term["offsets"]]
            self.assertEqual([text[start:end] for start, end in point_term["offsets"]], words)
        with self.assertRaisesRegex(ValueError, '^Expected offsets to be "utf-16" or "str"'):
            scorer.explain(text, offsets="bytes")  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "^Expected a string, received a value of type list"):
            scorer.explain(["a"])  # type: ignore[arg-type]


class Tokens(unittest.TestCase):
    def test_are_those_of_hoshi_tokenize(self) -> None:
        script = (
            "import { createInterface } from 'node:readline';"
            f"import {{ loadScorer }} from '{ROOT}/dist/lib/index.js';"
            "const scorer = await loadScorer();"
            "for await (const line of createInterface({ input: process.stdin }))"
            "  console.log(JSON.stringify(await scorer.tokenize(JSON.parse(line).text)));"
        )
        texts = [text for text in sample(300) if len(text) < 1000]
        node = os.environ.get("NODE", "node")
        done = subprocess.run([node, "--input-type=module", "-e", script], input=json_lines(texts), capture_output=True, encoding="utf-8", check=True)
        lines = done.stdout.removesuffix("\n").split("\n")  # a base form may hold another separator of lines
        self.assertEqual(len(lines), len(texts))
        for text, line in zip(texts, lines):
            units = text.encode("utf-16-le", "surrogatepass")
            expected = [
                (token["surface"], token["baseForm"], token["partOfSpeech"], units[2 * token["start"] : 2 * token["end"]])
                for token in json.loads(line)
            ]
            found = [(t.surface, t.base_form, t.part_of_speech, self.units_of(text[t.start : t.end])) for t in scorer.tokenize(text)]
            if any("\ud800" <= unit <= "\udfff" for unit in text):  # a str has no halves of a pair
                found, expected = [one[:3] for one in found], [one[:3] for one in expected]
            self.assertEqual(found, expected, ascii(text))

    def units_of(self, text: str) -> bytes:
        return text.encode("utf-16-le", "surrogatepass")


class Lifetimes(unittest.TestCase):
    def test_the_model_says_what_it_is(self) -> None:
        self.assertEqual(scorer.model, (MANIFEST["name"], MANIFEST["version"], (1.0, 5.0)))
        self.assertIsNone(scorer.path)
        self.assertIn(MANIFEST["version"], repr(scorer))
        self.assertEqual(hoshi.__version__, json.loads((ROOT / "package.json").read_text())["version"])

    def test_a_closed_scorer_refuses_calls(self) -> None:
        with hoshi.load() as closed:
            closed.explain("最高")
        closed.close()
        self.assertIn("closed", repr(closed))
        for call in (lambda: closed.score("a"), lambda: closed.score(["a"]), lambda: closed.details("a"), lambda: closed.explain("a"), lambda: closed.tokenize("a")):
            with self.assertRaisesRegex(ValueError, "after close"):
                call()

    def test_a_call_outlives_close(self) -> None:
        texts = ["とても面白い映画でした。"] * 4000
        expected = scorer.score(texts)
        for _ in range(20):
            other = hoshi.load()
            found: list[list[float]] = []
            worker = threading.Thread(target=lambda: found.append(other.score(texts)))  # noqa: B023
            worker.start()
            other.close()
            worker.join()
            self.assertIn(found, ([expected], []))  # it began before close, or was refused
            gc.collect()

    setUp = staticmethod(lambda: setattr(threading, "excepthook", lambda _: None))
    tearDown = staticmethod(lambda: setattr(threading, "excepthook", threading.__excepthook__))

    def test_a_copy_and_a_pickle_score_alike(self) -> None:
        text = "期待したほどではなかった"
        for other in (copy.copy(scorer), copy.deepcopy(scorer), pickle.loads(pickle.dumps(scorer))):
            self.assertEqual(other.score(text), scorer.score(text))
        self.assertLess(len(pickle.dumps(scorer)), 200)

    def test_the_pickle_of_another_version_is_refused(self) -> None:
        other = pickle.dumps(scorer).replace(MANIFEST["version"].encode(), b"0" * 12)
        with self.assertRaisesRegex(hoshi.BundleError, "expected version 000000000000, which was pickled"):
            pickle.loads(other)

    def test_threads_share_a_scorer(self) -> None:
        texts = sample(600)
        expected = scorer.score(texts)
        found: list[bool] = []

        def work() -> None:
            found.append(all(scorer.score(texts) == expected for _ in range(5)) and scorer.explain("最高")["score"] == scorer.score("最高"))

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [True] * 6)

    @unittest.skipIf("libasan" in os.environ.get("LD_PRELOAD", ""), "a child may hang in the sanitizer's own allocator")
    def test_forks_while_other_threads_score(self) -> None:
        texts = sample(300)
        expected = scorer.score(texts)
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                scorer.score(texts, threads=2)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                child = os.fork()
                if child == 0:
                    os._exit(0 if scorer.score(texts, threads=2) == expected else 1)
                self.assertEqual(os.waitpid(child, 0)[1], 0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    @unittest.skipIf("libasan" in os.environ.get("LD_PRELOAD", ""), "a child may hang in the sanitizer's own allocator")
    def test_processes_share_it_by_fork_and_by_spawn(self) -> None:
        texts = sample(200)
        expected = scorer.score(texts)
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                parts = pool.map(scorer.score, [texts[:100], texts[100:]])
            self.assertEqual(parts[0] + parts[1], expected)

    def test_other_threads_run_meanwhile(self) -> None:
        texts = ["とても面白い映画でした。また見たい。"] * 4000
        steps, done = 0, threading.Event()

        def work() -> None:
            for _ in range(10):
                scorer.score(texts, threads=1)
            done.set()

        worker = threading.Thread(target=work)
        interval = sys.getswitchinterval()
        sys.setswitchinterval(100)  # the GIL is not taken away: only the library gives it back
        try:
            worker.start()
            while not done.is_set():
                steps += 1
                time.sleep(0)
        finally:
            sys.setswitchinterval(interval)
        worker.join()
        self.assertGreater(steps, 10)

    def test_files_that_are_read_stay_few(self) -> None:
        maps = Path("/proc/self/maps").read_text()
        before = maps.count("ipadic.bin")
        for _ in range(50):
            hoshi.load().close()
        gc.collect()
        self.assertEqual(Path("/proc/self/maps").read_text().count("ipadic.bin"), before)


if __name__ == "__main__":
    unittest.main()
