"""Which back-ups there are in BACK_UPS, and which of them stay."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

NAMED = re.compile(r"desk-(\d{8}T\d{6})Z\.tar\.gz")
MOMENT = "%Y%m%dT%H%M%S"

DAYS, WEEKS, MONTHS = 7, 4, 12
ALL_OF = timedelta(days=2)
"""Of these all stay: one made by hand before each of several attempts at something."""


def name_at(moment: datetime) -> str:
    return f"desk-{moment.astimezone(UTC).strftime(MOMENT)}Z.tar.gz"


def made_at(path: Path) -> datetime | None:
    """Return when a back-up was made by its name; None for what has no such name."""
    named = NAMED.fullmatch(path.name)
    return datetime.strptime(named[1], MOMENT).replace(tzinfo=UTC) if named else None


def back_ups_in(folder: Path) -> dict[datetime, Path]:
    """Return those in a folder by the time they were made, the oldest first."""
    if not folder.is_dir():
        return {}
    found = {moment: path for path in folder.iterdir() if (moment := made_at(path))}
    return dict(sorted(found.items()))


def thin(folder: Path, now: datetime) -> None:
    """Delete those that no rule keeps. Other files are left alone."""
    found = back_ups_in(folder)
    kept = to_keep(found, now)
    for moment, path in found.items():
        if moment not in kept:
            path.unlink()


def to_keep(moments: Iterable[datetime], now: datetime) -> set[datetime]:
    """Return those of the last two days, and the newest of 7 days, 4 weeks and 12 months.

    Counted are the days, weeks and months that have one, so that a site which stood still for a
    year has its back-ups still. Days are the site's.
    """
    newest_first = sorted(moments, reverse=True)
    kept = {moment for moment in newest_first if moment > now - ALL_OF}
    kept |= _newest_of_each(newest_first, lambda local: local.date(), DAYS)
    kept |= _newest_of_each(newest_first, lambda local: local.isocalendar()[:2], WEEKS)
    kept |= _newest_of_each(newest_first, lambda local: (local.year, local.month), MONTHS)
    return kept


def _newest_of_each(
    newest_first: list[datetime], period: Callable[[datetime], object], most: int
) -> set[datetime]:
    newest: dict[object, datetime] = {}
    here = timezone.get_default_timezone()
    for moment in newest_first:
        newest.setdefault(period(timezone.localtime(moment, here)), moment)
    return set(list(newest.values())[:most])
