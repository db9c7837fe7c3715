"""Podcasting 2.0 chapters, JSON version 1.2 (podcastindex.org, "JSON Chapters Format").

{"version": "1.2.0", "chapters": [{"startTime": 12.5, "title": "…", "toc": false, …}]}
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportedTopic, ImportNotice, Parsed
from chats.importers.reading import with_line_feeds
from chats.importers.stamps import LONGEST, seconds_of
from chats.importers.titles import one_line, take_source

_LIST = re.compile(r'"chapters"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False, parse_int=float)


def recognises(text: str) -> bool:
    """Say whether the text starts as a JSON object and speaks of chapters, readable or not."""
    return text[:1000].lstrip("\ufeff \t\r\n").startswith("{") and '"chapters"' in text


def parse(text: str) -> Parsed:
    """Return the topics; of JSON that breaks off, those before the break.

    Parts of a second are cut off. Pictures, links and end times have no place in a topic.
    """
    text = with_line_feeds(text.removeprefix("\ufeff"))
    warnings: list[ImportNotice] = []
    topics: list[ImportedTopic] = []
    broken = _break(text)
    beside: list[int] = []
    for number, (line, chapter) in enumerate(_chapters(text), 1):
        topic, reason = _topic(number, chapter)
        if topic:
            topics.append(topic)
        if reason:
            warnings.append(ImportNotice(line, reason))
        if isinstance(chapter, dict) and (chapter.get("img") or chapter.get("url")):
            beside.append(line)
    if broken:
        warnings.append(broken)
    elif not _LIST.search(text):
        warnings.append(ImportNotice(1, _("There is no list of chapters in this JSON.")))
    if beside:
        reason = _("Pictures and links of chapters were left out: %(count)d.")
        warnings.append(ImportNotice(beside[0], reason % {"count": len(beside)}))
    warnings.sort(key=lambda notice: notice.line)
    return Parsed(topics=tuple(topics), warnings=tuple(warnings))


def _break(text: str) -> ImportNotice | None:
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        reason = _("The JSON cannot be read from here on (%(what)s); what stands before came in.")
        return ImportNotice(error.lineno, reason % {"what": error.msg})
    except (RecursionError, ValueError):
        return ImportNotice(1, _("The JSON cannot be read: it is nested too deep."))
    return None


def _chapters(text: str) -> Iterator[tuple[int, Any]]:
    """Give each element of the list of chapters with its line, up to the first broken one."""
    opened = _LIST.search(text)
    if not opened:
        return
    line = 1 + text.count("\n", 0, opened.end())
    at = opened.end()
    while True:
        begins = _BETWEEN.match(text, at).end()
        line += text.count("\n", at, begins)
        if text[begins : begins + 1] in ("]", ""):
            return
        try:
            chapter, end = _DECODER.raw_decode(text, begins)
        except (RecursionError, ValueError):
            return
        yield line, chapter
        line += text.count("\n", begins, end)
        at = end


def _topic(number: int, chapter: Any) -> tuple[ImportedTopic | None, str]:
    about: dict[str, Any] = {"number": number}
    if not isinstance(chapter, dict):
        return None, _("Chapter %(number)d is no chapter; it was left out.") % about
    title = chapter.get("title")
    title = one_line(title) if isinstance(title, str) else ""
    if chapter.get("toc") is False:
        return None, _("Chapter %(number)d is marked as not listed; it was left out.") % about
    if not title.strip():
        return None, _("Chapter %(number)d has no title; it was left out.") % about
    source, title = take_source(title)
    start = _seconds(chapter.get("startTime"))
    if start is None:
        reason = _("Chapter %(number)d has no time that can be read; it was kept without one.")
        return ImportedTopic(None, title, source), reason % about
    return ImportedTopic(start, title, source), ""


def _seconds(value: Any) -> int | None:
    if isinstance(value, str):
        if (stamped := seconds_of(value)) is not None:
            return stamped
        try:
            value = float(value[:30])
        except ValueError:
            return None
    return int(value) if isinstance(value, float) and 0 <= value <= LONGEST else None


DIALECT = Dialect("podcast_chapters", gettext_lazy("Podcast chapters (JSON)"), recognises, parse)
