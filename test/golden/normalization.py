"""NFKC of Python's unicodedata: writes nfkc.json, and the tables of model/reference/normalization/ for the sources.

A newer Python knows more characters, which may change texts and scores. So the Unicode version is pinned here and
changes only on purpose.
"""

import hashlib
import random
import sys
import unicodedata

from golden import ROOT, header, write

UNICODE = "14.0.0"
COMMAND = "test/golden/make normalization"
FOLDER = ROOT / "model" / "reference" / "normalization"
SURROGATES = range(0xD800, 0xE000)
HANGUL = range(0xAC00, 0xD7A4)
EVERY = [c for c in range(sys.maxunicode + 1) if c not in SURROGATES]


def nfkc(text):
    return unicodedata.normalize("NFKC", text)


def codes(text):
    return " ".join(f"{ord(c):04X}" for c in text)


def span(first, last):
    return f"{first:04X}" if first == last else f"{first:04X}..{last:04X}"


def table(name, what, rows):
    head = f"# {what}\n# Generated, do not edit: by Python {sys.version.split()[0]}, unicodedata {UNICODE}, `{COMMAND}`.\n"
    path = FOLDER / name
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def decompositions():
    """Rows of one code point, or of consecutive ones that become consecutive ones."""
    runs = []
    for c in EVERY:
        full = unicodedata.normalize("NFKD", chr(c))
        if full == chr(c) or c in HANGUL:
            continue
        if runs and len(full) == 1 and len(runs[-1][2]) == 1:
            first, last, start = runs[-1]
            if c == last + 1 and ord(full) == ord(start) + c - first:
                runs[-1] = (first, c, start)
                continue
        runs.append((c, c, full))
    for first, last, full in runs:
        to = codes(full) if first == last else span(ord(full), ord(full) + last - first)
        yield f"{span(first, last)}\t{to}"


def combining_classes():
    runs = []
    for c in EVERY:
        number = unicodedata.combining(chr(c))
        if runs and runs[-1][1] == c - 1 and runs[-1][2] == number:
            runs[-1][1] = c
        elif number != 0:
            runs.append([c, c, number])
    for first, last, number in runs:
        yield f"{span(first, last)}\t{number}"


def compositions():
    """Pairs of code points that NFC joins. The pair of a character that NFC excludes does not come back."""
    for c in EVERY:
        parts = unicodedata.decomposition(chr(c)).split()
        if c in HANGUL or len(parts) != 2 or parts[0].startswith("<"):
            continue
        if unicodedata.normalize("NFC", chr(c)) == chr(c):
            yield f"{parts[0]} {parts[1]}\t{c:04X}"


def sweep(before, after):
    """By block of 256 code points: the start of the SHA-256 of all results. Blocks without a change are left out."""
    blocks = {}
    for block in range(0, sys.maxunicode + 1, 256):
        texts = [before + chr(c) + after for c in range(block, block + 256) if c not in SURROGATES]
        results = [nfkc(text) for text in texts]
        if results != [nfkc(before) + text[len(before) : len(text) - len(after)] + nfkc(after) for text in texts]:
            blocks[f"{block:04X}"] = hashlib.sha256("\n".join(results).encode()).hexdigest()[:16]
    return {"before": before, "after": after, "blocks": blocks}


def random_texts():
    draw = random.Random(61)
    marks = [c for c in EVERY if unicodedata.combining(chr(c))]
    changed = [c for c in EVERY if nfkc(chr(c)) != chr(c)]
    jamo = [*range(0x1100, 0x1200), *range(0x3131, 0x318F), *range(0xAC00, 0xAC40), *range(0xFFA1, 0xFFDD)]
    kana = [*range(0x3041, 0x3100), *[0x3099, 0x309A] * 20]
    width = [*range(0xFF01, 0xFFEF), *range(0xFF61, 0xFFA0)]
    latin = [*map(ord, "aAeEoOuUsStTwWyY=<>"), 0x0300, 0x0301, 0x0307, 0x0308, 0x0323, 0x0327, 0x0328, 0x0338]
    firsts = [ord(unicodedata.normalize("NFD", chr(c))[0]) for c in EVERY if unicodedata.decomposition(chr(c))]
    kinds = [marks, changed, jamo, kana, width, latin, firsts, [*latin, *marks], [*kana, *width, *latin, *jamo], EVERY]
    for i in range(900):
        some = [kinds[i % len(kinds)], *draw.choices(kinds, k=1 + i % 3)]
        yield "".join(chr(draw.choice(draw.choice(some))) for _ in range(1 + draw.randrange(12)))


if __name__ == "__main__":
    if unicodedata.unidata_version != UNICODE:
        sys.exit(
            f"normalization.py: expected a Python with Unicode {UNICODE} (3.11), "
            f"received Python {sys.version.split()[0]} with Unicode {unicodedata.unidata_version}; see PYTHON in make"
        )
    FOLDER.mkdir(exist_ok=True)
    table("decompositions.tsv", "Full compatibility decompositions (NFKD), without Hangul syllables: code points, their decomposition.", decompositions())
    table("combining-classes.tsv", "Canonical combining classes other than 0: code points, class.", combining_classes())
    table("compositions.tsv", "Primary compositions, without Hangul syllables: first and second code point, the composed one.", compositions())
    write(
        "nfkc.json",
        {
            "header": header("CPython unicodedata", sys.version.split()[0], COMMAND),
            "sweeps": [sweep("", ""), sweep("か", "\u0327\u3099"), sweep("a\u0323", "\u0301\u11a8")],
            "texts": [{"text": text, "nfkc": nfkc(text)} for text in random_texts()],
        },
    )
