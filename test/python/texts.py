"""Texts for the tests of the Python package, and the scores that `hoshi score` gives for them."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

ROOT = Path(os.environ["HOSHI_ROOT"])
STARS = ROOT / "model" / "stars"
MANIFEST = json.loads((STARS / "manifest.json").read_text("utf-8"))
GOLDENS = [golden["text"] for golden in MANIFEST["goldens"]]
PIECES = (
    "映画|とても|面白い|最悪|でした|。|、|！|？|😀|👍🏽|❤️|ー|〜|abc|WWW|\ud800|\udc00|\0|\n|\r\n|\t| |　|を|見た|ｽｺﾞー|ｶﾞ|くない|"
    "楽しく|全然|１０|5つ星|㍻|ﷺ|(^_^)|けど|が|のに|だったら|よかった|𠮷野家|がっかり|サイコー|すごーーい|で|は|\"|\\|é|한국"
).split("|")


def random_texts(count: int, seed: int) -> list[str]:
    """Every second text has no lone surrogate."""
    random_source = random.Random(seed)
    well_formed = [piece for piece in PIECES if piece not in ("\ud800", "\udc00")]
    pieces = (PIECES, well_formed)
    return ["".join(random_source.choices(pieces[i % 2], k=random_source.randrange(60))) for i in range(count)]


def sample(count: int = 2000) -> list[str]:
    return [*GOLDENS, "", "\ud83d", "\ude00\ud83d", "a\0b", "a\u2028b\x85c\x0bd\x1ce\ufeff", "😀" * 500, "最高" * 5000, "ア" * 3000, *random_texts(count, 20261130)]


def hoshi(*arguments: str, lines: str = "") -> str:
    """Runs bin/hoshi, and returns what it prints."""
    command = [os.environ.get("NODE", "node"), str(ROOT / "bin" / "hoshi"), *arguments]
    done = subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr}")
    return done.stdout


def json_lines(texts: list[str]) -> str:
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)  # \ud800 stays an escape


def scores_of_hoshi(texts: list[str], *options: str) -> list[float]:
    printed = hoshi("score", "--format", "jsonl", *options, lines=json_lines(texts))
    return [float(line) for line in printed.splitlines()]
