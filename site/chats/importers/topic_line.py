"""The topics of one chat as a guide page lists them, without the date before them.

"Topics and timestamps: 0:15 Sign-in; 1:20 Bins", with the label or, of two topics or more, without.
"""

import datetime
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportNotice, Parsed
from chats.importers.guide_list.entry import Entry
from chats.importers.reading import with_line_feeds
from chats.importers.sentences import shortened
from chats.importers.stamps import STAMP, STAMP_AFTER_SEMICOLON

_LABELLED = re.compile(
    r"\s*(?:topics|time\s?stamps)(?:\s*(?:and|&)\s*(?:topics|time\s?stamps))?[ \t]*:[ \t\xa0]*\S",
    re.IGNORECASE,
)
_STARTS_WITH_STAMP = re.compile(rf"\s*[(\[]?{STAMP}")


def recognises(text: str) -> bool:
    """Say whether the text's one paragraph starts with a label of topics or a stamped one."""
    lines = _lines(text)
    if not lines:
        return False
    stamped = sum(_STARTS_WITH_STAMP.match(line) is not None for _number, line in lines)
    if stamped > 1:
        return False
    said = " ".join(line for _number, line in lines)
    semicolons = STAMP_AFTER_SEMICOLON.search(said) is not None
    labelled = _LABELLED.match(said) is not None
    return (labelled and (semicolons or len(lines) == 1)) or (bool(stamped) and semicolons)


def parse(text: str) -> Parsed:
    """Return the topics; what stands around them is passed over with a warning."""
    lines = _lines(text)
    if not lines:
        return Parsed()
    first = lines[0][0]
    # No date is read or shown: an entry needs one to stand in a list.
    entry = Entry(datetime.date.min, first)
    listed = " ".join(line for _number, line in lines)
    entry.read_undated(f"Topics: {listed}" if _STARTS_WITH_STAMP.match(listed) else listed)
    said = " ".join([*entry.notes, *entry.asides])
    reasons = list(entry.reasons)
    if said:
        reason = _("“%(text)s” is no topic; it was left out.")
        reasons.append(reason % {"text": shortened(said)})
    if entry.hosts or entry.teams or entry.recording_url or entry.outcome:
        reasons.append(_("Only the topics were read; what else the line says was left out."))
    warnings = tuple(ImportNotice(first, reason) for reason in reasons)
    return Parsed(topics=tuple(entry.topics), warnings=warnings)


def _lines(text: str) -> list[tuple[int, str]]:
    numbered = enumerate(with_line_feeds(text).split("\n"), 1)
    return [(number, said) for number, line in numbered if (said := line.strip("\ufeff \t\xa0"))]


DIALECT = Dialect("topic_line", gettext_lazy("Topics of one chat, in a line"), recognises, parse)
