"""Local times: what a clock on the wall shows, and the instant that is."""

import datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip


class NoSuchTime(ValueError):
    """A local time that no clock shows on that day, or shows twice; says so for a reader."""


def default_zone() -> str:
    """Return the site's own."""
    return settings.TIME_ZONE


@cache
def zone_names() -> list[str]:
    """Return the names of all places whose time can be told, as America/New_York."""
    named = (name for name in available_timezones() if name.partition("/")[0] in AREAS)
    return [*sorted(named), "UTC"]


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zone_names()]


def validate_zone(name: str) -> None:
    """Raise ValidationError for what is no time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(_("“%(name)s” is no time zone.") % {"name": name}) from None


def instant(date: datetime.date, time: datetime.time, zone: str) -> datetime.datetime:
    """Return the moment, in UTC, at which a clock in a zone shows this. Raises NoSuchTime."""
    there = ZoneInfo(zone)
    naive = datetime.datetime.combine(date, time)
    first, second = (naive.replace(tzinfo=there, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(datetime.UTC)
    said = {"time": time_format(time), "date": date_format(date), "zone": zone.replace("_", " ")}
    is_shown = first.astimezone(datetime.UTC).astimezone(there).replace(tzinfo=None) == naive
    if is_shown:
        words = _("On %(date)s clocks in %(zone)s go back: %(time)s comes twice. Take another.")
    else:
        words = _("On %(date)s clocks in %(zone)s go forward: there is no %(time)s. Take another.")
    raise NoSuchTime(words % said)


def shown_in(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """Return the same moment as clocks in a zone show it."""
    return moment.astimezone(ZoneInfo(zone))
