"""libhoshi.so as Python sees it: the types and functions of native/c_api.h. ctypes releases the GIL during each call."""

from __future__ import annotations

import ctypes as c
from importlib import metadata
from pathlib import Path

ABI_VERSION = 1
FOLDER = Path(__file__).parent
DATA = FOLDER / "data"

try:
    __version__ = metadata.version("hoshi-stars")
except metadata.PackageNotFoundError:  # the folder is on the path, but the wheel is not installed
    __version__ = "0"

OK, ARGUMENT, TABLES, MEMORY, PROCESSOR, TEXT = range(6)
DICTIONARY, NORMALIZER, VOCABULARY, FOREST = range(4)


class ModelSource(c.Structure):
    _fields_ = [
        ("dictionary", c.c_char_p),
        ("normalizer", c.c_char_p),
        ("vocabulary", c.c_char_p),
        ("forest", c.c_char_p),
        ("steps", c.c_char_p),
        ("step_count", c.c_size_t),
        ("raw", c.POINTER(c.c_double)),
        ("scores", c.POINTER(c.c_double)),
        ("knot_count", c.c_size_t),
        ("slopes", c.POINTER(c.c_double)),
        ("slope_count", c.c_size_t),
    ]


class ExplanationStruct(c.Structure):
    _fields_ = [
        ("sum", c.c_double),
        ("base", c.c_double),
        ("absent", c.c_double),
        ("term_count", c.c_size_t),
        ("terms", c.c_void_p),
        ("terms_size", c.c_size_t),
        ("values", c.POINTER(c.c_double)),
        ("contributions", c.POINTER(c.c_double)),
        ("offsets", c.POINTER(c.c_uint32)),
        ("occurrence_ends", c.POINTER(c.c_uint32)),
    ]


class TokensStruct(c.Structure):
    _fields_ = [
        ("count", c.c_size_t),
        ("normalized", c.c_void_p),
        ("normalized_size", c.c_size_t),
        ("ends", c.POINTER(c.c_uint32)),
        ("text_starts", c.POINTER(c.c_uint32)),
        ("text_ends", c.POINTER(c.c_uint32)),
        ("parts_of_speech", c.POINTER(c.c_uint8)),
        ("base_forms", c.c_void_p),
        ("base_ends", c.POINTER(c.c_uint32)),
    ]


class TablesError(Exception):
    """A file of tables is missing, damaged or of another kind. `_bundle` turns it into a BundleError."""


def check(status: int) -> None:
    """Raises the exception of a status that is not OK. Call it on the thread that got the status."""
    if status == OK:
        return
    message = (library.hoshi_last_error() or b"").decode("utf-8", "replace")
    if status == TABLES:
        raise TablesError(message)
    if status == MEMORY:
        raise MemoryError(message)
    if status == PROCESSOR:
        raise OSError(message)
    raise ValueError(message[:1].upper() + message[1:])


def _load() -> c.CDLL:
    path = FOLDER / "libhoshi.so"
    try:
        loaded = c.CDLL(str(path))
    except OSError as error:
        raise ImportError(
            f"Expected the library {path} for this platform (Linux, glibc), cannot load it: {error}. "
            "Install the wheel of hoshi-stars for this machine"
        ) from error
    scoring = [c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t, c.c_uint32, c.c_void_p, c.c_void_p, c.c_void_p]
    for name, result, arguments in (
        ("hoshi_abi_version", c.c_uint32, []),
        ("hoshi_last_error", c.c_char_p, []),
        ("hoshi_model_load", c.c_int, [c.POINTER(ModelSource), c.POINTER(c.c_void_p)]),
        ("hoshi_model_free", None, [c.c_void_p]),
        ("hoshi_model_after_fork", None, [c.c_void_p]),
        ("hoshi_model_identity", c.c_void_p, [c.c_void_p, c.c_int, c.POINTER(c.c_size_t)]),
        ("hoshi_score_utf16", c.c_int, scoring),
        ("hoshi_score_utf8", c.c_int, scoring),
        ("hoshi_map_sum", c.c_double, [c.c_void_p, c.c_double]),
        ("hoshi_contributions_load", c.c_int, [c.c_char_p, c.POINTER(c.c_void_p)]),
        ("hoshi_contributions_free", None, [c.c_void_p]),
        ("hoshi_contributions_identity", c.c_void_p, [c.c_void_p, c.POINTER(c.c_size_t)]),
        (
            "hoshi_explain_utf16",
            c.c_int,
            [c.c_void_p, c.c_void_p, c.c_void_p, c.c_size_t, c.POINTER(c.POINTER(ExplanationStruct))],
        ),
        ("hoshi_explanation_free", None, [c.POINTER(ExplanationStruct)]),
        (
            "hoshi_tokenize_utf16",
            c.c_int,
            [c.c_void_p, c.c_void_p, c.c_size_t, c.POINTER(c.POINTER(TokensStruct))],
        ),
        ("hoshi_tokens_free", None, [c.POINTER(TokensStruct)]),
    ):
        function = getattr(loaded, name)
        function.restype = result
        function.argtypes = arguments
    found = loaded.hoshi_abi_version()
    if found != ABI_VERSION:
        raise ImportError(f"{path}: expected a library of ABI version {ABI_VERSION}, found {found}. Install hoshi-stars again")
    return loaded


library = _load()
