"""WebVTT files of a chat: its chapters, and its captions (W3C WebVTT, sections 4 and 6).

A cue's text has no "-->" and no "<" of its own: ">", "<" and "&" are written as references.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from django.utils.translation import gettext as _

from chats.exports.frame import Export, on_one_line, read_otherwise, timed_in_order, titled
from chats.importers import ImportedLine, ImportedTopic
from chats.importers.titles import one_line
from chats.importers.webvtt.chapters import parse

MEDIA_TYPE = "text/vtt"
LAST_CHAPTER = 60
"""Seconds that the last chapter gets where nobody knows how long the recording is."""
LONGEST_CAPTION = 7_000
"""Milliseconds that a line without an end stays, unless another one follows sooner."""

_ENDS = re.compile(r"\A\s+|\s+\Z")


def chapters(topics: Sequence[ImportedTopic], duration: int | None = None) -> Export:
    """Return the topics as chapters; `duration` in seconds.

    A chapter lasts until the next later one starts, so those of one second share their time. The
    last one lasts to the end of the recording, or LAST_CHAPTER seconds where that is not known.
    """
    flat, notes = on_one_line(topics)
    timed, more = timed_in_order(flat)
    notes += more
    ends = _ends([topic.start for topic in timed])
    parts = ["WEBVTT - chapters\n"]
    for topic, end in zip(timed, ends, strict=True):
        if end is None:
            end = topic.start + LAST_CHAPTER
            if duration is not None:
                end = max(duration, topic.start + 1)
        cue = _text(titled(topic.title, topic.source))
        parts.append(f"\n{_time(topic.start * 1000)} --> {_time(end * 1000)}\n{cue}\n")
    if timed and duration is None:
        reason = _("The length of the recording is not known: the last chapter got %(count)d s.")
        notes.append(reason % {"count": LAST_CHAPTER})
    elif timed and timed[-1].start >= duration:
        notes.append(_("The last chapter starts after the end of the recording."))
    text = "".join(parts)
    notes += read_otherwise(timed, parse(text).topics)
    return Export(text, MEDIA_TYPE, ".chapters.vtt", tuple(notes))


def captions(lines: Sequence[ImportedLine], offset: int = 0) -> Export:
    """Return what was said as captions; `offset` are the seconds that video time is ahead.

    Lines of the text chat, and those that end before the recording starts, are left out and said.
    A line without an end stays until the next later one starts, LONGEST_CAPTION at the most.
    """
    notes: list[str] = []
    said = [line for line in lines if line.source == "recording" and line.text.strip()]
    if written := sum(line.source != "recording" for line in lines):
        reason = _("Lines of the text chat are no captions, left out: %(count)d.")
        notes.append(reason % {"count": written})
    said.sort(key=lambda line: line.start)
    parts = ["WEBVTT - captions\n"]
    before = 0
    for line, following in zip(said, _ends([line.start for line in said]), strict=True):
        end = line.end
        if end is None or end <= line.start:
            end = line.start + LONGEST_CAPTION
            end = min(end, following) if following is not None else end
        start, end = line.start + offset * 1000, end + offset * 1000
        if end <= 0:
            before += 1
            continue
        voice = f"<v {_text(name)}>" if (name := one_line(line.speaker).strip()) else ""
        text = _text(one_line(line.text).strip())
        parts.append(f"\n{_time(max(start, 0))} --> {_time(end)}\n{voice}{text}\n")
    if before:
        reason = _("Lines from before the recording starts, left out: %(count)d.")
        notes.append(reason % {"count": before})
    return Export("".join(parts), MEDIA_TYPE, ".captions.vtt", tuple(notes))


def _ends(starts: Sequence[int]) -> list[int | None]:
    """Return for each of the starts, which are in order, the next later one, None at the end."""
    ends: list[int | None] = [None] * len(starts)
    for place, (start, after) in reversed(list(enumerate(pairwise(starts)))):
        ends[place] = after if after > start else ends[place + 1]
    return ends


def _text(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("{\\", "&#123;\\")
    return _ENDS.sub(lambda match: "".join(f"&#{ord(char)};" for char in match[0]), text)


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
