"""Shared by the golden generators: paths, the header of each golden, compact JSON, and model texts with a linear leaf.

A golden is one JSON object. Its first member is "header": { program, version, python, unicode, command }. Doubles are
written with repr, so they read back to the same bits. JSON has no NaN and no infinity, so these are the strings "NaN",
"Infinity" and "-Infinity", which JavaScript's Number() reads. Japanese characters are written literally. All other
characters outside ASCII are escaped, so that nothing is invisible and lone surrogates survive.
"""

import json
import math
import platform
import re
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
    """A JSON value that reads back to the same bits; −0 stays −0."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value.is_integer() and abs(value) < 2**53 and math.copysign(1, value) > 0 else value


def doubles(values):
    return [double(value) for value in values]


def write(name, golden):
    """Writes one member per line, and one item per line for arrays of objects, so that a diff is readable."""
    members = []
    for key, value in golden.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(compact(item) for item in value) + "\n]"
        else:
            text = compact(value)
        members.append(f"{compact(key)}:{text}")
    path = FOLDER / name
    path.write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")


def up_to_end(text):
    return text[: text.index("end of trees")] + "end of trees\n"


def with_linear_leaf(text, rounds, constant, coefficients):
    """LightGBM's model text with a linear leaf before its first `rounds` trees. `coefficients` are by column, ascending."""
    head, *trees = re.split(r"^Tree=\d+\n", up_to_end(text).removesuffix("end of trees\n"), flags=re.MULTILINE)
    leaf = f"""num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=-3.25
is_linear=1
leaf_const={constant!r}
num_features={len(coefficients)}
leaf_features={" ".join(map(str, coefficients))}
leaf_coeff={" ".join(map(repr, coefficients.values()))}
shrinkage=1


"""
    bodies = [f"Tree={number}\n{tree}" for number, tree in enumerate([leaf, *trees[:rounds]])]
    sizes = " ".join(str(len(body)) for body in bodies)
    return re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", head, flags=re.MULTILINE) + "".join(bodies) + "end of trees\n"


def compact(value):
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return re.sub(r"\\(?:u([0-9a-f]{4})|.)", unescape, text)


def unescape(match):
    character = chr(int(match[1], 16)) if match[1] else ""
    is_japanese = re.fullmatch("[\u3001-\u3003\u3005-\u3098\u309b-\u30ff\u4e00-\u9fa5\uff01-\uff5e]", character)
    return character if is_japanese else match[0]
