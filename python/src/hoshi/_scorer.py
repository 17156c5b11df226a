"""The scorer: texts → scores, labels, explanations and tokens, to the same bits as hoshi's server."""

from __future__ import annotations

import ctypes as c
import math
import os
import struct
import sys
import weakref
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict, overload

from . import _library as lib
from ._bundle import Bundle, BundleError, label_cuts_of, open_bundle
from ._readable import StrOffsets, readable
from ._texts import NAN, Batch, batches_of, containers_of, describe, doubles, is_arrow, unsigned

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

Label = Literal["negative", "neutral", "positive"]
PARTS_OF_SPEECH = (
    "other",
    "noun",
    "verb",
    "adjective",
    "adverb",
    "auxiliary",
    "particle",
    "conjunctive particle",
    "symbol",
    "conjunction",
    "adnominal",
    "prefix",
    "interjection",
    "filler",
)
MAX_THREADS = 1024
# About one millisecond of work, so that the start of a thread pays off.
UNITS_PER_THREAD = 10_000


class UnexplainableError(BundleError):
    """The model's scores cannot be explained, or it was compiled without the tables for it."""


class Model(NamedTuple):
    name: str
    version: str
    """A hash of everything that a score depends on."""
    range: tuple[float, float]
    """Every score is between these two, in stars."""


class Detail(NamedTuple):
    score: float
    """In stars; NaN for a missing text."""
    label: Label | None
    """None for a missing text."""
    known: float | None
    """The share of words that the model knows, from 0 to 1. None for a text without words."""


class ExplainedTerm(TypedDict):
    term: str
    """In words of the text, with marks such as （ない）."""
    name: str
    """The same for every text: base forms with such marks."""
    offsets: list[list[int]]
    """Each occurrence, as [start, end)."""
    value: float
    """The TF-IDF value of the term in this text."""
    contribution: float
    """In stars. A positive contribution raises the score."""


class Explanation(TypedDict):
    """base + absent + the contributions of the terms + held = score, up to rounding. In stars."""

    score: float
    base: float
    absent: float
    held: float
    terms: list[ExplainedTerm]


class Token(NamedTuple):
    surface: str
    """The word after the model's normalization: サイコー for ｻｲｺｰ."""
    base_form: str
    part_of_speech: str
    start: int
    """text[start:end] is the word as it is in your text."""
    end: int


class _Handle:
    """Memory of the library. The last reference frees it, so a call that runs outlives `close`."""

    __slots__ = ("_free", "value")

    def __init__(self, value: int, free: Callable[[int], None]) -> None:
        self.value = value
        self._free = free

    def __del__(self) -> None:
        self._free(self.value)


class Scorer:
    """A loaded model. `hoshi.load` makes one. Threads may share it; it can be pickled, by its folder.

    Any str is a text, the empty one and lone surrogates included.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._path = None if path is None else Path(os.path.abspath(path))
        bundle = open_bundle(lib.DATA / "stars" if self._path is None else self._path)
        self._handle: _Handle | None = _Handle(bundle.handle, lib.library.hoshi_model_free)
        self._bundle = bundle
        self._contributions: _Handle | None = None
        self._cuts = label_cuts_of(bundle.manifest)
        manifest = bundle.manifest
        lowest, highest = manifest["scoreRange"]
        self.model = Model(manifest["name"], manifest["version"], (lowest, highest))
        _check_goldens(self, bundle)
        _scorers.add(self)

    @property
    def path(self) -> Path | None:
        """The model's folder; None for the model that this package ships."""
        return self._path

    @overload
    def score(self, texts: str, *, threads: int | None = None) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def score(self, texts: npt.NDArray[Any], *, threads: int | None = None) -> npt.NDArray[np.float64]: ...
    @overload
    def score(self, texts: pd.Series[Any], *, threads: int | None = None) -> pd.Series[float]: ...
    @overload
    def score(self, texts: pa.Array[Any], *, threads: int | None = None) -> pa.DoubleArray: ...
    @overload
    def score(self, texts: pa.ChunkedArray[Any], *, threads: int | None = None) -> pa.ChunkedArray[Any]: ...
    @overload
    def score(self, texts: Iterable[str | None], *, threads: int | None = None) -> list[float]: ...

    def score(self, texts: Any, *, threads: int | None = None) -> Any:
        """The scores of texts, in stars and in their order. One str gives one float.

        A list gives a list, a numpy array an array of its shape, a pandas Series a Series with its index, and an Arrow
        array an Arrow array. None, NaN and NA give NaN, or null in Arrow.

        `threads` is the most threads that the call uses, from 1 to 1024. The default is one for each core that the process may use, and
        fewer for little work. The GIL is released meanwhile.

        >>> hoshi.load().score(["最高に楽しい", None])
        [4.712197407867541, nan]
        """
        if isinstance(texts, str):
            return self._score_batches([texts], threads)[0]
        if is_arrow(texts):
            return self._score_arrow(texts, threads)
        values, rebuild = containers_of(texts)
        return rebuild(self._score_batches(values, threads))

    @overload
    def details(self, texts: str, *, threads: int | None = None) -> Detail: ...  # type: ignore[overload-overlap]
    @overload
    def details(self, texts: Iterable[str | None] | npt.NDArray[Any], *, threads: int | None = None) -> list[Detail]: ...

    def details(self, texts: Any, *, threads: int | None = None) -> Any:
        """The score, the label and the share of known words of each text, in a list. One str gives one Detail.

        `pandas.DataFrame(scorer.details(df["text"]), index=df.index)` has them as columns.
        """
        if isinstance(texts, str):
            return self._details_of([texts], threads)[0]
        values = texts.to_pylist() if is_arrow(texts) else containers_of(texts)[0]
        return self._details_of(values, threads)

    def label(self, score: float) -> Label:
        """The label of a score: "negative", "neutral" or "positive", by the cuts of the model."""
        negative_below, positive_above = self._cuts
        return "negative" if score < negative_below else "positive" if score > positive_above else "neutral"

    def explain(self, text: str, *, offsets: Literal["utf-16", "str"] = "utf-16") -> Explanation:
        """The terms that made the score of a text: the same object as the server's `:explain` returns.

        Its offsets count UTF-16 units, as in the server. With offsets="str", text[start:end] is the occurrence.
        The first call maps the tables that it needs.
        """
        if not isinstance(text, str):
            raise TypeError(f"Expected a string, received {describe(text)}")
        if offsets not in ("utf-16", "str"):
            raise ValueError(f'Expected offsets to be "utf-16" or "str", received {offsets!r}')
        handle, contributions = self._open("explain"), self._contributions_handle()
        units = text.encode("utf-16-le", "surrogatepass")
        out = c.POINTER(lib.ExplanationStruct)()
        lib.check(lib.library.hoshi_explain_utf16(handle.value, contributions.value, units, len(units) // 2, c.byref(out)))
        try:
            return self._explanation_from(out.contents, handle, units, StrOffsets(text) if offsets == "str" else _same)
        finally:
            lib.library.hoshi_explanation_free(out)

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of a text as the model reads it: after its normalization, with its user dictionary."""
        if not isinstance(text, str):
            raise TypeError(f"Expected a string, received {describe(text)}")
        handle = self._open("tokenize")
        units = text.encode("utf-16-le", "surrogatepass")
        out = c.POINTER(lib.TokensStruct)()
        lib.check(lib.library.hoshi_tokenize_utf16(handle.value, units, len(units) // 2, c.byref(out)))
        try:
            return _tokens_from(out.contents, StrOffsets(text))
        finally:
            lib.library.hoshi_tokens_free(out)

    def close(self) -> None:
        """Releases the model. Calls that run still end; later ones raise a ValueError. A second call does nothing."""
        self._handle = None
        self._contributions = None

    def __enter__(self) -> Scorer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Scorer], tuple[str | None, str]]:
        return _restore, (None if self._path is None else str(self._path), self.model.version)

    def __repr__(self) -> str:
        state = "" if self._handle is not None else ", closed"
        return f"<hoshi.Scorer {self.model.name} {self.model.version} of {self._bundle.folder}{state}>"

    def _open(self, method: str) -> _Handle:
        handle = self._handle
        if handle is None:
            raise ValueError(f"Expected a scorer that is in use, received a call of {method} after close. Load another one")
        return handle

    def _score_batches(self, texts: Iterable[object], threads: int | None) -> array[float]:
        handle = self._open("score")
        limit = _check_threads(threads)
        scores = array("d")
        for batch in batches_of(texts):
            part = doubles(batch.size)
            _run(handle, batch, _threads_for(limit, threads, batch), part)
            for place in batch.missing:
                part[place] = NAN
            scores.extend(part)
        return scores

    def _details_of(self, texts: Iterable[object], threads: int | None) -> list[Detail]:
        handle = self._open("details")
        limit = _check_threads(threads)
        found: list[Detail] = []
        for batch in batches_of(texts):
            scores, words, unknown = doubles(batch.size), unsigned(batch.size), unsigned(batch.size)
            _run(handle, batch, _threads_for(limit, threads, batch), scores, words, unknown)
            details = [
                Detail(score, self.label(score), None if count == 0 else 1 - without / count)
                for score, count, without in zip(scores, words, unknown)
            ]
            for place in batch.missing:
                details[place] = Detail(NAN, None, None)
            found += details
        return found

    def _score_arrow(self, texts: Any, threads: int | None) -> Any:
        pyarrow = sys.modules["pyarrow"]
        if isinstance(texts, pyarrow.ChunkedArray):
            chunks = [self._score_arrow(chunk, threads) for chunk in texts.chunks]
            return pyarrow.chunked_array(chunks, type=pyarrow.float64())
        handle = self._open("score")
        limit = _check_threads(threads)
        try:
            column = texts.cast(pyarrow.large_string())
        except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as error:
            raise TypeError(f"Expected an Arrow array of strings, received one of {texts.type}: {error}") from error
        if not _is_arrow_text(pyarrow, texts.type):
            raise TypeError(f"Expected an Arrow array of strings, received one of {texts.type}")
        filled = column.fill_null("") if column.null_count > 0 else column
        count = len(filled)
        scores = doubles(count)
        if count > 0:
            _, offsets, data = filled.buffers()
            size = filled.buffers()[2].size if data is not None else 0
            used = limit if threads is not None else _fewer(limit, size // 3)
            lib.check(
                lib.library.hoshi_score_utf8(
                    handle.value,
                    data.address if data is not None else None,
                    offsets.address + 8 * filled.offset,
                    count,
                    used,
                    scores.buffer_info()[0],
                    None,
                    None,
                )
            )
        result = pyarrow.Array.from_buffers(pyarrow.float64(), count, [None, pyarrow.py_buffer(scores)])
        if column.null_count == 0:
            return result
        import pyarrow.compute as compute

        return compute.if_else(column.is_valid(), result, pyarrow.scalar(None, pyarrow.float64()))

    def _contributions_handle(self) -> _Handle:
        contributions = self._contributions
        if contributions is None:
            try:
                value = self._bundle.load_contributions()
            except FileNotFoundError as error:
                raise UnexplainableError(
                    f"{error.args[0]}: expected the compiled contributions, found no file. Run `hoshi compile {self._bundle.folder}`: "
                    "it writes them, or says why the model's scores cannot be explained"
                ) from None
            # Two threads may come here together. Each then has its own tables, and one of them is freed.
            contributions = self._contributions = _Handle(value, lib.library.hoshi_contributions_free)
        return contributions

    def _explanation_from(
        self, found: lib.ExplanationStruct, handle: _Handle, units: bytes, place: Callable[[int], int]
    ) -> Explanation:
        count = found.term_count
        names = c.string_at(found.terms, found.terms_size).decode("utf-8").split("\n") if count > 0 else []
        has_rules = self._bundle.manifest["vectorizer"].get("rules") is not None
        terms: list[ExplainedTerm] = []
        occurrence = 0
        for i in range(count):
            spans: list[tuple[int, int]] = []
            while occurrence < found.occurrence_ends[i]:
                spans.append((found.offsets[2 * occurrence], found.offsets[2 * occurrence + 1]))
                occurrence += 1
            start, end = spans[0] if spans else (0, 0)
            words = units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
            term, name = readable(names[i], has_rules, words)
            terms.append(
                {
                    "term": term,
                    "name": name,
                    "offsets": [[place(start), place(end)] for start, end in spans],
                    "value": found.values[i],
                    "contribution": found.contributions[i],
                }
            )
        score = lib.library.hoshi_map_sum(handle.value, found.sum)
        return {"score": score, "base": found.base, "absent": found.absent, "held": score - found.sum, "terms": terms}


def load(path: str | os.PathLike[str] | None = None) -> Scorer:
    """Loads a model from its folder, by default the model that this package ships, and checks its golden scores.

    Raises a BundleError if the folder holds no valid model, or if its compiled files are missing or those of another
    model; the message says what to do.

    >>> with hoshi.load() as scorer:
    ...     scorer.score(["最高に楽しい", "全くだめ、駄作"])
    """
    return Scorer(path)


def _restore(path: str | None, version: str) -> Scorer:
    """Unpickles a scorer. Its scores are those of the pickled one, or it raises a BundleError."""
    scorer = load(path)
    if scorer.model.version != version:
        raise BundleError(
            f"{path or 'the model of this package'}: expected version {version}, which was pickled, found {scorer.model.version}. "
            "Use the same model on all machines"
        )
    return scorer


def _check_goldens(scorer: Scorer, bundle: Bundle) -> None:
    goldens = bundle.manifest["goldens"]
    scores = scorer.score([golden["text"] for golden in goldens], threads=1)
    for golden, score in zip(goldens, scores):
        if struct.pack("d", score) != struct.pack("d", golden["score"]):
            raise BundleError(
                f"{bundle.folder}/manifest.json: expected the golden text {golden['text']!a} to give {golden['score']!r}, found {score!r}"
            )


def _run(handle: _Handle, batch: Batch, threads: int, scores: array[float], *counts: array[int]) -> None:
    """Scores a batch into `scores`, and counts its words and unknown words into `counts`."""
    words, unknown = (counts[0].buffer_info()[0], counts[1].buffer_info()[0]) if counts else (None, None)
    lib.check(
        lib.library.hoshi_score_utf16(
            handle.value,
            batch.data,
            batch.offsets.buffer_info()[0],
            batch.size,
            threads,
            scores.buffer_info()[0],
            words,
            unknown,
        )
    )


def _check_threads(threads: int | None) -> int:
    if threads is None:
        return _cores()
    if not isinstance(threads, int) or isinstance(threads, bool) or not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"Expected threads to be an integer from 1 to {MAX_THREADS}, or None, received {threads!r}")
    return threads


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _threads_for(limit: int, threads: int | None, batch: Batch) -> int:
    return limit if threads is not None else _fewer(limit, len(batch.data) // 2)


def _fewer(limit: int, units: int) -> int:
    return min(limit, math.ceil((units + 1) / UNITS_PER_THREAD), MAX_THREADS)


def _is_arrow_text(pyarrow: Any, kind: Any) -> bool:
    types = pyarrow.types
    value = kind.value_type if types.is_dictionary(kind) else kind
    is_view = getattr(types, "is_string_view", lambda _: False)(value)
    return types.is_string(value) or types.is_large_string(value) or is_view or types.is_null(value)


def _same(offset: int) -> int:
    return offset


def _tokens_from(found: lib.TokensStruct, place: Callable[[int], int]) -> list[Token]:
    count = found.count
    text = c.string_at(found.normalized, 2 * found.normalized_size) if count > 0 else b""
    bases = c.string_at(found.base_forms, 2 * found.base_ends[count - 1]) if count > 0 else b""
    tokens: list[Token] = []
    start = base_start = 0
    for i in range(count):
        end, base_end = found.ends[i], found.base_ends[i]
        surface = text[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")
        base = bases[2 * base_start : 2 * base_end].decode("utf-16-le", "surrogatepass")
        tokens.append(
            Token(
                surface,
                base or surface,
                PARTS_OF_SPEECH[found.parts_of_speech[i]],
                place(found.text_starts[i]),
                place(found.text_ends[i]),
            )
        )
        start, base_start = end, base_end
    return tokens


_scorers: weakref.WeakSet[Scorer] = weakref.WeakSet()


def _renew_locks() -> None:
    """Another thread of the parent may have held a lock of the library when the process forked."""
    for scorer in list(_scorers):
        handle = scorer._handle
        if handle is not None:
            lib.library.hoshi_model_after_fork(handle.value)


os.register_at_fork(after_in_child=_renew_locks)
