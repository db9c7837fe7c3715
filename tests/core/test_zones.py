import datetime

import pytest
from django.core.exceptions import ValidationError

from core.zones import NoSuchTime, instant, shown_in, validate_zone, zone_names

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("date", "time", "zone", "utc"),
    [
        ("2026-01-07", "14:00", NEW_YORK, "2026-01-07T19:00:00+00:00"),
        ("2026-07-08", "14:00", NEW_YORK, "2026-07-08T18:00:00+00:00"),
        ("2026-07-08", "14:00", "UTC", "2026-07-08T14:00:00+00:00"),
        ("2026-07-08", "00:30", "Asia/Kolkata", "2026-07-07T19:00:00+00:00"),
        ("2026-03-08", "03:00", NEW_YORK, "2026-03-08T07:00:00+00:00"),
        ("2026-11-01", "02:00", NEW_YORK, "2026-11-01T07:00:00+00:00"),
    ],
)
def test_a_local_time_is_one_instant(date, time, zone, utc):
    moment = instant(datetime.date.fromisoformat(date), datetime.time.fromisoformat(time), zone)
    assert moment.isoformat() == utc
    assert shown_in(moment, zone).strftime("%Y-%m-%d %H:%M") == f"{date} {time}"


@pytest.mark.parametrize(
    ("date", "time", "zone", "said"),
    [
        ("2026-03-08", "02:30", NEW_YORK, "forward"),
        ("2026-11-01", "01:30", NEW_YORK, "twice"),
        ("2026-03-29", "02:00", "Europe/Berlin", "forward"),
        ("2026-10-25", "02:59", "Europe/Berlin", "twice"),
        # Samoa left out a whole day.
        ("2011-12-30", "12:00", "Pacific/Apia", "forward"),
    ],
)
def test_a_time_that_no_clock_shows_or_shows_twice_is_refused_with_words(date, time, zone, said):
    with pytest.raises(NoSuchTime, match=said):
        instant(datetime.date.fromisoformat(date), datetime.time.fromisoformat(time), zone)


def test_zones_are_places_and_utc():
    assert NEW_YORK in zone_names()
    assert "UTC" in zone_names()
    assert "EST5EDT" not in zone_names()


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(ValidationError):
        validate_zone(name)
