"""A series whose dates run out asks for a hand."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group

from accounts.models import User
from events.models import Series
from events.needs import needs_of_series
from events.repeating import begin_series
from tests.factories.events import make_event, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = "2026-10-20 09:00 -0400"
FIRST = datetime.date(2026, 10, 28)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def editor(db):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


def begun(event=None, **fields) -> Series:
    event = event or make_event("Community chat", FIRST)
    series = Series(name="Community chat", **{"interval": 2, "weeks_ahead": 6, **fields})
    begin_series(event, series)
    return series


def said(user) -> list[str]:
    return [need.said for need in needs_of_series(user)]


def test_a_series_that_makes_its_dates_needs_nothing(editor):
    begun()
    assert said(editor) == []


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_a_series_without_its_pattern_runs_out(editor, way):
    series = begun()
    getattr(series.pattern, way)()
    assert said(editor) == []
    with time_machine.travel("2026-11-10 09:00 -0500", tick=False):
        [need] = needs_of_series(editor)
        assert "“Community chat” has no dates after Nov. 25, 2026" in need.said
        assert need.due_on == datetime.date(2026, 11, 25)
        assert str(series.pk) in need.href
    with time_machine.travel("2027-03-10 09:00 -0500", tick=False):
        assert said(editor) == []


def test_a_series_that_ends_as_planned_has_not_run_out(editor):
    series = begun(until=datetime.date(2026, 11, 25))
    series.pattern.unpublish()
    with time_machine.travel("2026-11-20 09:00 -0500", tick=False):
        assert said(editor) == []


def test_a_date_left_out_is_named_until_somebody_makes_it(editor):
    event = make_event("Night shift", "2027-02-28", start_time="02:30", end_time="03:30")
    series = begun(event, interval=1, weeks_ahead=22)
    [words] = said(editor)
    assert "has no date on March 14, 2027" in words
    assert "go forward" in words
    make_event("Night shift", "2027-03-14", start_time="03:30", end_time="04:30", series=series)
    assert said(editor) == []


def test_who_may_change_no_series_is_not_asked():
    make_series(pattern=None)
    begun().pattern.delete()
    with time_machine.travel("2026-11-10 09:00 -0500", tick=False):
        assert said(User.objects.create_user("nobody@example.org")) == []
