"""What the golden generators share: where the files are, the header of each, and compact ASCII JSON.

A golden is one JSON object whose first member is "header": { program, version, python, unicode, command }. Doubles are
written by repr, which reads back to the same bits. JSON has no NaN and no infinity: they are the strings "NaN",
"Infinity" and "-Infinity", which JavaScript's Number() reads.
"""

import json
import math
import platform
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


def header(program, version, command):
    return {
        "program": program,
        "version": version,
        "python": platform.python_version(),
        "unicode": unicodedata.unidata_version,
        "command": command,
    }


def double(value):
    """A double as a JSON value that reads back to the same bits; −0 stays −0."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value.is_integer() and abs(value) < 2**53 and math.copysign(1, value) > 0 else value


def doubles(values):
    return [double(value) for value in values]


def write(name, golden):
    """One member of the object a line, and one item a line of its long arrays, so that a diff can be read."""
    members = []
    for key, value in golden.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(compact(item) for item in value) + "\n]"
        else:
            text = compact(value)
        members.append(f"{compact(key)}:{text}")
    path = FOLDER / name
    path.write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="ascii")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def compact(value):
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
