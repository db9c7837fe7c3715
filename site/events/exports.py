"""Who is registered for an event, as tables that a spreadsheet opens without taking text for code.

Private answers are among them: for organisers alone.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.tables import guarded
from core.zones import shown_in
from events.models import Answer, EventPage, Registration

Cell = str | int
Row = list[Cell]

WIDEST = 60
"""Of a column, in signs."""


def rows(event: EventPage) -> Iterator[Row]:
    """Yield the header, then a row for each registration as they came, those that ended too.

    Times are those of clocks at the event. The place is that in the queue; empty for who does not
    wait.
    """
    answers: dict[int, dict[str, str]] = {}
    questions = {one.key: _label(one.label, one.is_private) for one in event.questions}
    for answer in Answer.objects.filter(registration__event=event).order_by("pk"):
        answers.setdefault(answer.registration_id, {})[answer.question] = answer.value
        questions.setdefault(answer.question, _label(answer.label, answer.is_private))
    yield [
        _("Place"),
        _("State"),
        _("Name"),
        _("Address"),
        _("Library"),
        _("Registered (%(zone)s)") % {"zone": event.time_zone.replace("_", " ")},
        _("Was there"),
        _("Minutes"),
        *questions.values(),
    ]
    queue = count(1)
    for one in event.registrations.exclude(name="").in_order():
        given = answers.get(one.pk, {})
        yield [
            next(queue) if one.is_waiting else "",
            _state(one),
            one.name,
            one.email,
            one.library,
            f"{shown_in(one.created_at, event.time_zone):%Y-%m-%d %H:%M}",
            {True: _("yes"), False: _("no"), None: ""}[one.attended],
            "" if one.minutes is None else one.minutes,
            *(given.get(key, "") for key in questions),
        ]


def as_csv(event: EventPage) -> bytes:
    """Return the table as CSV (RFC 4180), with what would be taken for a formula guarded.

    It starts with a byte order mark, without which Excel takes it for another encoding.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    for row in rows(event):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(event: EventPage) -> bytes:
    """Return the table as a workbook in which text is text, be it a formula's or an address's."""
    import xlsxwriter  # 2 MB, for a file in a week.

    written = io.BytesIO()
    inert = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, inert) as book:
        sheet = book.add_worksheet(_("Registrations")[:31])
        bold = book.add_format({"bold": True})
        widths: list[int] = []
        for y, row in enumerate(rows(event)):
            widths = widths or [0] * len(row)
            for x, cell in enumerate(row):
                widths[x] = max(widths[x], len(str(cell)))
                if isinstance(cell, int):
                    sheet.write_number(y, x, cell)
                elif cell:
                    sheet.write_string(y, x, cell, bold if y == 0 else None)
        for x, width in enumerate(widths):
            sheet.set_column(x, x, min(width, WIDEST) + 2)
        sheet.freeze_panes(1, 0)
    return written.getvalue()


@dataclass(frozen=True)
class Format:
    ending: str
    media_type: str
    write: Callable[[EventPage], bytes]


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8", as_csv),
    "xlsx": Format(
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx
    ),
}


def _label(question: str, is_private: bool) -> str:
    return _("%(question)s (private)") % {"question": question} if is_private else question


def _state(one: Registration) -> str:
    state = capfirst(one.get_state_display())
    why = one.get_ended_by_display()
    return state if one.is_live or not why else f"{state}: {why}"
