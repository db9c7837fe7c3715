"""A chat as a guide page lists it, in English whoever asks, as the guide-list importer reads it.

"Wednesday, March 2, 2022. (hosted by X) Topics and timestamps: m:ss title; m:ss title"
"""

import datetime
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.exports.frame import Export, named, on_one_line, read_otherwise, titled
from chats.importers import ImportedChat, ImportedTopic
from chats.importers.dates import WEEKDAYS
from chats.importers.guide_list import parse
from chats.importers.guide_list.statements import outcome_stated
from chats.importers.guide_list.topics import pieces
from chats.importers.page_text import is_page, page_text
from chats.titles import english_date

_DASH = re.compile(r"[-–—]\s")
_FACTS = {
    "start_time": gettext_lazy("the time of day"),
    "hosts": gettext_lazy("the hosts"),
    "teams": gettext_lazy("the co-hosting teams"),
    "note": gettext_lazy("the note"),
    "outcome": gettext_lazy("what went otherwise"),
    "topics_promised": gettext_lazy("the promise of topics"),
    "recording_url": gettext_lazy("the link to the recording"),
}


def entry(chat: ImportedChat) -> Export:
    """Return the line of a chat with its topics, in their order, timed or not.

    A semicolon parts two topics there: one in a title, outside of brackets and quotation marks,
    becomes a comma, and a note says so.
    """
    flat, notes = on_one_line(chat.topics)
    topics = [_without_semicolons(topic) for topic in flat]
    if changed := [one.title for one, new in zip(flat, topics, strict=True) if one != new]:
        reason = _("A semicolon parts topics here; in these it became a comma: %(titles)s.")
        notes.append(reason % {"titles": named(changed)})
    parts = [
        f"{WEEKDAYS[chat.date.weekday()]}, {english_date(chat.date)}{_clock(chat.start_time)}."
    ]
    parts += _hosts(chat)
    if chat.recording_url:
        parts.append(f"Recording: {chat.recording_url}")
    parts += _states(chat)
    if topics:
        timed = any(topic.start is not None for topic in topics)
        parts.append("Topics and timestamps:" if timed else "Topics:")
        parts.append("; ".join(map(_topic, topics)))
    if chat.note:
        parts.append(f"(Note: {' '.join(chat.note.split())})")
    text = " ".join(parts) + "\n"
    notes += _read_otherwise(chat, topics, text)
    return Export(text, "text/plain", ".guide.txt", tuple(notes))


def _topic(topic: ImportedTopic) -> str:
    title = titled(topic.title, topic.source)
    # A dash between time and title is read as none of the title; a second one is.
    dash = " -" if _DASH.match(title) else ""
    return f"{topic.stamp}{dash} {title}" if topic.stamp else title


def _without_semicolons(topic: ImportedTopic) -> ImportedTopic:
    parts = pieces(topic.title)
    if len(parts) < 2 and not topic.title.rstrip().endswith(";"):
        return topic
    title = ", ".join(part.strip() for part in parts if part.strip())
    return ImportedTopic(topic.start, title, topic.source)


def _clock(time: datetime.time | None) -> str:
    if time is None:
        return ""
    half = "am" if time.hour < 12 else "pm"
    return f", {time.hour % 12 or 12}:{time.minute:02} {half}"


def _hosts(chat: ImportedChat) -> list[str]:
    said = []
    if chat.hosts:
        said.append(f"hosted by {_listed(chat.hosts)}")
    if chat.teams:
        said.append(f"co-hosted with {_listed(chat.teams)}")
    return [f"({' and '.join(said)})"] if said else []


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    if not others:
        return last
    serial = len(names) > 2 or any(" and " in name or " & " in name for name in names)
    return f"{', '.join(others)}{',' if serial else ''} and {last}"


def _states(chat: ImportedChat) -> list[str]:
    if chat.outcome:
        return [_outcome(chat.outcome, chat.outcome_reason)]
    if chat.topics:
        return []
    if chat.topics_promised:
        if chat.topics_due:
            return [f"Topics expected by {english_date(chat.topics_due)}."]
        return ["Timestamps and topics coming soon!"]
    return ["Register now!"] if chat.invites else ["Recording coming soon!"]


def _outcome(outcome: str, reason: str) -> str:
    said = "The recording was lost" if outcome == "lost" else "This chat was cancelled"
    stated = outcome_stated(reason)
    if stated and (stated.outcome, stated.reason) == (outcome, reason):
        return f"{reason}."
    return f"{said} due to {reason}." if reason else f"{said}."


def _read_otherwise(chat: ImportedChat, topics: Sequence[ImportedTopic], text: str) -> list[str]:
    read = parse(page_text(text) if is_page(text) else text).chats
    if len(read) != 1:
        return [_("This line cannot be read back as one chat.")]
    notes = read_otherwise(topics, read[0].topics)
    for name, label in _FACTS.items():
        meant, got = getattr(chat, name), getattr(read[0], name)
        if name == "note":
            meant = " ".join(meant.split())
        if name == "topics_promised" and (chat.outcome or chat.topics):
            continue
        if meant != got:
            notes.append(_("Read back, this differs: %(what)s.") % {"what": label})
    return notes
