import datetime
from itertools import islice

import pytest

from events.models import Rhythm, Series

DAY = datetime.date.fromisoformat


def first(series: Series, count: int) -> list[str]:
    return [day.isoformat() for day in islice(series.slots(), count)]


@pytest.mark.parametrize(
    ("begins_on", "rhythm", "interval", "days"),
    [
        ("2026-03-04", Rhythm.WEEKS, 2, ["2026-03-04", "2026-03-18", "2026-04-01"]),
        ("2026-03-04", Rhythm.WEEKS, 1, ["2026-03-04", "2026-03-11", "2026-03-18"]),
        # Of the second Wednesday.
        ("2026-11-11", Rhythm.MONTHS, 1, ["2026-11-11", "2026-12-09", "2027-01-13"]),
        ("2026-11-11", Rhythm.MONTHS, 3, ["2026-11-11", "2027-02-10", "2027-05-12"]),
        # Of a fifth Thursday: the last of each month.
        ("2026-01-29", Rhythm.MONTHS, 1, ["2026-01-29", "2026-02-26", "2026-03-26", "2026-04-30"]),
        # A first Friday.
        ("2026-05-01", Rhythm.MONTHS, 1, ["2026-05-01", "2026-06-05", "2026-07-03"]),
    ],
)
def test_dates_follow_the_rhythm(begins_on, rhythm, interval, days):
    series = Series(begins_on=DAY(begins_on), rhythm=rhythm, interval=interval)
    assert first(series, len(days)) == days


def test_a_series_ends_with_its_last_date():
    series = Series(begins_on=DAY("2026-03-04"), interval=2, until=DAY("2026-03-31"))
    assert len(list(series.slots())) == 2


def test_a_series_without_an_end_ends_with_the_calendar():
    assert list(Series(begins_on=DAY("9999-12-15"), interval=2).slots())[-1] == DAY("9999-12-29")
    months = Series(begins_on=DAY("9999-11-10"), rhythm=Rhythm.MONTHS, interval=1)
    assert len(list(months.slots())) == 2
