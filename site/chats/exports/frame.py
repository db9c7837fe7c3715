"""What every export gives back, and what several of them need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chats.importers import ImportedTopic
from chats.importers.sentences import shortened
from chats.importers.titles import one_line

MOST_NAMED = 5
"""Titles a note names before it merely counts."""


@dataclass(frozen=True)
class Export:
    """A file: its text (to be encoded as UTF-8), and in `notes` what it does not tell, or not so.

    `suffix` goes behind the name of the chat: "2022-03-02" + ".chapters.vtt".
    """

    text: str
    media_type: str
    suffix: str
    notes: tuple[str, ...] = ()


def titled(title: str, source: str) -> str:
    """Return a title with its source, as guide pages write it: "(from text chat) Bins"."""
    return f"(from text chat) {title}" if source == "text chat" else title


def on_one_line(topics: Iterable[ImportedTopic]) -> tuple[list[ImportedTopic], list[str]]:
    """Return the topics, each title on one line, and what that changed."""
    flat: list[ImportedTopic] = []
    changed: list[str] = []
    for topic in topics:
        title = one_line(topic.title)
        if title != topic.title:
            changed.append(title)
        flat.append(ImportedTopic(topic.start, title, topic.source))
    if not changed:
        return flat, []
    return flat, [_("Line breaks became spaces: %(titles)s.") % {"titles": named(changed)}]


def timed_in_order(topics: Sequence[ImportedTopic]) -> tuple[list[ImportedTopic], list[str]]:
    """Return the timed topics by their time, and what was left out or moved."""
    notes: list[str] = []
    timed = [topic for topic in topics if topic.start is not None]
    if untimed := [topic.title for topic in topics if topic.start is None]:
        reason = _("Topics without a time are left out: %(titles)s.")
        notes.append(reason % {"titles": named(untimed)})
    ordered = sorted(timed, key=lambda topic: topic.start or 0)
    if ordered != timed:
        notes.append(_("The topics were put in the order of their times."))
    return ordered, notes


def read_otherwise(meant: Sequence[ImportedTopic], read: Sequence[ImportedTopic]) -> list[str]:
    """Return the sentences that say where an export reads back otherwise than it was meant."""
    if len(meant) != len(read):
        reason = _("Read back, this gives %(read)d topics instead of %(meant)d.")
        return [reason % {"read": len(read), "meant": len(meant)}]
    differing = [one.title for one, other in zip(meant, read, strict=True) if one != other]
    if not differing:
        return []
    return [_("These read back differently: %(titles)s.") % {"titles": named(differing)}]


def named(titles: Sequence[str]) -> str:
    """Return titles as a sentence names them: “Bins”, “Labels” and so on, then their number."""
    said = ", ".join(_("“%(title)s”") % {"title": shortened(each)} for each in titles[:MOST_NAMED])
    if len(titles) > MOST_NAMED:
        about = {"titles": said, "count": len(titles) - MOST_NAMED}
        said = _("%(titles)s and %(count)d more") % about
    return said
