"""A table of topics, one a row, as CSV (RFC 4180), with commas, semicolons or tabs.

The first row names the columns, in any order: start, topic, source, and where the rows belong to
chats of their own, date, time of day, hosts, teams, note, recording, chat (its title). With dates
the rows of one date and time are a chat, and a row without one belongs to the chat above; without
a column of dates they are topics. `start` is in seconds or a stamp, parts of a second are cut off.

A cell that our own tables guard from being taken for a formula is read as it was; see
`core.tables`.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.dates import CLOCK, DATE, date_written, start_written
from chats.importers.frame import Dialect, ImportedChat, ImportedTopic, ImportNotice, Parsed, Source
from chats.importers.reading import with_line_feeds
from chats.importers.sentences import shortened
from chats.importers.stamps import LONGEST, seconds_of
from chats.importers.titles import one_line, take_source
from chats.titles import default_title
from core.tables import unguarded

_SEPARATORS = ",;\t"
_COLUMNS = {
    "start": "start|start (seconds)|start seconds|seconds|time|timestamp|stamp|at",
    "title": "topic|title|topics|topic title|subject",
    "source": "source|said in|where",
    "date": "date|chat date|day",
    "clock": "start_time|start time|time of day|time_of_day|chat time",
    "hosts": "hosts|host|hosted by",
    "teams": "teams|team|co-hosts|co-hosted with",
    "note": "note|notes",
    "recording": "recording|recording_url|recording url|recording link|url|link|video",
    "chat": "chat|chat title|chat_title",
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names.split("|")}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)", re.ASCII)
_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?", re.ASCII)
_SECONDS = re.compile(r"(\d{1,7})(?:\.\d{1,9})?", re.ASCII)
_FRACTION = re.compile(r"[.,]\d{1,9}$", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"[ ]*')


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]


@dataclass
class _Chat:
    line: int
    date: datetime.date
    clock: datetime.time | None
    facts: dict[str, str] = field(default_factory=dict)
    topics: list[ImportedTopic] = field(default_factory=list)


def recognises(text: str) -> bool:
    """Say whether the first line names two columns or more, of topics or of dates."""
    return bool(_columns(_first_line(text))[1])


def parse(text: str) -> Parsed:
    """Return the topics, or the chats where a column holds dates; lines are those of the file."""
    separator, columns = _columns(_first_line(text))
    return _Table(separator, columns).read(text) if columns else Parsed()


def _first_line(text: str) -> str:
    head = with_line_feeds(text[:100_000].lstrip("\ufeff \r\n"))
    return head.partition("\n")[0][:10_000]


def _columns(line: str) -> tuple[str, list[str]]:
    """Return the separator and what each column holds, "" where unknown; [] if it is no header."""
    best: tuple[str, list[str]] = ("", [])
    for separator in _SEPARATORS:
        names = [_NAMES.get(_plain(cell), "") for cell in line.split(separator)]
        known = {name for name in names if name}
        if len(known) >= 2 and known & {"title", "date"} and len(known) > len(set(best[1])):
            best = (separator, names)
    return best


def _plain(cell: str) -> str:
    return " ".join(cell.strip().strip('"').casefold().split())


def _rows(text: str, separator: str) -> Iterator[tuple[_Row, bool]]:
    """Give the rows that hold something, and whether a quotation mark was never closed."""
    line, at, end = 1, 0, len(text)
    unquoted = re.compile(rf"[^\n{separator}]*")
    while at < end:
        started, cells, broken = line, [], False
        while True:
            cell, quoted = "", None
            while text.startswith(" ", at):
                at += 1
            if text.startswith('"', at):
                quoted = _QUOTED.match(text, at)
                if quoted and text[quoted.end() : quoted.end() + 1] not in ("", "\n", separator):
                    quoted = None
                broken = broken or quoted is None
            if quoted:
                cell = quoted[1].replace('""', '"')
                line += cell.count("\n")
                at = quoted.end()
            else:
                found = unquoted.match(text, at)
                cell, at = found[0].strip(" \xa0"), found.end()
            cells.append(unguarded(cell))
            if text.startswith(separator, at):
                at += 1
                continue
            break
        at += 1
        line += 1
        if any(cell.strip() for cell in cells):
            yield _Row(started, tuple(cells)), broken


class _Table:
    def __init__(self, separator: str, columns: list[str]) -> None:
        self.separator = separator
        self.columns = columns
        self.dated = "date" in columns
        if not self.dated and "start" not in columns:
            # Without a date no row has a time of day: it is that in the recording.
            self.columns = ["start" if name == "clock" else name for name in columns]
        self.warnings: list[ImportNotice] = []
        self.topics: list[ImportedTopic] = []
        self.chats: dict[tuple[datetime.date, datetime.time | None], _Chat] = {}
        self.current: _Chat | None = None

    def read(self, text: str) -> Parsed:
        text = with_line_feeds(text.removeprefix("\ufeff"))
        rows = _rows(text, self.separator)
        header, _broken = next(rows)
        if unknown := [
            cell
            for cell, name in zip(header.cells, self.columns, strict=False)
            if not name and cell.strip()
        ]:
            reason = _("Columns that are not known, left out: %(names)s.")
            self._warn(header.line, reason % {"names": shortened(", ".join(unknown))})
        for row, broken in rows:
            if broken:
                reason = _("A quotation mark in this row is not closed; it was kept as it stands.")
                self._warn(row.line, reason)
            self._read_row(row)
        chats = tuple(self._chat(chat) for chat in self.chats.values())
        self.warnings.sort(key=lambda notice: notice.line)
        return Parsed(chats=chats, warnings=tuple(self.warnings), topics=tuple(self.topics))

    def _read_row(self, row: _Row) -> None:
        values: dict[str, str] = {}
        for name, cell in zip(self.columns, row.cells, strict=False):
            if name and cell.strip():
                values.setdefault(name, cell)
        if any(cell.strip() for cell in row.cells[len(self.columns) :]):
            self._warn(row.line, _("The row has more cells than the table has columns."))
        if self.dated and not self._find_chat(row, values):
            return
        topic = self._topic(row, values)
        if topic:
            (self.current.topics if self.dated else self.topics).append(topic)
        if not self.dated:
            others = [name for name in ("clock", *_FACTS) if name in values]
            if others:
                self._warn(row.line, _("What the row says of the chat itself was left out."))

    def _find_chat(self, row: _Row, values: dict[str, str]) -> bool:
        if "date" in values:
            self.current = None
            date = _date(values["date"])
            if date is None:
                reason = _("“%(date)s” is no date that can be read; write 2022-03-02.")
                self._warn(row.line, reason % {"date": shortened(values["date"])})
                return False
            clock = _clock(values.get("clock", ""))
            if clock is None and "clock" in values:
                reason = _("“%(time)s” is no time of day that can be read; it was left out.")
                self._warn(row.line, reason % {"time": shortened(values["clock"])})
            chat = _Chat(row.line, date, clock)
            self.current = self.chats.setdefault((date, clock), chat)
        if self.current is None:
            self._warn(row.line, _("The row belongs to no date; it was left out."))
            return False
        for name in _FACTS:
            told = values.get(name, "").strip()
            if told and self.current.facts.setdefault(name, told) != told:
                reason = _("“%(text)s” differs from line %(line)d; the first was kept.")
                about = {"text": shortened(told), "line": self.current.line}
                self._warn(row.line, reason % about)
        return True

    def _topic(self, row: _Row, values: dict[str, str]) -> ImportedTopic | None:
        title, written = one_line(values.get("title", "")), values.get("start", "")
        if not title.strip():
            if written:
                reason = _("No topic stands beside “%(time)s”; the row was left out.")
                self._warn(row.line, reason % {"time": shortened(written)})
            return None
        start = _start(written)
        if start is None and written:
            reason = _("“%(time)s” is no time that can be read; the topic was kept without one.")
            self._warn(row.line, reason % {"time": shortened(written)})
        if "source" in values:
            return ImportedTopic(start, title, _source(values["source"]))
        source, title = take_source(title)
        return ImportedTopic(start, title, source)

    def _chat(self, chat: _Chat) -> ImportedChat:
        facts = chat.facts
        recording = facts.get("recording", "")
        if recording and not _ADDRESS.fullmatch(recording):
            reason = _("“%(text)s” is no address of a recording; it was left out.")
            self._warn(chat.line, reason % {"text": shortened(recording)})
            recording = ""
        return ImportedChat(
            date=chat.date,
            start_time=chat.clock,
            title=one_line(facts.get("chat", "")) or default_title(chat.date),
            hosts=_names(facts.get("hosts", "")),
            teams=_names(facts.get("teams", "")),
            note=facts.get("note", ""),
            topics=tuple(chat.topics),
            recording_url=recording,
            line=chat.line,
        )

    def _warn(self, line: int, reason: str) -> None:
        self.warnings.append(ImportNotice(line, reason))


_FACTS = ("hosts", "teams", "note", "recording", "chat")


def _source(written: str) -> Source:
    return "text chat" if "chat" in written.casefold() else "recording"


def _start(written: str) -> int | None:
    written = _FRACTION.sub("", written.strip()[:40])
    if match := _SECONDS.fullmatch(written):
        return int(match[1]) if int(match[1]) <= LONGEST else None
    return seconds_of(written)


def _date(written: str) -> datetime.date | None:
    """Read 2022-03-02, March 2, 2022 or 3/2/2022 (the month first); None for anything else."""
    written = written.strip()[:60]
    try:
        if match := _ISO.match(written):
            return datetime.date(int(match[1]), int(match[2]), int(match[3]))
        if match := _SLASHED.match(written):
            return datetime.date(int(match[3]), int(match[1]), int(match[2]))
        return date_written(match) if (match := DATE.match(written)) else None
    except ValueError:
        return None


def _clock(written: str) -> datetime.time | None:
    written = written.strip()[:40]
    try:
        if match := _HOUR.fullmatch(written):
            return datetime.time(int(match[1]), int(match[2]))
        return start_written(match) if (match := CLOCK.match(written)) else None
    except ValueError:
        return None


def _names(written: str) -> tuple[str, ...]:
    parts = re.split(r"[;\n]", written) if re.search(r"[;\n]", written) else written.split(",")
    return tuple(name for part in parts if (name := " ".join(part.split())))


DIALECT = Dialect("table", gettext_lazy("Table (CSV)"), recognises, parse)
