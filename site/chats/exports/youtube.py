"""Topics for the description of a video on YouTube (support.google.com/youtube, 9884579).

YouTube makes chapters of them if the first stands at 0:00, there are three at least and each
lasts ten seconds or longer. A description holds 5000 characters and no angle brackets.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from chats.exports.frame import (
    Export,
    named,
    on_one_line,
    read_otherwise,
    timed_in_order,
    titled,
)
from chats.importers import ImportedTopic
from chats.importers.youtube import parse
from core.timestamps import format_stamp

MOST_CHARACTERS = 5000
FEWEST = 3
SHORTEST = 10
"""Seconds."""

_BRACKETS = str.maketrans("<>", "‹›")
_LIKE_SEPARATOR = re.compile(r"[|:•·→=–—-]|to\s|\(https?:", re.IGNORECASE)


def description(topics: Sequence[ImportedTopic]) -> Export:
    """Return a line for each timed topic, and in the notes what YouTube will not do with them."""
    flat, notes = on_one_line(topics)
    timed, more = timed_in_order(flat)
    notes += more
    if bracketed := [topic.title for topic in timed if re.search("[<>]", topic.title)]:
        reason = _("YouTube allows no angle brackets, others stand for them: %(titles)s.")
        notes.append(reason % {"titles": named(bracketed)})
        timed = [
            ImportedTopic(topic.start, topic.title.translate(_BRACKETS), topic.source)
            for topic in timed
        ]
    if timed and timed[0].start > 0:
        first = ImportedTopic(0, _("Start"))
        timed.insert(0, first)
        reason = _("YouTube wants a first chapter at 0:00: “0:00 %(title)s” was added.")
        notes.append(reason % {"title": first.title})
    notes += _not_chapters(timed)
    text = "".join(f"{_line(topic)}\n" for topic in timed)
    if len(text) > MOST_CHARACTERS:
        reason = _("This has %(count)d characters; YouTube takes %(most)d in a description.")
        notes.append(reason % {"count": len(text), "most": MOST_CHARACTERS})
    notes += read_otherwise(timed, parse(text).topics)
    return Export(text, "text/plain", ".youtube.txt", tuple(notes))


def _line(topic: ImportedTopic) -> str:
    title = titled(topic.title, topic.source)
    # One dash is read as none of the title: it keeps apart what else would be.
    dash = " -" if _LIKE_SEPARATOR.match(title) else ""
    return f"{format_stamp(topic.start)}{dash} {title}"


def _not_chapters(timed: Sequence[ImportedTopic]) -> list[str]:
    if not timed:
        return [_("There is no topic with a time.")]
    notes: list[str] = []
    if len(timed) < FEWEST:
        reason = _("YouTube shows chapters from %(count)d on; these stay plain links.")
        notes.append(reason % {"count": FEWEST})
    if close := [
        after.title for before, after in pairwise(timed) if after.start - before.start < SHORTEST
    ]:
        reason = _(
            "YouTube shows no chapters where one lasts less than %(count)d seconds; these start "
            "too soon after the one before: %(titles)s."
        )
        notes.append(reason % {"count": SHORTEST, "titles": named(close)})
    return notes
