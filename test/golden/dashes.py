"""Dashes by neologdn: writes dashes.json.

neologdn.normalize also changes width, spaces and half-width katakana. The texts have none of these, so that a result
shows only the hyphens, the long vowel marks and the tildes. The option `tilde="normalize_zenkaku"` turns each tilde into
〜 and keeps runs of it. `repeat=0` and `remove_space=True` are the defaults.
"""

import importlib.metadata
import random

import neologdn

from golden import header, write

COMMAND = "test/golden/make dashes"
HYPHENS = "˗֊‐‑‒–⁃⁻₋−"
LONG_VOWELS = "﹣－ｰ—―─━ー"
TILDES = "~∼∾〜〰～"
LETTERS = "aBあいスゴ星5-"


def texts():
    draw = random.Random(62)
    yield from (f"す{c}{d}ご" for c in HYPHENS + LONG_VOWELS + TILDES + "-" for d in ["", c, "-", "ー", "〜"])
    for i in range(400):
        some = [HYPHENS, LONG_VOWELS, TILDES, HYPHENS + LONG_VOWELS + TILDES][i % 4]
        yield "".join(draw.choice(draw.choice([some, some, LETTERS])) for _ in range(1 + draw.randrange(14)))


if __name__ == "__main__":
    write(
        "dashes.json",
        {
            "header": header("neologdn", importlib.metadata.version("neologdn"), COMMAND),
            "texts": [
                {"text": text, "normalized": neologdn.normalize(text, tilde="normalize_zenkaku")} for text in texts()
            ],
        },
    )
