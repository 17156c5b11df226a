"""A model's folder: manifest.json and the compiled tables. model/bundle/manifest.ts defines both.

The checks are those of the native engine in Node. The hashes of the compiled files are not computed: each file has a
checksum, and its identity says what it was compiled from. The vocabulary's identity has the model's version and settings.
"""

from __future__ import annotations

import ctypes as c
import hashlib
import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _library as lib

STEPS = ("emoji", "dashes", "nfkc", "punctuation", "repeats", "elongation", "spelling")
FILES = ("model.txt", "vocabulary.tsv", "logarithms.txt")
MAX_MANIFEST_BYTES = 1 << 24
# Another process may replace the bundle while it is read, even several times.
MAX_READINGS = 20


class BundleError(ValueError):
    """A model cannot be used. The message says where, what was expected, what was found and what to do."""


@dataclass(frozen=True)
class Bundle:
    """A loaded model. `handle` is a hoshi_model, which the owner frees."""

    folder: Path
    manifest: Mapping[str, Any]
    handle: int

    def load_contributions(self) -> int:
        """Returns a hoshi_contributions. Raises FileNotFoundError if the bundle has none."""
        file = self.folder / "contributions.bin"
        if not file.exists():
            raise FileNotFoundError(file)
        handle = _loaded(lib.library.hoshi_contributions_load, os.fsencode(file), self.folder)
        size = c.c_size_t()
        found = c.string_at(lib.library.hoshi_contributions_identity(handle, c.byref(size)), size.value)
        if found.decode("utf-8", "replace") != self.manifest["files"]["model.txt"]["sha256"]:
            lib.library.hoshi_contributions_free(handle)
            raise BundleError(f"{file}: expected tables of this model, found those of another one. {_compile(self.folder)}")
        return handle


def open_bundle(path: str | os.PathLike[str]) -> Bundle:
    """Loads and checks the bundle in a folder, but for its golden scores."""
    folder = Path(path)
    for reading in range(MAX_READINGS):
        before = _file_of(folder)
        try:
            manifest = read_manifest(folder)
            return Bundle(folder, manifest, _load(folder, manifest))
        except BundleError:
            if reading == MAX_READINGS - 1 or _file_of(folder) == before:
                raise
    raise AssertionError("unreachable")


def _file_of(folder: Path) -> tuple[int, int, int] | None:
    """Another bundle has another file, even if it is a copy."""
    try:
        stat = (folder / "manifest.json").stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns


def _compile(folder: Path) -> str:
    return f"Run `hoshi compile {folder}` with the hoshi of this version, {lib.__version__}"


def _loaded(load: Callable[[Any, Any], int], source: object, folder: Path) -> int:
    """Calls a function of the library that loads `source`, and returns its handle."""
    out = c.c_void_p()
    try:
        lib.check(load(source, c.byref(out)))
    except lib.TablesError as error:
        raise BundleError(f"{error}. {_compile(folder)}") from error
    assert out.value is not None
    return out.value


def _load(folder: Path, manifest: Mapping[str, Any]) -> int:
    user_dictionary = manifest.get("userDictionary")
    normalizer = manifest.get("normalizer")
    files = {
        "dictionary": lib.DATA / "ipadic.bin" if user_dictionary is None else folder / "dictionary.bin",
        "vocabulary": folder / "vocabulary.bin",
        "forest": folder / "forest.bin",
    }
    missing = [name for name, file in files.items() if not file.exists()]
    if missing == ["forest"]:
        raise BundleError(
            f"{files['forest']}: expected the compiled trees, found no file. {_compile(folder)}. If that says that the engine "
            "native cannot serve the model, use hoshi's server or `hoshi score`, which have other engines"
        )
    if missing:
        raise BundleError(f"{files[missing[0]]}: expected a compiled {missing[0]}, found no file. {_compile(folder)}")
    raw, scores, slopes = score_map_of(manifest)
    steps = bytes(STEPS.index(step) for step in normalizer["steps"]) if normalizer is not None else b""
    source = lib.ModelSource(
        dictionary=os.fsencode(files["dictionary"]),
        normalizer=None if normalizer is None else os.fsencode(lib.DATA / "normalizer.bin"),
        vocabulary=os.fsencode(files["vocabulary"]),
        forest=os.fsencode(files["forest"]),
        steps=steps,
        step_count=len(steps),
        raw=(c.c_double * len(raw))(*raw),
        scores=(c.c_double * len(scores))(*scores),
        knot_count=len(raw),
        slopes=(c.c_double * len(slopes))(*slopes),
        slope_count=len(slopes),
    )
    handle = _loaded(lib.library.hoshi_model_load, c.byref(source), folder)
    try:
        _check_identities(folder, manifest, handle)
    except BaseException:
        lib.library.hoshi_model_free(handle)
        raise
    return handle


def _check_identities(folder: Path, manifest: Mapping[str, Any], handle: int) -> None:
    tokenizer, user = manifest["tokenizer"], manifest.get("userDictionary")
    dictionary = [tokenizer["name"], tokenizer["version"], tokenizer["dictionary"], *([user["sha256"]] if user else [])]
    found = _identity(handle, lib.DICTIONARY)
    if found != " ".join(dictionary):
        where = lib.DATA / "ipadic.bin" if user is None else folder / "dictionary.bin"
        raise BundleError(
            f"{folder}/manifest.json: tokenizer: expected {found}, the one in {where}, found {' '.join(dictionary)}. "
            "Use the hoshi version that the model was made with, or train the model again"
        )
    normalizer = manifest.get("normalizer")
    if normalizer is not None and normalizer["tables"] != _identity(handle, lib.NORMALIZER):
        raise BundleError(
            f"{folder}/manifest.json: normalizer.tables: expected {_identity(handle, lib.NORMALIZER)}, the tables of this "
            f"version, found {normalizer['tables']}. Use the hoshi version that the model was made with, or train it again"
        )
    hashes = [manifest["files"][name]["sha256"] for name in FILES]
    expected = {
        lib.VOCABULARY: ("vocabulary.bin", "\n".join([manifest["version"], *hashes, settings_of(manifest)])),
        lib.FOREST: ("forest.bin", hashes[0]),
    }
    for table, (name, identity) in expected.items():
        if _identity(handle, table) != identity:
            raise BundleError(
                f"{folder / name}: expected tables that were compiled from {folder}/manifest.json, found those of another model. "
                + _compile(folder)
            )


def _identity(handle: int, table: int) -> str:
    size = c.c_size_t()
    address = lib.library.hoshi_model_identity(handle, table, c.byref(size))
    return c.string_at(address, size.value).decode("utf-8", "replace") if address else ""


def score_map_of(manifest: Mapping[str, Any]) -> tuple[list[float], list[float], list[float]]:
    """Raw sums, their scores, and the slopes between them: the end map, or a clamp to the range."""
    end_map = manifest.get("endMap")
    if end_map is None:
        return list(manifest["scoreRange"]), list(manifest["scoreRange"]), []
    return list(end_map["raw"]), list(end_map["scores"]), list(end_map["slopes"])


def label_cuts_of(manifest: Mapping[str, Any]) -> tuple[float, float]:
    """Scores below the first cut are negative, above the second positive (model/scoring/labels.ts)."""
    labels = manifest.get("labels")
    if labels is not None:
        return labels["negative"], labels["positive"]
    lowest, highest = manifest["scoreRange"]
    return lowest + 3 / 8 * (highest - lowest), lowest + 5 / 8 * (highest - lowest)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Reads manifest.json and checks every field that this package uses, and the version, a hash of the settings."""
    file = folder / "manifest.json"
    try:
        if file.stat().st_size > MAX_MANIFEST_BYTES:
            raise BundleError(f"{file}: expected a manifest of a few kilobytes, found {file.stat().st_size} bytes")
        text = file.read_bytes()
    except OSError as error:
        raise BundleError(f"{folder}: expected a model's folder with manifest.json, cannot read it: {error.strerror}") from error
    try:
        # All numbers are doubles, as in JavaScript.
        manifest = json.loads(text.decode("utf-8"), parse_int=float, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BundleError(f"{file}: expected JSON, found something else: {error}") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{file}: expected an object, found {type(manifest).__name__}")
    problems = [f"{name}: expected {expected}" for name, expected, is_right in _checks(manifest) if not is_right]
    if problems:
        raise BundleError(f"{file}: " + "; ".join(problems))
    version = version_of(manifest)
    if manifest["version"] != version:
        raise BundleError(f"{file}: version: expected {version}, by the other fields, found {manifest['version']}")
    return manifest


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _checks(manifest: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    get = manifest.get
    tokenizer, files, goldens, normalizer = get("tokenizer"), get("files"), get("goldens"), get("normalizer")
    user, labels = get("userDictionary"), get("labels")
    are_files = isinstance(files, dict) and all(
        isinstance(files.get(name), dict) and _is_hex(files[name].get("sha256"), 64) for name in FILES
    )
    are_goldens = (
        isinstance(goldens, list)
        and len(goldens) > 0
        and all(isinstance(one, dict) and isinstance(one.get("text"), str) and _is_number(one.get("score")) for one in goldens)
    )
    is_range = _are_ascending(get("scoreRange"), strictly=True) and len(manifest["scoreRange"]) == 2
    lowest, highest = manifest["scoreRange"] if is_range else (-math.inf, math.inf)
    return [
        ("format", "1 or 2, the formats that this version of hoshi reads", get("format") in (1, 2)),
        ("name", "a string", isinstance(get("name"), str)),
        ("version", "12 hexadecimal digits", _is_hex(get("version"), 12)),
        ("scoreRange", "two numbers [lowest, highest]", is_range),
        (
            "tokenizer",
            "an object with name, version and dictionary",
            isinstance(tokenizer, dict) and all(isinstance(tokenizer.get(key), str) for key in ("name", "version", "dictionary")),
        ),
        ("vectorizer", "an object", isinstance(get("vectorizer"), dict)),
        ("files", "the SHA-256 of " + ", ".join(FILES), are_files),
        ("goldens", "a list of at least one { text, score }", are_goldens),
        (
            "normalizer",
            f"{{ steps, tables }}: some of {', '.join(STEPS)}, in this order; a SHA-256",
            normalizer is None or _is_normalizer(normalizer),
        ),
        ("endMap", "{ raw, scores, slopes }, a non-decreasing map", get("endMap") is None or _is_end_map(get("endMap"))),
        (
            "userDictionary",
            "{ words, sha256 }",
            user is None or (isinstance(user, dict) and _is_hex(user.get("sha256"), 64)),
        ),
        (
            "labels",
            "{ negative, positive }, two numbers within scoreRange",
            labels is None
            or (
                isinstance(labels, dict)
                and _are_ascending([lowest, labels.get("negative"), labels.get("positive"), highest], strictly=False)
            ),
        ),
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _is_hex(value: object, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{length}}}", value) is not None


def _are_ascending(values: object, *, strictly: bool) -> bool:
    if not isinstance(values, list) or not all(isinstance(value, float) for value in values):
        return False
    pairs = zip(values, values[1:])
    return all(before < after if strictly else before <= after for before, after in pairs)


def _is_normalizer(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("steps"), list):
        return False
    return [step for step in STEPS if step in value["steps"]] == value["steps"] and _is_hex(value.get("tables"), 64)


def _is_end_map(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    raw, scores, slopes = (value.get(name) for name in ("raw", "scores", "slopes"))
    if not _are_ascending(raw, strictly=True) or not _are_ascending(scores, strictly=False):
        return False
    if not isinstance(slopes, list) or not all(_is_number(slope) and slope >= 0 for slope in slopes):
        return False
    assert isinstance(raw, list) and isinstance(scores, list)
    return len(raw) >= 2 and len(scores) == len(raw) and len(slopes) == len(raw) - 1


def version_of(manifest: Mapping[str, Any]) -> str:
    """The version by the other fields (model/bundle/manifest.ts, versionOf)."""
    parts = [manifest["files"][name]["sha256"] for name in FILES]
    if manifest["format"] != 1:
        parts.append(settings_of(manifest))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def settings_of(manifest: Mapping[str, Any]) -> str:
    names = ("scoreRange", "tokenizer", "vectorizer", "normalizer", "endMap", "userDictionary", "labels")
    return to_json({name: manifest[name] for name in names if name in manifest})


def to_json(value: object) -> str:
    """The text that JSON.stringify of JavaScript gives for a value that `read_manifest` parsed."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return re.sub("[\ud800-\udfff]", lambda unit: f"\\u{ord(unit[0]):04x}", text)
    if isinstance(value, Mapping):
        members = ",".join(f"{to_json(key)}:{to_json(value[key])}" for key in _keys(value))
        return "{" + members + "}"
    assert isinstance(value, Sequence)
    return "[" + ",".join(map(to_json, value)) + "]"


def _keys(value: Mapping[str, object]) -> list[str]:
    """In JavaScript's order: array indices ascend and come first."""
    indices = [key for key in value if re.fullmatch("0|[1-9][0-9]{0,9}", key) and int(key) < 2**32 - 1]
    return sorted(indices, key=int) + [key for key in value if key not in set(indices)]


def _number(value: float) -> str:
    """ECMA-262, Number::toString. repr gives the same digits, the shortest ones, but has another notation."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or 0)  # the value is 0.DIGITS · 10^point
    digits = digits.rstrip("0") or "0"
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    rest = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"
