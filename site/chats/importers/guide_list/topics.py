"""The topics of an entry: "m:ss title; m:ss title"."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from chats.importers.frame import ImportedTopic, Source
from chats.importers.guide_list.nesting import outermost, pairs, positions_outside
from chats.importers.sentences import shortened
from chats.importers.stamps import (
    STAMP_AFTER_SEMICOLON,
    STAMP_INSIDE,
    Stamp,
    seconds_of,
    take_stamp,
)
from chats.importers.titles import FROM_CHAT


@dataclass(frozen=True)
class _Item:
    stamp: Stamp | None
    title: str
    source: Source
    piece: str

    @property
    def start(self) -> int | None:
        return self.stamp.seconds if self.stamp else None


def pieces(text: str) -> list[str]:
    """Return what stands between the breaks of a list of topics, empty pieces included.

    A line feed is a break; so is a semicolon outside brackets and quotation marks. Straight
    quotation marks with two stamped topics between them were not meant as a pair.
    """
    return [piece for line in text.split("\n") for piece in _pieces_of_line(line)]


def starts_with_topic(piece: str) -> bool:
    """Say whether a piece is a time stamp and a title."""
    stamp, title = take_stamp(piece)
    return stamp is not None and bool(title.strip())


def read_topics(listed: list[str]) -> tuple[list[ImportedTopic], list[str]]:
    """Return the topics that pieces hold, and the reasons of warnings."""
    items = [_item(piece) for piece in listed if piece.strip()]
    kept = [item for item in items if item.title]
    reasons: list[str] = []
    if empty := len(listed) - len(items):
        reasons.append(_("Topics with nothing in them, left out: %(count)d.") % {"count": empty})
    reasons += _times_alone(items)
    reasons += _impossible_times(kept)
    if any(item.start is not None for item in kept):
        reasons += _times_backwards(kept)
        reasons += _missed_breaks(kept)
        reasons += _missing_times(kept)
    return [ImportedTopic(item.start, item.title, item.source) for item in kept], reasons


def _pieces_of_line(line: str) -> list[str]:
    stamped = [match.start() for match in STAMP_AFTER_SEMICOLON.finditer(line)]

    def meant(span: tuple[int, int]) -> bool:
        start, end = span
        return line[start] != '"' or bisect_left(stamped, end) - bisect_left(stamped, start) < 2

    spans = outermost(filter(meant, pairs(line)))
    breaks = [-1, *positions_outside(line, ";", spans), len(line)]
    cut = [line[start + 1 : end] for start, end in pairwise(breaks)]
    return cut if cut[-1].strip() else cut[:-1]


def _item(piece: str) -> _Item:
    without_source = FROM_CHAT.sub("", piece, count=1)
    stamp, rest = take_stamp(without_source)
    title = FROM_CHAT.sub("", rest, count=1)
    in_chat = without_source != piece or title != rest
    return _Item(stamp, title.strip(), "text chat" if in_chat else "recording", piece)


def _times_alone(items: list[_Item]) -> Iterator[str]:
    for item in items:
        if not item.title:
            yield _("No topic follows “%(text)s”; it was left out.") % {
                "text": shortened(item.piece)
            }


def _impossible_times(items: list[_Item]) -> Iterator[str]:
    for item in items:
        if item.stamp and item.stamp.seconds is None:
            yield _(
                "There is no time “%(time)s”, seconds end at 59 and so do minutes after hours; "
                "“%(title)s” was kept without a time."
            ) % {"time": item.stamp.written, "title": shortened(item.title)}


def _times_backwards(items: list[_Item]) -> Iterator[str]:
    timed = [item.stamp for item in items if item.stamp and item.stamp.seconds is not None]
    for before, after in pairwise(timed):
        if after.seconds < before.seconds:
            yield _("The time %(after)s stands after %(before)s; times and order were kept.") % {
                "after": after.written,
                "before": before.written,
            }


def _missing_times(items: list[_Item]) -> Iterator[str]:
    untimed = [item.title for item in items if item.stamp is None]
    if untimed:
        yield _("Topics without a time among others with one: %(count)d, first “%(title)s”.") % {
            "count": len(untimed),
            "title": shortened(untimed[0]),
        }


def _missed_breaks(items: list[_Item]) -> Iterator[str]:
    for item, following in pairwise([*items, None]):
        if not STAMP_INSIDE.search(item.title):
            continue
        after = item.start or 0
        before = following.start if following and following.start is not None else math.inf
        for stamp in STAMP_INSIDE.finditer(_without_asides(item.title)):
            if after < (seconds_of(stamp[1]) or 0) < before:
                yield _(
                    "“%(title)s” may be two topics, if a semicolon is missing before %(time)s; "
                    "it was kept as one."
                ) % {"title": shortened(item.title), "time": stamp[1]}
                break


def _without_asides(title: str) -> str:
    kept, at = [], 0
    for start, end in outermost(pairs(title)):
        if ";" not in title[start:end]:
            kept.append(title[at:start])
            at = end + 1
    return "".join([*kept, title[at:]])
