"""What is told by the clock, or because an event has changed."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import due, telling
from events.calendar_entries import SETTLES_IN
from events.models import EventPage, EventSettings, Registration
from events.registration import Person, cancel, change_capacity, register, say_coming
from outbox.addresses import address_of
from outbox.messages import message_named
from outbox.models import Mail
from tests.events.mailing import (
    addresses,
    edit,
    entry_of,
    files_of,
    html_of,
    kinds,
    links_of,
    mails,
    message,
    method_of,
    text_of,
)
from tests.factories.events import in_days, make_event, register_one

pytestmark = pytest.mark.django_db

MORNING = {"start_time": datetime.time(9), "end_time": datetime.time(10)}


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC))


@pytest.fixture
def later(time_machine):
    """A function that lets time pass, or goes to so long before an event begins."""

    def let_pass(event: EventPage | None = None, **duration: float) -> None:
        span = datetime.timedelta(**duration)
        now = event.starts_at - span if event else timezone.now() + span
        time_machine.move_to(now)

    return let_pass


@pytest.fixture
def settle(later):
    """A function that lets changes settle, and tells of them."""

    def tell() -> None:
        later(seconds=SETTLES_IN.total_seconds() + 1)
        while due.tell_changes():
            pass

    return tell


def again(registration: Registration) -> Registration:
    return Registration.objects.get(pk=registration.pk)


def wanted(mail: Mail) -> bool:
    return message_named(mail.kind).still_wanted(mail.about)


class TestChanges:
    def test_sequence_and_method_through_the_life_of_an_event(self, settle):
        event = make_event(place="Library", format="in_person")
        register_one(event)
        event = edit(event, title="Another title", slug="another")
        settle()
        assert kinds() == ["registered"]
        event = edit(event, **MORNING)
        settle()
        event = edit(event, place="Town hall")
        settle()
        event = edit(event, is_cancelled=True, cancel_reason="Snow day")
        settle()
        event = edit(event, is_cancelled=False)
        settle()
        settle()
        assert kinds() == ["registered", "changed", "changed", "cancelled", "resumed"]
        found = [
            (method_of(mail), int(entry_of(mail)["sequence"]), str(entry_of(mail)["status"]))
            for mail in mails()
        ]
        assert found == [
            ("REQUEST", 0, "CONFIRMED"),
            ("REQUEST", 1, "CONFIRMED"),
            ("REQUEST", 2, "CONFIRMED"),
            ("CANCEL", 3, "CANCELLED"),
            ("REQUEST", 4, "CONFIRMED"),
        ]
        assert {str(entry_of(mail)["uid"]) for mail in mails()} == {event.entry.uid}

    def test_what_it_was_and_what_it_is(self, settle):
        event = make_event("Maps", "2026-06-10", format="in_person", place="Library")
        register_one(event)
        edit(event, **MORNING)
        settle()
        (mail,) = mails("changed")
        for said in (text_of(mail), html_of(mail).text_content()):
            now, before = " ".join(said.split()).split("It was:")
            assert "June 10, 2026, 9 a.m. to 10 a.m." in now
            assert "June 10, 2026, 2 p.m. to 3 p.m." in before
            assert "Library" in now and "Library" not in before

    def test_why_it_is_cancelled(self, settle):
        event = make_event()
        register_one(event)
        edit(event, is_cancelled=True, cancel_reason="Snow day")
        settle()
        (mail,) = mails("cancelled")
        assert "Snow day" in text_of(mail) and "Snow day" in html_of(mail).text_content()

    def test_who_waits_is_told_without_an_entry(self, settle):
        event = make_event(seats=1)
        register_one(event)
        register_one(event, "Bo", "bo@example.org")
        edit(event, **MORNING)
        settle()
        assert [bool(files_of(mail)) for mail in mails("changed")] == [True, False]
        edit(event, is_cancelled=True)
        settle()
        assert [bool(files_of(mail)) for mail in mails("cancelled")] == [True, False]

    def test_not_before_a_minute_has_passed(self, later, settle):
        event = make_event()
        register_one(event)
        edit(event, **MORNING)
        later(seconds=59)
        assert not due.tell_changes()
        assert kinds() == ["registered"]
        settle()
        assert kinds() == ["registered", "changed"]

    def test_quick_corrections_make_one_mail_of_what_was_told_before(self, later, settle):
        event = make_event(date="2026-06-10")
        register_one(event)
        later(minutes=5)
        edit(event, start_time=datetime.time(8))
        later(seconds=30)
        edit(event, **MORNING)
        settle()
        (mail,) = mails("changed")
        assert "9 a.m. to 10 a.m." in text_of(mail)
        before = text_of(mail).partition("It was:")[2]
        assert "2 p.m. to 3 p.m." in before
        assert entry_of(mail)["sequence"] == 2

    def test_what_was_taken_back_at_once_makes_none(self, later, settle):
        event = make_event()
        registration = register_one(event)
        later(minutes=5)
        edit(event, is_cancelled=True)
        later(seconds=10)
        edit(event, is_cancelled=False)
        settle()
        assert kinds() == ["registered"]
        assert again(registration).told_sequence == 2

    def test_but_who_registered_in_between_is_told(self, later, settle):
        event = make_event()
        later(minutes=5)
        event = edit(event, **MORNING)
        register_one(event)
        later(seconds=10)
        edit(event, start_time=datetime.time(14), end_time=datetime.time(15))
        settle()
        (mail,) = mails("changed")
        assert "It was:" not in text_of(mail)

    def test_an_older_mail_that_has_not_left_is_dropped(self, settle):
        event = make_event()
        register_one(event)
        edit(event, **MORNING)
        settle()
        edit(event, start_time=datetime.time(8))
        settle()
        older, newer = mails("changed")
        assert not wanted(older)
        assert wanted(newer)

    def test_a_cancelled_event_that_moves_says_nothing(self, settle):
        event = make_event()
        register_one(event)
        edit(event, is_cancelled=True)
        settle()
        edit(event, **MORNING)
        settle()
        assert kinds() == ["registered", "cancelled"]

    def test_who_cancelled_and_who_was_at_what_is_over_hear_nothing(self, settle, later):
        event, over = make_event(), make_event(date=in_days(1))
        cancel(register_one(event))
        register_one(over)
        edit(event, **MORNING)
        edit(over, place="Elsewhere", format="both")
        later(days=3)
        settle()
        assert not mails("changed")

    def test_each_exactly_once_though_killed_in_between(self, later, monkeypatch):
        event = make_event()
        register(event, [Person(f"P {n}", f"p{n}@example.org") for n in range(4)])
        edit(event, **MORNING)
        later(minutes=2)
        told, whole = [], telling.tell_change

        def killed_at_the_third(registration):
            whole(registration)
            told.append(registration)
            if len(told) == 3:
                raise KeyboardInterrupt

        monkeypatch.setattr(telling, "tell_change", killed_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            due.tell_changes()
        assert len(mails("changed")) == 2
        due.tell_changes()
        due.tell_changes()
        expected = [f"p{n}@example.org" for n in range(4)]
        assert sorted(addresses(mails("changed"))) == expected

    def test_mails_of_one_change_are_a_batch(self, settle):
        event = make_event()
        register(event, [Person(f"P {n}", f"p{n}@example.org") for n in range(2)])
        edit(event, **MORNING)
        settle()
        assert {mail.batch for mail in mails("changed")} == {f"event {event.pk} 1"}

    def test_many_are_told_with_few_queries_each(self, later):
        event = make_event(hosts=["Jo Okafor", "Bo Lind"])
        row = register_one(event)
        number = due.AT_ONCE + 10
        for n in range(1, number):
            row.pk, row.key, row.name, row.email = None, f"key{n}", f"P {n}", f"p{n}@example.org"
            row.told_sequence, row._state.adding = 0, True
            row.save(force_insert=True)
            address_of(row.email)
        edit(event, **MORNING)
        later(minutes=2)
        with CaptureQueriesContext(connection) as asked:
            while due.tell_changes():
                pass
        assert len(mails("changed")) == number
        assert len(asked) / number < 18


class TestReminders:
    def test_a_day_and_an_hour_before_and_not_twice(self, later):
        event = make_event(date=in_days(7), join_url="https://zoom.example.com/j/1")
        registration = register_one(event)
        steps = [({"hours": 25}, 0), ({"hours": 23.9}, 1), ({"hours": 2}, 1), ({"minutes": 61}, 1)]
        steps += [({"minutes": 59}, 2), ({"minutes": 1}, 2), ({"minutes": -5}, 2)]
        for before, number in steps:
            later(event, **before)
            due.remind()
            due.remind()
            assert len(mails()) == 1 + number, before
        day, hour = mails()[1:]
        assert (day.kind, hour.kind) == ("event_tomorrow", "event_soon")
        assert (day.expires_at, hour.expires_at) == (event.starts_at, event.ends_at)
        assert (method_of(day), entry_of(day)["sequence"]) == ("REQUEST", 0)
        assert not files_of(hour)
        (button,) = html_of(hour).cssselect("a.button")
        assert "/registrations/join/" in button.get("href")
        assert message(hour)["Subject"] == "At 2 p.m. EDT: Packing clinic"
        assert again(registration).hour_reminder_for == event.starts_at

    def test_in_person_it_says_how_to_arrive(self, later):
        event = make_event(format="in_person", place="Library", arrival_notes="The side door.")
        register_one(event)
        later(event, hours=23)
        due.remind()
        assert "The side door." in text_of(mails("tomorrow")[0])

    @pytest.mark.parametrize(
        ("field", "left"),
        [("reminds_a_day_before", ["soon"]), ("reminds_an_hour_before", ["tomorrow"])],
    )
    def test_a_rule_turns_each_off(self, later, field, left):
        rules = EventSettings.load()
        setattr(rules, field, False)
        rules.save()
        event = make_event()
        register_one(event)
        for before in ({"hours": 23}, {"minutes": 50}):
            later(event, **before)
            due.remind()
        assert kinds()[1:] == left

    def test_not_who_registered_or_moved_up_after_that_moment(self, later):
        event = make_event(seats=1)
        register_one(event)
        register_one(event, "Bo", "bo@example.org")
        later(event, hours=20)
        change_capacity(event, 5)
        register_one(event, "Ada", "ada@example.org")
        due.remind()
        assert addresses(mails("tomorrow")) == ["ines@example.org"]
        later(event, minutes=30)
        due.remind()
        assert len(mails("soon")) == 3

    def test_not_who_waits_nor_of_what_is_cancelled(self, later):
        full, off = make_event(seats=1), make_event("Off")
        register_one(full)
        waiting = register_one(full, "Bo", "bo@example.org")
        register_one(off)
        edit(off, is_cancelled=True)
        later(full, hours=23)
        due.remind()
        (mail,) = mails("tomorrow")
        assert mail.about != waiting.key

    def test_again_for_another_start_and_the_older_is_dropped(self, later):
        event = make_event(date=in_days(7))
        register_one(event)
        later(event, hours=23)
        due.remind()
        moved = edit(event, date=event.date + datetime.timedelta(days=5))
        (first,) = mails("tomorrow")
        assert not wanted(first)
        due.remind()
        assert len(mails("tomorrow")) == 1
        later(moved, hours=23)
        due.remind()
        assert [wanted(mail) for mail in mails("tomorrow")] == [False, True]

    def test_a_reminder_is_dropped_for_who_cancelled_and_for_what_was(self, later):
        event = make_event()
        registrations = [register_one(event), register_one(event, "Bo", "bo@example.org")]
        later(event, hours=23)
        due.remind()
        cancel(registrations[0])
        assert [wanted(mail) for mail in mails("tomorrow")] == [False, True]
        edit(event, is_cancelled=True)
        assert [wanted(mail) for mail in mails("tomorrow")] == [False, False]

    def test_not_again_though_the_mail_is_not_kept_any_more(self, later):
        event = make_event()
        register_one(event)
        for before in ({"hours": 23}, {"minutes": 50}):
            later(event, **before)
            due.remind()
            Mail.objects.all().delete()
            due.remind()
            assert not mails()

    def test_a_worker_that_was_away_reminds_once(self, later):
        event = make_event()
        register_one(event)
        later(event, minutes=40)
        due.remind()
        assert kinds() == ["registered", "soon"]


class TestStillComing:
    def test_is_asked_once_with_a_yes_and_a_no_that_change_nothing(self, client, later):
        event = make_event(date=in_days(20), still_coming_days=5, gives_up_silent=True)
        registration = register_one(event)
        later(event, days=5, minutes=1)
        due.ask_still_coming()
        assert kinds() == ["registered"]
        later(event, days=4, hours=23)
        due.ask_still_coming()
        due.ask_still_coming()
        (mail,) = mails("still_coming")
        answers = [link for link in links_of(mail) if "?coming=" in link]
        assert [link[-4:] for link in answers] == ["=yes", "g=no"]
        assert set(answers) <= set(text_of(mail).split())
        assert "may go to somebody who waits" in text_of(mail)
        assert again(registration).asked_at is not None
        assert mail.expires_at == event.starts_at

    def test_not_who_registered_after_that_moment_nor_who_waits(self, later):
        event = make_event(date=in_days(20), still_coming_days=5, seats=1)
        register_one(event)
        register_one(event, "Bo", "bo@example.org")
        later(event, days=4)
        change_capacity(event, 5)
        register_one(event, "Ada", "ada@example.org")
        due.ask_still_coming()
        assert addresses(mails("still_coming")) == ["ines@example.org"]
        assert "may go to somebody" not in text_of(mails("still_coming")[0])

    def test_not_where_nobody_asks_nor_of_what_is_cancelled(self, later):
        plain, off = make_event(), make_event("Off", still_coming_days=3)
        register_one(plain)
        register_one(off)
        edit(off, is_cancelled=True)
        later(plain, days=1)
        due.ask_still_coming()
        assert not mails("still_coming")

    def test_the_question_is_dropped_once_answered(self, later):
        event = make_event(date=in_days(20), still_coming_days=5)
        registration = register_one(event)
        later(event, days=4)
        due.ask_still_coming()
        (mail,) = mails("still_coming")
        assert wanted(mail)
        say_coming(registration)
        assert not wanted(mail)
