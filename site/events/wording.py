"""When and where events are, in words, as mails say it."""

import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.text import clean_line
from core.zones import shown_in
from events.models import EventPage, Format


def when_line(event: EventPage) -> str:
    """Return day, times and zone: “Wednesday, March 4, 2026, 2 p.m. to 3 p.m., …”."""
    return span_line(event.starts_at, event.ends_at, event.time_zone)


def where_line(event: EventPage) -> str:
    return place_line(event.format, event.place, event.address)


def span_line(begins: datetime.datetime, ends: datetime.datetime, zone: str) -> str:
    """Return two moments as clocks in a zone show them, the second's day only if it is another."""
    first, last = shown_in(begins, zone), shown_in(ends, zone)
    said = {
        "day": day_of(first),
        "begins": time_of(first),
        "ends": time_of(last),
        "last_day": day_of(last),
        "zone": _zone_of(first),
    }
    if first.date() == last.date():
        return _("%(day)s, %(begins)s to %(ends)s, %(zone)s") % said
    return _("%(day)s, %(begins)s to %(last_day)s, %(ends)s, %(zone)s") % said


def moment_line(moment: datetime.datetime, zone: str) -> str:
    """Return a moment as clocks in a zone show it."""
    there = shown_in(moment, zone)
    return _("%(day)s, %(time)s, %(zone)s") % {
        "day": day_of(there),
        "time": time_of(there),
        "zone": _zone_of(there),
    }


def day_of(there: datetime.datetime) -> str:
    """Return a day with its name: “Wednesday, March 4, 2026”."""
    return f"{date_format(there, 'l')}, {date_format(there)}"


def time_of(there: datetime.datetime) -> str:
    # “2 p.m.” stays on one line.
    return date_format(there, "TIME_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")


def start_of(event: EventPage) -> str:
    """Return when it begins on its day: “2 p.m. EST”."""
    there = event.starts_there
    return f"{time_of(there)} {_season_of(there)}".strip()


def place_line(form: str, place: str, address: str) -> str:
    """Return where something is, the lines of its address in one."""
    lines = [place, *address.splitlines()] if form != Format.ONLINE else []
    there = ", ".join(filter(None, map(clean_line, lines)))
    online = str(Format.ONLINE.label)
    if form == Format.ONLINE:
        return online
    if form == Format.IN_PERSON:
        return there or str(Format.IN_PERSON.label)
    return _("%(place)s, and online") % {"place": there} if there else str(Format.BOTH.label)


def _zone_of(there: datetime.datetime) -> str:
    """Return the zone's name, and in brackets the short one of this season if it has one."""
    name, short = str(there.tzinfo).replace("_", " "), _season_of(there)
    return f"{name} ({short})" if short and short != name else name


def _season_of(there: datetime.datetime) -> str:
    short = there.tzname() or ""
    return short if short.isalpha() else ""
