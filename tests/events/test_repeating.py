"""The dates of a series are made ahead, each once, whoever else is at it."""

import datetime
import threading

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from wagtail.models import Page, PageLogEntry

from events import repeating, telling
from events.models import (
    EventPage,
    EventQuestion,
    Follower,
    Occurrence,
    Registration,
    Rhythm,
    Series,
)
from events.registration import Person, cancel, follow
from events.repeating import (
    InSeriesAlready,
    begin_series,
    coming_slots,
    left_out,
    make_dates,
    make_due,
)
from tests.factories.events import make_event, make_series, seats_of

pytestmark = pytest.mark.django_db

# A Tuesday; clocks in New York went back nine days later, and forward on March 14.
NOW = "2026-10-20 09:00 -0400"
FIRST = datetime.date(2026, 10, 28)
FORTNIGHT = datetime.timedelta(weeks=2)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, list[datetime.date]]]:
    """Whom a mail told of which new dates."""
    found = []

    def tell(follower, registrations):
        found.append((follower.name, [one.event.date for one in registrations]))
        for one in registrations:
            Registration.objects.filter(pk=one.pk).update(told_sequence=0)

    monkeypatch.setattr(telling, "tell_new_dates", tell, raising=False)
    return found


def begun(event: EventPage | None = None, **fields) -> Series:
    """Return a fortnightly series that begins with an event on the first of the dates."""
    event = event or make_event("Community chat", FIRST)
    series = Series(name="Community chat", **{"interval": 2, "weeks_ahead": 12, **fields})
    begin_series(event, series)
    return series


def dates_of(series: Series) -> list[datetime.date]:
    return list(EventPage.objects.filter(series=series).in_order().values_list("date", flat=True))


def following(series: Series, name: str = "Ines Moreau") -> Follower:
    event = EventPage.objects.filter(series=series).in_order().first()
    followers, _at = follow(series, event, [Person(name, "ines@example.org")])
    Registration.objects.filter(follower__in=followers).update(told_sequence=0)
    return followers[0]


def test_a_series_begins_with_its_event_and_fills_the_time_ahead():
    series = begun()
    # Twelve weeks from October 20.
    assert dates_of(series) == [FIRST + n * FORTNIGHT for n in range(6)]
    assert series.occurrences.count() == 6
    assert series.occurrences.get(slot=FIRST).event == series.pattern
    assert series.begins_on == FIRST


def test_two_in_the_afternoon_stays_two_in_the_afternoon_when_clocks_go_back():
    begun()
    events = EventPage.objects.in_order()
    assert {event.starts_there.hour for event in events} == {14}
    assert [event.starts_at.hour for event in events[:3]] == [18, 19, 19]


def test_no_date_is_made_after_the_last_one():
    assert len(dates_of(begun(until=FIRST + 2 * FORTNIGHT))) == 3


def test_the_second_wednesday_of_each_month():
    event = make_event(date="2026-11-11")
    series = begun(event, rhythm=Rhythm.MONTHS, interval=1, weeks_ahead=26)
    assert [day.isoformat() for day in dates_of(series)] == [
        "2026-11-11",
        "2026-12-09",
        "2027-01-13",
        "2027-02-10",
        "2027-03-10",
        "2027-04-14",
    ]


def test_a_date_is_a_published_copy_with_seats_and_hosts_and_nobody_in_it():
    event = make_event(
        "Community chat",
        FIRST,
        hosts=["Nell Cho", "Winona Farrow"],
        tags=["renewals"],
        kind="Community chat",
        seats=20,
        questions=[EventQuestion(key="vegetarian1", label="Lunch?", kind="tick")],
        join_url="https://zoom.example.org/j/1",
        join_notes="Passcode 7",
        summary="Bring a request.",
        contact_hours="1.5",
    )
    begun(event)
    made = EventPage.objects.get(date=FIRST + FORTNIGHT)
    assert made.live
    assert not made.has_unpublished_changes
    assert made.title == "Community chat"
    assert [host.name for host in made.hosts] == ["Nell Cho", "Winona Farrow"]
    assert [tag.name for tag in made.shown_tags] == ["renewals"]
    assert [(q.key, q.label) for q in made.questions] == [("vegetarian1", "Lunch?")]
    assert made.seats.capacity == 20
    assert seats_of(made) == (0, 0)
    assert (made.join_url, made.join_notes) == ("https://zoom.example.org/j/1", "Passcode 7")
    assert (made.kind, made.summary) == (event.kind, "Bring a request.")
    assert made.contact_hours == made.series.pattern.contact_hours
    assert made.entry.uid != EventPage.objects.get(date=FIRST).entry.uid
    assert made.owner == event.owner


def test_a_date_has_a_history_and_its_live_revision_says_what_readers_see():
    made = begun().events.get(date=FIRST + FORTNIGHT)
    assert made.live_revision == made.latest_revision
    assert made.live_revision.as_object().date == made.date
    assert made.live_revision.as_object().series == made.series
    actions = set(PageLogEntry.objects.filter(page=made.pk).values_list("action", flat=True))
    assert "wagtail.publish" in actions
    assert made.first_published_at == made.last_published_at == timezone.now()
    assert not any(Page.find_problems())


def test_all_days_move_along():
    event = make_event(
        date=FIRST,
        end_date=FIRST + datetime.timedelta(days=1),
        opens_date=FIRST - datetime.timedelta(days=30),
        closes_date=FIRST - datetime.timedelta(days=2),
    )
    made = begun(event).events.get(date=FIRST + FORTNIGHT)
    assert made.end_date == FIRST + FORTNIGHT + datetime.timedelta(days=1)
    assert made.opens_date == FIRST + FORTNIGHT - datetime.timedelta(days=30)
    assert made.closes_date == FIRST + FORTNIGHT - datetime.timedelta(days=2)


def test_addresses_carry_the_date_once_and_are_free():
    taken = make_event("Community chat", FIRST + FORTNIGHT, slug="community-chat-2026-11-11")
    event = make_event("Community chat", FIRST, slug="community-chat-2026-10-28")
    series = begun(event)
    slugs = set(series.events.exclude(pk=event.pk).values_list("slug", flat=True))
    assert {"community-chat-2026-11-11-1", "community-chat-2026-11-25"} <= slugs
    assert taken.slug == "community-chat-2026-11-11"


def test_what_stands_only_in_a_draft_of_the_pattern_is_not_published():
    event = make_event("Community chat", FIRST)
    event.title = "Not said yet"
    event.save_revision()
    series = begun(event)
    assert set(series.events.values_list("title", flat=True)) == {"Community chat"}
    event.refresh_from_db()
    assert event.has_unpublished_changes
    assert event.get_latest_revision_as_object().title == "Not said yet"
    assert event.get_latest_revision_as_object().series == event.series == series


def test_dates_of_a_cancelled_pattern_are_not_cancelled():
    series = begun(make_event("Community chat", FIRST, is_cancelled=True, cancel_reason="Snow"))
    made = series.events.get(date=FIRST + FORTNIGHT)
    assert not made.is_cancelled
    assert made.cancel_reason == ""


def test_an_end_of_publication_is_not_copied():
    expire_at = timezone.now() + datetime.timedelta(days=20)
    series = begun(make_event("Community chat", FIRST, expire_at=expire_at))
    assert series.events.get(date=FIRST + FORTNIGHT).expire_at is None


def test_an_event_of_a_series_begins_no_other():
    series = begun()
    with pytest.raises(InSeriesAlready):
        begun(series.pattern)
    assert Series.objects.count() == 1


def test_a_second_run_makes_nothing():
    series = begun()
    assert make_dates(series) == []
    assert len(dates_of(series)) == 6


def test_a_date_that_was_moved_cancelled_or_deleted_is_not_made_again():
    series = begun()
    moved, cancelled, deleted = series.events.in_order()[1:4]
    moved.date += datetime.timedelta(days=1)
    moved.save_revision().publish()
    cancelled.is_cancelled = True
    cancelled.save_revision().publish()
    deleted.delete()
    assert make_dates(series) == []
    assert series.events.count() == 5


def test_a_date_made_by_hand_counts():
    event = make_event("Community chat", FIRST)
    series = make_series(begins_on=FIRST, interval=2, weeks_ahead=4, pattern=event)
    by_hand = make_event("A guest comes", FIRST + FORTNIGHT, series=series)
    assert make_dates(series) == []
    assert Occurrence.objects.get(slot=FIRST + FORTNIGHT).event == by_hand
    assert Occurrence.objects.get(slot=FIRST).event == event


def test_past_dates_are_not_made():
    with time_machine.travel("2026-10-01 09:00 -0400", tick=False):
        event = make_event("Community chat", "2026-10-07")
    series = make_series(begins_on=event.date, interval=1, weeks_ahead=2, pattern=event)
    with time_machine.travel("2026-10-21 14:30 -0400", tick=False):
        assert [made.date for made in make_dates(series)] == [
            datetime.date(2026, 10, 28),
            datetime.date(2026, 11, 4),
        ]


def test_the_pattern_may_have_been_moved_alone():
    series = begun(weeks_ahead=4)
    pattern = series.pattern
    pattern.date += datetime.timedelta(days=1)
    pattern.save_revision().publish()
    Series.objects.update(weeks_ahead=6)
    made = make_dates(Series.objects.get())
    assert [event.date for event in made] == [FIRST + 2 * FORTNIGHT]


def test_a_time_that_clocks_skip_is_left_out_and_named():
    event = make_event("Night shift", "2027-02-28", start_time="02:30", end_time="03:30")
    series = begun(event, interval=1, weeks_ahead=24)
    missing = datetime.date(2027, 3, 14)
    assert missing not in dates_of(series)
    assert datetime.date(2027, 3, 21) in dates_of(series)
    [found] = left_out(series, series.pattern)
    assert found.slot == missing
    assert "go forward" in found.reason


def test_a_time_that_comes_twice_is_left_out_too():
    event = make_event("Night shift", "2026-10-25", start_time="01:30", end_time="03:30")
    series = begun(event, interval=1, weeks_ahead=4)
    assert datetime.date(2026, 11, 1) not in dates_of(series)
    assert "twice" in left_out(series, series.pattern)[0].reason


def test_nothing_is_made_of_an_unpublished_pattern_or_of_none():
    series = begun(weeks_ahead=4)
    series.pattern.unpublish()
    Series.objects.update(weeks_ahead=26)
    assert make_dates(Series.objects.get()) == []
    series.pattern.delete()
    series = Series.objects.get()
    assert series.pattern is None
    assert make_dates(series) == []
    make_due()
    assert series.events.count() == 1


def test_more_dates_are_made_when_half_of_the_time_ahead_is_empty():
    series = begun()
    with time_machine.travel("2026-11-20 09:00 -0500", tick=False):
        make_due()
        assert len(dates_of(series)) == 6
    with time_machine.travel("2026-11-26 09:00 -0500", tick=False):
        make_due()
        assert dates_of(series)[-1] == datetime.date(2027, 2, 17)
        assert series.occurrences.count() == 9


def test_the_worker_makes_the_dates_of_a_series_that_an_editor_wrote_down():
    event = make_event("Community chat", FIRST)
    series = make_series(begins_on=FIRST, interval=2, weeks_ahead=12, pattern=event)
    make_due()
    assert series.occurrences.count() == 6


def test_a_series_that_fails_leaves_the_others_alone(monkeypatch, caplog):
    broken = make_series("Broken", FIRST, pattern=make_event("One", FIRST), weeks_ahead=12)
    whole = make_series("Whole", FIRST, pattern=make_event("Two", FIRST), weeks_ahead=12)
    copy = repeating._copy

    def fail_once(pattern, series, *rest):
        if series == broken:
            raise OSError("disk full")
        return copy(pattern, series, *rest)

    monkeypatch.setattr(repeating, "_copy", fail_once)
    with pytest.raises(OSError, match="disk full"):
        make_due()
    assert str(broken.pk) in caplog.text
    assert broken.occurrences.count() == 1
    assert whole.occurrences.count() == 6


def test_followers_are_registered_for_new_dates_and_told_once_of_all(told):
    series = begun()
    following(series)
    following(series, "Joan Reyes")
    with time_machine.travel("2026-12-01 09:00 -0500", tick=False):
        make_due()
        make_due()
    new = dates_of(series)[6:]
    assert len(new) == 3
    assert sorted(told) == [("Ines Moreau", new), ("Joan Reyes", new)]
    for event in EventPage.objects.filter(date__in=new):
        assert seats_of(event) == (2, 0)


def test_who_stopped_following_is_not_registered_nor_told(told):
    series = begun()
    follower = following(series)
    Follower.objects.update(ended_at=timezone.now())
    with time_machine.travel("2026-12-01 09:00 -0500", tick=False):
        make_due()
    assert not told
    assert follower.registrations.count() == 6


def test_a_date_given_up_before_the_mail_is_not_told_of(told):
    series = begun(weeks_ahead=4)
    following(series)
    Series.objects.update(weeks_ahead=6)
    Registration.objects.update(told_sequence=None)
    cancel(Registration.objects.order_by("pk").first())
    make_due()
    assert len(told) == 1
    assert FIRST not in told[0][1]


def test_a_batch_broken_off_is_taken_up_and_told_in_one_mail(told, monkeypatch):
    series = begun()
    following(series)
    make = repeating._make
    made = []

    def killed_after_two(*arguments):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(make(*arguments))
        return made[-1]

    with time_machine.travel("2026-12-01 09:00 -0500", tick=False):
        monkeypatch.setattr(repeating, "_make", killed_after_two)
        with pytest.raises(KeyboardInterrupt):
            make_due()
        assert not told
        monkeypatch.setattr(repeating, "_make", make)
        make_due()
    assert told == [("Ines Moreau", dates_of(series)[6:])]


def test_a_date_broken_off_leaves_nothing_behind(monkeypatch):
    event = make_event("Community chat", FIRST)
    series = make_series(begins_on=FIRST, weeks_ahead=4, pattern=event)

    def fail(_event):
        raise OSError("disk full")

    monkeypatch.setattr(repeating, "register_followers", fail)
    with pytest.raises(OSError, match="disk full"):
        make_dates(series)
    assert EventPage.objects.get() == event
    assert not Occurrence.objects.exclude(event=event).exists()


def test_slots_of_a_series_with_a_distant_beginning_are_those_ahead():
    event = make_event(date=FIRST)
    series = make_series(begins_on=datetime.date(2016, 10, 26), pattern=event, weeks_ahead=4)
    assert next(coming_slots(series, event)) > FIRST - FORTNIGHT


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_date_once_and_tell_once(told):
    series = make_series(begins_on=timezone.localdate() + FORTNIGHT, weeks_ahead=14)
    series.pattern = make_event("Community chat", series.begins_on, series=series)
    series.save()
    following(series)
    ready = threading.Barrier(2)
    failed = []

    def run():
        try:
            ready.wait()
            make_dates(Series.objects.get())
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    slots = list(series.occurrences.order_by("slot").values_list("slot", flat=True))
    assert slots == [series.begins_on + n * FORTNIGHT for n in range(7)]
    assert dates_of(series) == slots
    assert told == [("Ines Moreau", slots[1:])]
    assert not any(Page.find_problems())
