"""The cues of a WebVTT or SRT file (W3C WebVTT, sections 4 and 6; SubRip as tools write it).

Read more tolerantly than a browser does: what can be understood comes in, the rest is named.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from chats.importers.frame import ImportNotice
from chats.importers.reading import with_line_feeds
from chats.importers.sentences import shortened
from chats.importers.stamps import LONGEST
from chats.importers.titles import one_line

_HEADER = re.compile(r"WEBVTT(?![^ \t])")
_TIME = r"(?:(\d{1,6}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,9}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?!\S)", re.ASCII)
_LIKE_TIMING = re.compile(r"\s*(?:\d[\d:.,;]*\s*-->|-->\s*\d)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_COMMENT = re.compile(r"NOTE(?!\S)")
_KIND = re.compile(r"\b(chapters|captions|subtitles|transcript)\b", re.IGNORECASE)

_TAG = re.compile(
    r"</?(?:c|i|b|u|v|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<\d+:[\d:.]+>|\{\\an?\d+\}",
    re.IGNORECASE | re.ASCII,
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue as written; times in milliseconds, `line` is that of its times, counted from 1."""

    line: int
    start: int
    end: int
    identifier: str
    payload: str

    def voices(self) -> Iterator[tuple[str, str]]:
        """Give who speaks, by `<v Name>` or "", and the text, lines kept, without any markup."""
        if "<" not in self.payload:
            yield "", plain(self.payload)
            return
        cut = _VOICE.split(self.payload)
        for place in range(0, len(cut), 2):
            name = one_line(_decoded(cut[place - 1])).strip() if place else ""
            if (text := plain(cut[place])).strip() or (name and len(cut) == 3):
                yield name, text


@dataclass
class Cues:
    """What a file holds; `kind` is what its header says: "chapters", "captions" … or ""."""

    kind: str = ""
    cues: list[Cue] = field(default_factory=list)
    warnings: list[ImportNotice] = field(default_factory=list)


def plain(text: str) -> str:
    """Return a cue's text without tags, its character references resolved."""
    return _decoded(_TAG.sub("", text) if "<" in text or "{" in text else text)


def recognises(text: str) -> bool:
    """Say whether a text starts as WebVTT, or with the times of a first cue."""
    head = with_line_feeds(text[:20_000]).lstrip("\ufeff \t\n").split("\n", 3)
    if _HEADER.match(head[0]):
        return True
    if "-->" in head[0]:
        return _TIMING.match(head[0]) is not None
    return len(head) > 1 and head[0].strip().isdigit() and _TIMING.match(head[1]) is not None


def read_cues(text: str) -> Cues:
    """Return the cues in the order of the file, and what could not be read."""
    return _Reader().read(with_line_feeds(text.removeprefix("\ufeff")))


class _Reader:
    def __init__(self) -> None:
        self.found = Cues()
        self.block: list[tuple[int, str]] = []
        self.timing: tuple[int, int, int] | None = None
        self.identifier = ""
        self.payload: list[str] = []
        self.skips = ""
        self.outside: list[int] = []

    def read(self, text: str) -> Cues:
        lines = text.split("\n")
        at = self._take_header(lines)
        for number, line in enumerate(lines[at:], at + 1):
            if not line:
                self._end()
            elif "-->" in line and self._take_timing(number, line):
                continue
            elif self.timing:
                self.payload.append(line)
            elif not self.skips:
                self._take_line(number, line)
        self._end()
        if self.outside:
            reason = _("Lines that belong to no cue, left out: %(count)d, the first is this.")
            self._warn(self.outside[0], reason % {"count": len(self.outside)})
        self._warn_of_times()
        self.found.warnings.sort(key=lambda notice: notice.line)
        return self.found

    def _take_header(self, lines: list[str]) -> int:
        at = next((place for place, line in enumerate(lines) if line.strip()), 0)
        if not _HEADER.match(lines[at].lstrip()):
            return 0
        start = at
        while at < len(lines) and lines[at] and not _TIMING.match(lines[at]):
            at += 1
        if kind := _KIND.search(" ".join(lines[start:at])[:1000]):
            self.found.kind = kind[1].lower()
        return at

    def _take_line(self, number: int, line: str) -> None:
        if not self.block:
            if _COMMENT.match(line):
                self.skips = "comment"
                return
            if line.rstrip() in ("STYLE", "REGION"):
                self.skips = "style"
                return
        self.block.append((number, line))

    def _take_timing(self, number: int, line: str) -> bool:
        """Take a line as the times of a cue; false if it is text."""
        match = _TIMING.match(line)
        if not match and (self.timing or self.skips) and not _LIKE_TIMING.match(line):
            return False
        if self.skips == "comment":
            if match:
                self._warn(number, _("A cue stands in a comment; it was left out."))
            return True
        if self.skips == "style":
            # By the standard, STYLE straight before times names a cue.
            self.skips = ""
        identifier = self._number_before() if self.timing else ""
        if self.block:
            identifier = self.block.pop()[1].strip()
        self._end()
        start = _milliseconds(match.groups()[:4]) if match else None
        end = _milliseconds(match.groups()[4:]) if match else None
        if start is None or end is None:
            reason = _("“%(text)s” gives no times that can be read; the cue was left out.")
            self._warn(number, reason % {"text": shortened(line)})
            self.skips = "cue"
        else:
            self.timing = (number, start, end)
            self.identifier = identifier
        return True

    def _number_before(self) -> str:
        """Return the cue number that no blank line parts from the cue before, taken from it."""
        last = self.payload[-1].strip() if self.payload else ""
        if not _NUMBER.fullmatch(last) or not _NUMBER.fullmatch(self.identifier):
            return ""
        if int(last) != int(self.identifier) + 1:
            return ""
        self.payload.pop()
        return last

    def _end(self) -> None:
        self.outside += [number for number, line in self.block if not line.strip().isdigit()]
        self.block.clear()
        self.skips = ""
        if self.timing:
            payload = "\n".join(self.payload)
            self.found.cues.append(Cue(*self.timing, self.identifier, payload))
            self.timing = None
            self.payload = []

    def _warn_of_times(self) -> None:
        backwards: list[int] = []
        overlapping: list[int] = []
        no_length: list[int] = []
        before: Cue | None = None
        for cue in self.found.cues:
            if cue.end < cue.start:
                no_length.append(cue.line)
            if before and cue.start < before.start:
                backwards.append(cue.line)
            elif before and before.start < cue.start < before.end:
                overlapping.append(cue.line)
            before = cue
        for places, reason in (
            (no_length, _("Cues that end before they start: %(count)d; the ends were left out.")),
            (backwards, _("Cues that start before the one above: %(count)d; all were kept.")),
            (overlapping, _("Cues that overlap the one above: %(count)d; all were kept.")),
        ):
            if places:
                self._warn(places[0], reason % {"count": len(places)})

    def _warn(self, line: int, reason: str) -> None:
        self.found.warnings.append(ImportNotice(line, reason))


def _milliseconds(parts: tuple[str | None, ...]) -> int | None:
    hours, minutes, seconds, fraction = parts
    if int(minutes) > 59 or int(seconds) > 59:
        return None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    time = whole * 1000 + int((fraction or "")[:3].ljust(3, "0"))
    return time if time <= LONGEST * 1000 else None


def _decoded(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text
