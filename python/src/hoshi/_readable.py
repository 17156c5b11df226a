"""Terms as people read them, and offsets in a str. model/reference/readable-terms.ts is the twin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

NEGATED_MARK = "¬"
NEGATED = "（ない）"
NOTES = {"A:": "（逆接の前）", "B:": "（逆接の後）", "L:": "（最後の文）"}
SYMBOL = "S:"


def readable(term: str, has_rules: bool, words: str) -> tuple[str, str]:
    """The term with the words of the text that made it, and with those of the vocabulary."""
    if not has_rules:
        return term, term
    if term[1:2] != ":" and NEGATED_MARK not in term:
        return words, term
    name, marks = _parts(term)
    return words + marks, name + marks


def _parts(term: str) -> tuple[str, str]:
    if term.startswith(SYMBOL):
        return term.removeprefix(SYMBOL), ""
    note = NOTES.get(term[:2], "")
    words = [term[2:]] if note else term.split(" ")
    # If the last word has no mark, the words show their negator.
    negated = NEGATED if words[-1].endswith(NEGATED_MARK) else ""
    return " ".join(word.removesuffix(NEGATED_MARK) for word in words), negated + note


class StrOffsets:
    """Offsets in UTF-16 units → offsets in a str, which count code points."""

    def __init__(self, text: str) -> None:
        self._wide: Sequence[int] = _wide_starts(text) if not text.isascii() and max(text) > "\uffff" else ()

    def __call__(self, offset: int) -> int:
        """An offset inside a pair of surrogates gives the start of its character."""
        return offset - bisect_right(self._wide, offset - 1)


def _wide_starts(text: str) -> list[int]:
    starts, unit = [], 0
    for character in text:
        if character > "\uffff":
            starts.append(unit)
            unit += 2
        else:
            unit += 1
    return starts
