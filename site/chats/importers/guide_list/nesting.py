"""Which parts of a text stand inside brackets or quotation marks."""

import re
from collections import Counter
from collections.abc import Iterable

Span = tuple[int, int]

_OPENING = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«"}
_MARK = re.compile(r'["“”«»()\[\]{}]')


def pairs(text: str) -> list[Span]:
    """Positions of each opening mark and the mark that closes it, by opening position.

    Pairs nest and never cross. Marks without a partner (5" disks, a bracket nobody closed) are
    left out. A straight quotation mark opens or closes by what stands on its two sides.
    """
    found: list[Span] = []
    open_marks: list[tuple[str, int]] = []
    open_kinds: Counter[str] = Counter()

    def close(kind: str, position: int) -> None:
        while True:
            mark, start = open_marks.pop()
            open_kinds[mark] -= 1
            if mark == kind:
                found.append((start, position))
                return

    for match in _MARK.finditer(text):
        mark, position = match[0], match.start()
        if mark in _OPENING:
            if open_kinds[_OPENING[mark]]:
                close(_OPENING[mark], position)
        elif mark != '"' or _opens(text, position):
            open_marks.append((mark, position))
            open_kinds[mark] += 1
        elif open_marks and open_marks[-1][0] == '"':
            # Only on top: a bracket opened within the quotation has to be closed first.
            close('"', position)
    return sorted(found)


def _opens(text: str, position: int) -> bool:
    before, after = text[max(position - 1, 0) : position], text[position + 1 : position + 2]
    if not after or after.isspace() or after in ";,.)]}”»":
        return False
    if not before or before.isspace() or before in "([{“«":
        return True
    return before in '"/-–—' and after.isalnum()


def outermost(spans: Iterable[Span]) -> list[Span]:
    """Those of the spans, ordered by start, that lie in no other."""
    outer: list[Span] = []
    for span in spans:
        if not outer or span[0] > outer[-1][1]:
            outer.append(span)
    return outer


def positions_outside(text: str, mark: str, spans: Iterable[Span]) -> list[int]:
    """Where a mark stands outside all spans, which are outermost ones in order."""
    positions: list[int] = []
    at = text.find(mark)
    for start, end in spans:
        while -1 < at < start:
            positions.append(at)
            at = text.find(mark, at + 1)
        if -1 < at <= end:
            at = text.find(mark, end + 1)
    while at > -1:
        positions.append(at)
        at = text.find(mark, at + 1)
    return positions
