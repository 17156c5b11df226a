"""The code points that Python's `\\w` matches: writes word-characters.json, and model/reference/word-characters.ts for the sources.

CPython's re defines them (Modules/_sre: alphanumeric by the Unicode database, or "_"); scikit-learn's token_pattern uses
it. The script tests each code point, surrogates too. A newer Python knows more letters, which may change terms, rows and
scores. So hoshi's Unicode version is pinned here and changes only on purpose. An imported model keeps the version of its
Python, so the files also have the characters that other versions add or do not have yet. They come from

- the interpreters that the environment variable PYTHONS names, separated by spaces, such as "python3.10 python3.12", and
- the packages unicodedata2 that `make` downloads, for the versions of Pythons that are not needed otherwise.

Versions that this run does not measure stay as they are in word-characters.json.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
import unicodedata

UNICODE = "14.0.0"
COMMAND = "test/golden/make word-characters"


def measured():
    """The program, its Unicode version, and the ranges of word characters: unicodedata2's, or else this Python's."""
    try:
        import unicodedata2
    except ImportError:
        return {
            "program": "CPython re " + sys.version.split()[0],
            "unicode": unicodedata.unidata_version,
            "ranges": ranges_of(re.compile(r"\w").fullmatch),
        }
    # Modules/_sre asks Py_UNICODE_ISALNUM: a letter, or a character with a decimal, digit or numeric value.
    properties = (unicodedata2.decimal, unicodedata2.digit, unicodedata2.numeric)
    return {
        "program": "unicodedata2",
        "unicode": unicodedata2.unidata_version,
        "ranges": ranges_of(
            lambda c: c == "_" or unicodedata2.category(c)[0] == "L" or any(of(c, None) is not None for of in properties)
        ),
    }


def ranges_of(is_word_character):
    ranges = []
    for code_point in range(sys.maxunicode + 1):
        if not is_word_character(chr(code_point)):
            continue
        if ranges and ranges[-1][1] == code_point - 1:
            ranges[-1][1] = code_point
        else:
            ranges.append([code_point, code_point])
    return ranges


def measured_by(python, path=None):
    """`measured` of another interpreter, or of this one with a package's folder."""
    environment = dict(os.environ, **({"PYTHONPATH": str(path)} if path else {}))
    return json.loads(subprocess.check_output([python, __file__, "--print"], env=environment))


def difference(ranges, others):
    """The ranges of the code points that are in only one of both. A range begins and ends where its members change."""
    ends = {end for first, last in ranges for end in (first, last + 1)} ^ {end for first, last in others for end in (first, last + 1)}
    ends = sorted(ends)
    return [[first, end - 1] for first, end in zip(ends[::2], ends[1::2])]


def typescript(ranges, others, head):
    """The TypeScript source, formatted as Biome does."""
    changes = "".join(
        f"  '{version}': [\n{numbers(other['changed'], '    ')}\n  ],\n" for version, other in others.items()
    )
    return f"""/**
 * The characters that Python's `\\w` matches in a str, so that every Node and every engine finds the same words:
 * {len(ranges)} ranges of code points, flattened to [first, last, first, last, …], ascending, both ends included.
 *
 * Generated, do not edit: by {head["program"]} {head["version"]} with Unicode {head["unicode"]}, by the command
 * `{head["command"]}` (test/golden/word-characters.py), which also writes test/golden/word-characters.json.
 */
export const wordCharacterUnicodeVersion = '{head["unicode"]}';

export const wordCharacterRanges: Uint32Array = new Uint32Array([
{numbers(ranges, '  ')}
]);

/**
 * By the Unicode version of another Python: the ranges of the characters that are word characters in only one of both
 * versions, in the same form.
 */
export const wordCharacterChanges = {{
{changes}}} as const;
"""


def numbers(ranges, indent):
    text = ", ".join(f"{end:#x}" for one in ranges for end in one) + ","
    return "\n".join(textwrap.wrap(text, width=120, initial_indent=indent, subsequent_indent=indent))


def main():
    from golden import FOLDER, ROOT, header, write

    own = measured()
    if own["unicode"] != UNICODE:
        sys.exit(
            f"word-characters.py: expected a Python with Unicode {UNICODE} (3.11), "
            f"received Python {sys.version.split()[0]} with Unicode {unicodedata.unidata_version}; see PYTHON in make"
        )
    before = json.loads((FOLDER / "word-characters.json").read_text(encoding="utf-8"))
    others = dict(before.get("others", {}))
    packages = (ROOT / "build").glob("unicodedata2-*")
    measures = [measured_by(sys.executable, path) for path in packages]
    measures += [measured_by(python) for python in os.environ.get("PYTHONS", "").split()]
    for other in measures:
        if other["unicode"] != UNICODE:
            changed = difference(own["ranges"], other["ranges"])
            others[other["unicode"]] = {"program": other["program"], "changed": changed}
    others = dict(sorted(others.items(), key=lambda one: tuple(map(int, one[0].split(".")))))
    head = header("CPython re", sys.version.split()[0], COMMAND)
    write("word-characters.json", {"header": head, "ranges": own["ranges"], "others": others})
    source = typescript(own["ranges"], others, head)
    (ROOT / "model" / "reference" / "word-characters.ts").write_text(source, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        print(json.dumps(measured()))
    else:
        main()
