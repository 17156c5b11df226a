"""The code points that Python's `\\w` matches: writes word-characters.json, and model/reference/word-characters.ts for the sources.

CPython's re defines them (Modules/_sre: alphanumeric by the Unicode database, or "_"); scikit-learn's token_pattern uses
it. The script tests each code point, surrogates too. A newer Python knows more letters, which may change terms, rows and
scores. So the Unicode version is pinned here and changes only on purpose.
"""

import re
import sys
import textwrap
import unicodedata

from golden import ROOT, header, write

UNICODE = "14.0.0"
COMMAND = "test/golden/make word-characters"


def word_character_ranges():
    is_word_character = re.compile(r"\w").fullmatch
    ranges = []
    for code_point in range(sys.maxunicode + 1):
        if not is_word_character(chr(code_point)):
            continue
        if ranges and ranges[-1][1] == code_point - 1:
            ranges[-1][1] = code_point
        else:
            ranges.append([code_point, code_point])
    return ranges


def typescript(ranges, head):
    """The TypeScript source, formatted as Biome does."""
    numbers = ", ".join(f"{end:#x}" for one in ranges for end in one) + ","
    lines = textwrap.wrap(numbers, width=120, initial_indent="  ", subsequent_indent="  ")
    return f"""/**
 * The characters that Python's `\\w` matches in a str, so that every Node and every engine finds the same words:
 * {len(ranges)} ranges of code points, flattened to [first, last, first, last, …], ascending, both ends included.
 *
 * Generated, do not edit: by {head["program"]} {head["version"]} with Unicode {head["unicode"]}, by the command
 * `{head["command"]}` (test/golden/word-characters.py), which also writes test/golden/word-characters.json.
 */
export const wordCharacterUnicodeVersion = '{head["unicode"]}';

export const wordCharacterRanges: Uint32Array = new Uint32Array([
""" + "\n".join(lines) + "\n]);\n"


if __name__ == "__main__":
    if unicodedata.unidata_version != UNICODE:
        sys.exit(
            f"word-characters.py: expected a Python with Unicode {UNICODE} (3.11), "
            f"received Python {sys.version.split()[0]} with Unicode {unicodedata.unidata_version}; see PYTHON in make"
        )
    head = header("CPython re", sys.version.split()[0], COMMAND)
    ranges = word_character_ranges()
    write("word-characters.json", {"header": head, "ranges": ranges})
    (ROOT / "model" / "reference" / "word-characters.ts").write_text(typescript(ranges, head), encoding="utf-8")
