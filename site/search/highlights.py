"""Showing where words stand: plain text in, escaped HTML with `<mark>` and nothing else out."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.query import Alternative
from search.words import places_of_stems, tokens

WORDS_SHOWN = 40
ELLIPSIS = "…"
JOINED = {" ", "-"}

Span = tuple[int, int]
"""Where a word begins and ends in its text."""


def mark(text: str, ways: Iterable[Alternative]) -> SafeString:
    """Return the whole text with the words marked."""
    ways = list(ways)
    if not ways:
        return escape(text)
    stems, spans = places_of_stems(text)
    return _html(text, spans, _places(stems, ways), 0, len(text))


def is_marked(html: SafeString) -> bool:
    return "<mark>" in html


def excerpt(text: str, ways: Iterable[Alternative], words: int = WORDS_SHOWN) -> SafeString:
    """Return the stretch where the most of what was asked stands together, else the beginning."""
    ways = list(ways)
    if not ways:
        return _beginning(text, words)
    stems, spans = places_of_stems(text)
    places = _places(stems, ways)
    if len(spans) <= words:
        return _html(text, spans, places, 0, len(text))
    first = _densest(stems, places, words) if places else 0
    last = min(first + words, len(spans)) - 1
    start = spans[first][0] if first else 0
    end = spans[last][1] if last < len(spans) - 1 else len(text)
    before = f"{ELLIPSIS} " if first else ""
    after = f" {ELLIPSIS}" if last < len(spans) - 1 else ""
    return mark_safe(before + _html(text, spans, places, start, end) + after)


def _beginning(text: str, words: int) -> SafeString:
    # One word more tells that the text goes on.
    said = list(islice(tokens(text), words + 1))
    if len(said) <= words:
        return escape(text)
    return mark_safe(f"{escape(text[: said[words - 1].end])} {ELLIPSIS}")


def _places(stems: list[str], ways: Iterable[Alternative]) -> list[int]:
    """Return which words are among what was asked for, in order; of a phrase only in a row."""
    asked = {way.stems for way in ways}
    first_stems = {stems_asked[0] for stems_asked in asked}
    places_of: dict[str, list[int]] = defaultdict(list)
    for place, stem in enumerate(stems):
        if stem in first_stems:
            places_of[stem].append(place)
    places: set[int] = set()
    for stems_asked in asked:
        size = len(stems_asked)
        for first in places_of.get(stems_asked[0], ()):
            if tuple(stems[first : first + size]) == stems_asked:
                places.update(range(first, first + size))
    return sorted(places)


def _densest(stems: list[str], places: list[int], words: int) -> int:
    """Return the first word of the window with the most different stems, a little before them."""

    def different(first: int) -> int:
        return len({stems[place] for place in places if first <= place < first + words})

    begin = max(places, key=different)
    return max(0, min(begin - words // 5, len(stems) - words))


def _html(text: str, spans: list[Span], places: list[int], start: int, end: int) -> SafeString:
    shown = [place for place in places if start <= spans[place][0] and spans[place][1] <= end]
    parts = []
    at = start
    for begins, ends in _neighbours(shown, spans, text):
        parts += [escape(text[at:begins]), "<mark>", escape(text[begins:ends]), "</mark>"]
        at = ends
    parts.append(escape(text[at:end]))
    return mark_safe("".join(parts))


def _neighbours(places: list[int], spans: list[Span], text: str) -> list[Span]:
    """Return where marked words stand, those with but a blank or a hyphen between them as one."""
    found: list[Span] = []
    for place in places:
        begins, ends = spans[place]
        if found and text[found[-1][1] : begins] in JOINED:
            found[-1] = found[-1][0], ends
        else:
            found.append((begins, ends))
    return found
