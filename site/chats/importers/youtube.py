"""The description of a video on YouTube, with its chapters (support.google.com/youtube, 9884579).

A stamped line has its time first or last: "0:00 Welcome", "• Welcome - 0:00", "00:00 - 09:24
Title", "3. (1:02:03) Title", "| 11:28 | Title |". Where most have it first, a line that has it
last is none of the list, and the other way round. Other lines are passed over.

A text may hold several lists. A list ends where the next time is not after the list's first one,
or where it is earlier than the one before and a blank line or another one stands between. The
longest is read, of equal ones the first; each of the others is named by its lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportedTopic, ImportNotice, Parsed
from chats.importers.reading import with_line_feeds
from chats.importers.sentences import shortened
from chats.importers.stamps import seconds_of
from chats.importers.titles import one_line, take_source

_BULLET = re.compile(r"[^\w(\[{\"“”«»'‘’&@$#<]*")
_NUMBER = re.compile(r"(?:\d{1,3}[.)]|\(\d{1,3}\)|#\d{1,3}[:.)]?)\s+(?=\S)")
_STAMP = re.compile(r"\d{1,3}:\d{2}(?::\d{2})?(?!\d|:\d|\s*[ap]\.?m\b)", re.IGNORECASE)
_ONE = rf"(?:\({_STAMP.pattern}\)|\[{_STAMP.pattern}\]|{_STAMP.pattern})"
_RANGE = rf"{_ONE}(?:\s{{0,3}}(?:[-–—→]|-->|to\s)\s{{0,3}}{_ONE})?"
_SPAN = rf"(?:{_RANGE}|\({_RANGE}\)|\[{_RANGE}\])"
_FIRST = re.compile(_SPAN, re.IGNORECASE)
_LAST = re.compile(rf"(?:^|(?<=[\s(\[|:–—-])){_SPAN}[\s|.]{{0,10}}$", re.IGNORECASE)
_ODD = re.compile(r"[(\[]?\d{1,3}(?::\d{1,3}){1,3}(?![\d:]|\s*[ap]\.?m\b)", re.IGNORECASE)
_LINKED = re.compile(r"\]?\(https?://[^\s()]{1,500}\)")
_AFTER = re.compile(r"[ \t\xa0]{0,8}(?:\|+|-->|[-–—]{1,2}|[:•·→=]|\t)?")
_SEPARATORS = " \t\xa0|-–—:•·→="
_LONGEST_TAIL = 60


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stamped line; `parted` says that a blank line or another one stands before it.

    `odd` is a line that starts with figures and colons that make no time.
    """

    line: int
    start: int | None
    written: str
    title: str
    first: bool
    parted: bool
    odd: bool = False


def recognises(text: str) -> bool:
    """Say whether the text holds two stamped lines in a list, or is a single one."""
    said = _numbered(text)
    entries = [entry for entry in _entries(said) if entry.title and not entry.odd]
    longest = _longest(_lists(_one_sided(entries)))
    return len(longest) >= 2 or (len(longest) == 1 and longest[0].first and len(said) == 1)


def parse(text: str) -> Parsed:
    """Return the topics of the longest list."""
    warnings: list[ImportNotice] = []
    entries: list[_Entry] = []
    odd: list[_Entry] = []
    for entry in _entries(_numbered(text)):
        if entry.odd:
            odd.append(entry)
        elif not entry.title:
            reason = _("No title stands beside “%(time)s”; the line was left out.")
            warnings.append(ImportNotice(entry.line, reason % {"time": entry.written}))
        else:
            entries.append(entry)
    kept = _one_sided(entries)
    for entry in entries:
        if entry.first != kept[0].first:
            reason = _("“%(title)s” has its time at the other end of the line; it was left out.")
            warnings.append(ImportNotice(entry.line, reason % {"title": shortened(entry.title)}))
    lists = _lists(kept)
    chosen = _longest(lists)
    for listed in lists:
        if listed is not chosen:
            reason = _(
                "Another list of %(count)d, from line %(first)d to %(last)d, was left out; bring "
                "it in by itself if it is the one you mean."
            )
            about = {"count": len(listed), "first": listed[0].line, "last": listed[-1].line}
            warnings.append(ImportNotice(listed[0].line, reason % about))
    for entry in odd:
        if chosen and chosen[0].line < entry.line < chosen[-1].line:
            reason = _("“%(time)s” is no time that can be read; the line was left out.")
            warnings.append(ImportNotice(entry.line, reason % {"time": entry.written}))
    warnings += _doubts(chosen)
    warnings.sort(key=lambda notice: notice.line)
    topics = (ImportedTopic(entry.start, *reversed(take_source(entry.title))) for entry in chosen)
    return Parsed(topics=tuple(topics), warnings=tuple(warnings))


def _numbered(text: str) -> list[tuple[int, str]]:
    lines = enumerate(with_line_feeds(text).split("\n"), 1)
    return [(number, said) for number, line in lines if (said := line.strip("\ufeff\u200b \t\xa0"))]


def _entries(lines: list[tuple[int, str]]) -> Iterator[_Entry]:
    before = 0
    for number, line in lines:
        parted = before > 0 and number != before + 1
        if found := _entry_first(line) or _entry_last(line):
            written, title, first = found
            stamp = _STAMP.search(written)
            start = seconds_of(stamp[0]) if stamp else None
            title = one_line(title.replace("\t", " ")).strip()
            yield _Entry(number, start, written, title, first, parted, odd=stamp is None)
            before = number


def _entry_first(line: str) -> tuple[str, str, bool] | None:
    at = _BULLET.match(line).end()
    table, bold = "|" in line[:at], line[:at].endswith("**")
    if (number := _NUMBER.match(line, at)) and not _FIRST.match(line, at):
        at = _BULLET.match(line, number.end()).end()
    match = _FIRST.match(line, at) or _ODD.match(line, at)
    if not match:
        return None
    at = match.end()
    if bold and line.startswith("**", at):
        at += 2
    if link := _LINKED.match(line, at):
        at = link.end()
    rest = line[_AFTER.match(line, at).end() :].strip()
    return match[0], rest.strip("|").strip() if table else rest, True


def _entry_last(line: str) -> tuple[str, str, bool] | None:
    tail = max(len(line) - _LONGEST_TAIL, 0)
    match = _LAST.search(line, tail)
    if not match:
        return None
    title = line[: match.start()].rstrip(_SEPARATORS)
    title = title[_BULLET.match(title).end() :]
    if number := _NUMBER.match(title):
        title = title[number.end() :]
    return match[0].strip(), title.strip(), False


def _one_sided(entries: list[_Entry]) -> list[_Entry]:
    """Return those that have their time on the side where most have it, or first."""
    first = sum(entry.first for entry in entries)
    side = first * 2 >= len(entries)
    return [entry for entry in entries if entry.first == side]


def _lists(entries: list[_Entry]) -> list[list[_Entry]]:
    lists: list[list[_Entry]] = []
    first = last = -1
    for entry in entries:
        again = (
            entry.start is not None
            and last > entry.start
            and (entry.start <= first or entry.parted)
        )
        if again or not lists:
            lists.append([])
            first = last = -1
        lists[-1].append(entry)
        if entry.start is not None:
            first = entry.start if first < 0 else first
            last = entry.start
    return lists


def _longest(lists: list[list[_Entry]]) -> list[_Entry]:
    return max(lists, key=len, default=[])


def _doubts(entries: list[_Entry]) -> Iterator[ImportNotice]:
    for entry in entries:
        if entry.start is None:
            reason = _(
                "There is no time “%(time)s”, seconds end at 59 and so do minutes after hours; "
                "“%(title)s” was kept without a time."
            )
            about = {"time": entry.written, "title": shortened(entry.title)}
            yield ImportNotice(entry.line, reason % about)
    timed = [entry for entry in entries if entry.start is not None]
    for before, after in pairwise(timed):
        if after.start < before.start:
            reason = _("The time %(after)s stands after %(before)s; times and order were kept.")
            about = {"after": after.written, "before": before.written}
            yield ImportNotice(after.line, reason % about)


DIALECT = Dialect("youtube", gettext_lazy("YouTube description"), recognises, parse)
