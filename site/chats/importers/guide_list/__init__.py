"""The list of chats on a guide page.

An entry is "Weekday, Month D, YYYY. (hosted by X) Topics and timestamps: m:ss title; m:ss title",
with or without a bullet, on one line or wrapped. What surrounds the list may stay in the text.
"""

import datetime
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.dates import DATE, DATE_LIKE, date_written
from chats.importers.frame import Dialect, ImportedChat, ImportNotice, Parsed
from chats.importers.guide_list.blocks import Block, blocks
from chats.importers.guide_list.entry import Entry
from chats.importers.reading import with_line_feeds
from chats.importers.sentences import shortened

_YEAR = re.compile(r"\d{4}")


def recognises(text: str) -> bool:
    """Say whether a line of the text starts with a date."""
    return any(block.dated for block in blocks(with_line_feeds(text)))


def parse(text: str) -> Parsed:
    """Return the chats of a list; of two on one date, unless their times differ, the first."""
    found = list(blocks(with_line_feeds(text)))
    listed = _listed(found)
    chats: list[ImportedChat] = []
    warnings: list[ImportNotice] = []
    lines: dict[datetime.date, dict[datetime.time | None, int]] = {}
    for index, block in enumerate(found):
        entry, reason = _read(block, index in listed)
        if entry:
            chat = entry.chat()
            taken = lines.setdefault(chat.date, {})
            first = _line_of_same(taken, chat.start_time)
            if first is None:
                taken[chat.start_time] = chat.line
                chats.append(chat)
                warnings += [ImportNotice(chat.line, each) for each in entry.reasons]
            else:
                reason = _("Lines %(first)d and %(line)d list the same chat; the first was kept.")
                reason %= {"first": first, "line": chat.line}
        if reason:
            warnings.append(ImportNotice(block.line, reason))
    return Parsed(tuple(chats), tuple(warnings))


def _listed(found: list[Block]) -> range:
    """Return the positions of the blocks from the first entry to the last.

    Bullets that no blank line parts from those belong to the list as well.
    """
    dated = [index for index, block in enumerate(found) if block.dated]
    if not dated:
        return range(0)
    first, last = dated[0], dated[-1]
    while first and found[first].joined and found[first].bullet and found[first - 1].bullet:
        first -= 1
    while (
        last + 1 < len(found)
        and found[last].bullet
        and found[last + 1].bullet
        and found[last + 1].joined
    ):
        last += 1
    return range(first, last + 1)


def _read(block: Block, listed: bool) -> tuple[Entry | None, str]:
    """Return the entry a block holds, or the reason why it holds none, if that has to be said."""
    text = block.text
    written = DATE.match(text)
    if written:
        try:
            entry = Entry(date_written(written), block.line)
        except ValueError:
            reason = _("There is no day “%(date)s”; the entry was left out.")
            return None, reason % {"date": written[0]}
        entry.read(written, text[written.end() :])
        return entry, ""
    about = {"text": shortened(text)}
    alike = DATE_LIKE.match(text)
    if alike and (listed or block.bullet or alike["weekday"]):
        reason = _("“%(date)s” is no date that can be read; the entry was left out.")
        return None, reason % {"date": alike[0]}
    if not listed or _YEAR.fullmatch(text):
        return None, ""
    if block.bullet:
        return None, _("“%(text)s” starts with no full date; it was left out.") % about
    return None, _("“%(text)s” stands between two chats; it was left out.") % about


def _line_of_same(taken: dict[datetime.time | None, int], time: datetime.time | None) -> int | None:
    if time is None or None in taken:
        return next(iter(taken.values()), None)
    return taken.get(time)


DIALECT = Dialect("guide_list", gettext_lazy("Guide-page list"), recognises, parse)
