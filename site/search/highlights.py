"""Showing where words stand: plain text in, escaped HTML with `<mark>` and nothing else out."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby, islice

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.query import Alternative
from search.words import Token, tokens

WORDS_SHOWN = 40
ELLIPSIS = "…"
JOINED = {" ", "-"}


def mark(text: str, ways: Iterable[Alternative]) -> SafeString:
    """Return the whole text with the words marked."""
    ways = list(ways)
    if not ways:
        return escape(text)
    said = list(tokens(text))
    return _html(text, said, _places(said, ways), 0, len(text))


def is_marked(html: SafeString) -> bool:
    return "<mark>" in html


def excerpt(text: str, ways: Iterable[Alternative], words: int = WORDS_SHOWN) -> SafeString:
    """Return the stretch where the most of what was asked stands together, else the beginning."""
    ways = list(ways)
    if not ways:
        return _beginning(text, words)
    said = list(tokens(text))
    places = _places(said, ways)
    if len(said) <= words:
        return _html(text, said, places, 0, len(text))
    first = _densest(said, places, words) if places else 0
    last = min(first + words, len(said)) - 1
    start = said[first].start if first else 0
    end = said[last].end if last < len(said) - 1 else len(text)
    before = f"{ELLIPSIS} " if first else ""
    after = f" {ELLIPSIS}" if last < len(said) - 1 else ""
    return mark_safe(before + _html(text, said, places, start, end) + after)


def _beginning(text: str, words: int) -> SafeString:
    # One word more tells that the text goes on.
    said = list(islice(tokens(text), words + 1))
    if len(said) <= words:
        return escape(text)
    return mark_safe(f"{escape(text[: said[words - 1].end])} {ELLIPSIS}")


def _places(said: list[Token], ways: Iterable[Alternative]) -> set[int]:
    """Return which words are among what was asked for; those of a phrase only in a row."""
    asked = {way.stems for way in ways}
    first_stems = {stems_asked[0] for stems_asked in asked}
    stems = [token.stem for token in said]
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
    return places


def _densest(said: list[Token], places: set[int], words: int) -> int:
    """Return the first word of the window with the most different stems, a little before them."""

    def different(first: int) -> int:
        return len({said[place].stem for place in places if first <= place < first + words})

    begin = max(sorted(places), key=different)
    return max(0, min(begin - words // 5, len(said) - words))


def _html(text: str, said: list[Token], places: set[int], start: int, end: int) -> SafeString:
    parts = []
    at = start
    for marked, run in groupby(
        (place for place, token in enumerate(said) if start <= token.start and token.end <= end),
        key=lambda place: place in places,
    ):
        run = list(run)
        if marked:
            for first, last in _neighbours(run, said, text):
                parts += [escape(text[at : said[first].start]), "<mark>"]
                parts += [escape(text[said[first].start : said[last].end]), "</mark>"]
                at = said[last].end
    parts.append(escape(text[at:end]))
    return mark_safe("".join(parts))


def _neighbours(run: list[int], said: list[Token], text: str) -> Iterable[tuple[int, int]]:
    """Yield the first and last of marked words with but a blank or a hyphen between them."""
    first = run[0]
    for place, following in zip(run, [*run[1:], None], strict=True):
        if following is None or text[said[place].end : said[following].start] not in JOINED:
            yield first, place
            first = following
