"""Digests: on the reader's own day, each thing in one of them, none of them empty."""

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from taggit.models import Tag

from outbox import sending
from outbox.messages import message_named
from outbox.models import Batch, Mail, MailState
from tests.factories.blog import make_post
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscriber,
    make_subscription,
    tell_all,
)
from updates import announcements, letters, news, subscriptions
from updates.following import Ref
from updates.models import Delivery, EndedBy, Notice, Pace, Subscriber

pytestmark = pytest.mark.django_db

NEW_YORK, SYDNEY = "America/New_York", "Australia/Sydney"
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def at(zone: str, *when: int) -> datetime.datetime:
    return datetime.datetime(*when, tzinfo=ZoneInfo(zone))


def moments_told(until: datetime.datetime, step: datetime.timedelta = HOUR) -> list:
    """Let the worker look every hour; return when it wrote which mails."""
    said = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while timezone.now() < until:
            before = set(Mail.objects.values_list("pk", flat=True))
            tell_all()
            written = Mail.objects.exclude(pk__in=before).order_by("pk")
            said += [(timezone.now(), mail.address.email, mail.subject) for mail in written]
            clock.shift(step)
    return said


def announce(one, subject: str) -> None:
    announcements.send(make_announcement([one], subject), None)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("zone", "after", "morning"),
    [
        # The hour that is skipped, and the one that comes twice, lie before seven in the morning.
        (NEW_YORK, (2026, 3, 7, 12, 0), (2026, 3, 8, 11, 0)),
        (NEW_YORK, (2026, 3, 6, 12, 0), (2026, 3, 7, 12, 0)),
        (NEW_YORK, (2026, 10, 31, 11, 0), (2026, 11, 1, 12, 0)),
        (NEW_YORK, (2026, 10, 31, 10, 59), (2026, 10, 31, 11, 0)),
        (SYDNEY, (2026, 4, 3, 20, 0), (2026, 4, 4, 21, 0)),
        (SYDNEY, (2026, 10, 2, 21, 0), (2026, 10, 3, 20, 0)),
        ("Asia/Kathmandu", (2026, 3, 4, 1, 15), (2026, 3, 5, 1, 15)),
        ("UTC", (2026, 3, 4, 6, 59), (2026, 3, 4, 7, 0)),
    ],
)
def test_the_morning_is_the_readers(zone, after, morning):
    subscriber = Subscriber(time_zone=zone)
    said = subscriber.next_mail_at(Pace.DAILY, datetime.datetime(*after, tzinfo=datetime.UTC))
    assert said == datetime.datetime(*morning, tzinfo=datetime.UTC)
    assert (said.astimezone(ZoneInfo(zone)).hour, said.minute % 15) == (7, 0)


@pytest.mark.any_database
def test_the_day_of_the_week_is_the_readers():
    """It is Monday in Sydney while it still is Sunday in New York."""
    after = at("UTC", 2026, 3, 8, 19)
    there = Subscriber(time_zone=SYDNEY).next_mail_at(Pace.WEEKLY, after)
    here = Subscriber(time_zone=NEW_YORK).next_mail_at(Pace.WEEKLY, after)
    friday = Subscriber(time_zone=NEW_YORK, weekday=4).next_mail_at(Pace.WEEKLY, after)
    assert there == at(SYDNEY, 2026, 3, 9, 7)
    assert here == at(NEW_YORK, 2026, 3, 9, 7)
    assert friday == at(NEW_YORK, 2026, 3, 13, 7)


@pytest.mark.parametrize(
    ("begin", "days"),
    [(at(NEW_YORK, 2026, 3, 6, 12), 5), (at(NEW_YORK, 2026, 10, 30, 12), 5)],
    ids=["spring", "autumn"],
)
def test_a_digest_a_day_across_the_change_of_clocks(begin, days):
    one = make_list()
    with time_machine.travel(begin, tick=False) as clock:
        make_subscription(
            make_subscriber("ines@example.org", time_zone=NEW_YORK),
            Ref("list", str(one.pk)),
            "daily",
        )
        for number in range(days):
            clock.move_to(begin + number * DAY)
            announce(one, f"Of day {number}, first")
            announce(one, f"Of day {number}, second")
            tell_all()
            clock.move_to(begin + number * DAY + 2 * HOUR)
            for when, _who, subject in moments_told(begin + (number + 1) * DAY - HOUR):
                local = when.astimezone(ZoneInfo(NEW_YORK))
                assert (local.date() - begin.date()).days == number + 1
                assert local.hour == 7
                assert subject == f"Of day {number}, first, and 1 more"
        assert Mail.objects.filter(kind="updates_digest").count() == days
        assert Delivery.objects.exclude(mailed_at=None).count() == 2 * days


def test_daily_weekly_and_at_once_merge_into_what_was_promised():
    """On a Monday, who has something daily and something weekly gets one digest with both."""
    tag = Tag.objects.create(name="packaging")
    north, south = make_list("North"), make_list("South")
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        reader = make_subscriber("ines@example.org", time_zone=NEW_YORK)
        make_subscription(reader, Ref("posts-tag", str(tag.pk)), Pace.AT_ONCE)
        make_subscription(reader, Ref("posts"), Pace.WEEKLY)
        make_subscription(reader, Ref("list", str(north.pk)), Pace.DAILY)
        make_subscription(reader, Ref("list", str(south.pk)), Pace.WEEKLY)
        make_post("Tagged", date="2026-03-04", tags=["packaging"])
        make_post("Plain", date="2026-03-04")
        announcements.send(make_announcement([north, south], "For both"), None)
        announce(south, "For the south")
        clock.shift(news.SETTLES_IN)
        tell_all()
        said = moments_told(at(NEW_YORK, 2026, 3, 10, 12), step=datetime.timedelta(minutes=30))
        clock.move_to(at(NEW_YORK, 2026, 3, 8, 20))
        announce(north, "Late on Sunday")
        said += moments_told(at(NEW_YORK, 2026, 3, 20, 12))
    subjects = [mail.subject for mail in Mail.objects.order_by("pk")]
    assert subjects[0] == "New on the blog: Tagged"
    days = [f"{when.astimezone(ZoneInfo(NEW_YORK)):%a %H:%M}" for when, _who, _subject in said]
    assert days[0].startswith("Thu 07:")
    assert Mail.objects.filter(kind="updates_digest").count() == len(said)
    # Each thing was told once, in one mail.
    for notice in Notice.objects.all():
        told = Delivery.objects.filter(notice=notice)
        assert len(set(told.values_list("letter", flat=True))) == 1
    assert not Delivery.objects.filter(mailed_at=None).exists()


def test_daily_and_weekly_due_together_are_one_digest():
    north, south = make_list("North"), make_list("South")
    with time_machine.travel(at(NEW_YORK, 2026, 3, 8, 20), tick=False) as clock:
        reader = make_subscriber("ines@example.org", time_zone=NEW_YORK)
        make_subscription(reader, Ref("list", str(north.pk)), Pace.DAILY)
        make_subscription(reader, Ref("list", str(south.pk)), Pace.WEEKLY)
        announce(north, "In the north")
        announce(south, "In the south")
        tell_all()
        assert not Mail.objects.exists()
        clock.move_to(at(NEW_YORK, 2026, 3, 9, 7, 1))
        tell_all()
    (mail,) = Mail.objects.all()
    assert mail.subject == "In the north, and 1 more"


def test_after_days_without_a_worker_there_is_one_digest():
    one = make_list()
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        make_subscription("ines@example.org", Ref("list", str(one.pk)), Pace.DAILY)
        for number in range(3):
            announce(one, f"Number {number}")
            while news.spread():
                pass
            clock.shift(DAY)
        clock.shift(10 * DAY)
        tell_all()
        tell_all()
    assert [mail.subject for mail in Mail.objects.all()] == ["Number 0, and 2 more"]


def test_an_empty_digest_is_not_sent():
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        make_subscription("ines@example.org", Ref("posts"), Pace.DAILY)
        post = make_post(date="2026-03-04")
        clock.shift(news.SETTLES_IN)
        tell_all()
        post.unpublish()
        clock.shift(2 * DAY)
        tell_all()
        assert not Mail.objects.exists()
        assert not Delivery.objects.filter(mailed_at=None).exists()


def test_what_cannot_be_told_keeps_nothing_else_waiting(monkeypatch):
    one = make_list()
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        for number in range(3):
            make_subscription(f"r{number}@example.org", Ref("list", str(one.pk)))
        announce(one, "Faulty")
        announce(one, "Sound")
        tell = announcements.ANNOUNCEMENTS.tell

        def fail_for_one(announcement):
            if announcement.subject == "Faulty":
                raise RuntimeError
            return tell(announcement)

        faulty = replace(announcements.ANNOUNCEMENTS, tell=fail_for_one)
        monkeypatch.setattr(letters, "source_named", lambda name: faulty)
        tell_all()
        assert [mail.subject for mail in Mail.objects.all()] == ["Sound"] * 3
        monkeypatch.undo()
        tell_all()
        assert Mail.objects.count() == 3
        clock.shift(letters.PUT_OFF_FOR + datetime.timedelta(seconds=1))
        tell_all()
        assert Mail.objects.filter(subject="Faulty").count() == 3


def test_what_waits_moves_with_pace_zone_and_weekday():
    one = make_list()
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        subscription = make_subscription("ines@example.org", Ref("list", str(one.pk)), Pace.WEEKLY)
        announce(one, "Closed on Monday")
        tell_all()
        subscriptions.change_clock(subscription.subscriber, SYDNEY, 4)
        subscription.refresh_from_db()
        assert Delivery.objects.get().due_at == at(SYDNEY, 2026, 3, 6, 7)
        subscriptions.change_pace(subscription, Pace.DAILY)
        assert Delivery.objects.get().due_at == at(SYDNEY, 2026, 3, 5, 7)
        subscriptions.change_pace(subscription, Pace.AT_ONCE)
        clock.shift(1)
        tell_all()
    assert [mail.kind for mail in Mail.objects.all()] == ["updates_announcement"]


def test_mail_that_waits_is_not_sent_once_its_subscription_has_ended():
    one, other = make_list("North"), make_list("South")
    first = make_subscription("ines@example.org", Ref("list", str(one.pk)))
    second = make_subscription("ines@example.org", Ref("list", str(other.pk)))
    make_subscription("jo@example.org", Ref("list", str(other.pk)))
    announcements.send(make_announcement([one, other]), None)
    tell_all()
    subscriptions.stop([first], EndedBy.ONE_CLICK)
    message = Mail.objects.get(address__email="ines@example.org")
    still_wanted = message_named(message.kind).still_wanted
    assert still_wanted(message.about)
    subscriptions.stop([second], EndedBy.ONE_CLICK)
    assert not still_wanted(message.about)
    sending.send_due()
    states = dict(Mail.objects.values_list("address__email", "state"))
    assert states["ines@example.org"] == MailState.DROPPED
    assert states["jo@example.org"] != MailState.DROPPED


def test_an_announcement_is_a_batch_of_its_own():
    one = make_list()
    make_subscription("ines@example.org", Ref("list", str(one.pk)))
    announce(one, "First")
    announce(one, "Second")
    tell_all()
    assert set(Mail.objects.values_list("batch", flat=True)) == {
        notice.batch for notice in Notice.objects.all()
    }
    assert not Batch.objects.exists()


def test_writing_asks_no_more_for_more_that_is_told(django_assert_max_num_queries):
    """A digest of many things costs a query or two for each thing, whoever else gets it."""
    one = make_list()
    with time_machine.travel(at(NEW_YORK, 2026, 3, 4, 10), tick=False) as clock:
        for number in range(10):
            make_subscription(f"r{number}@example.org", Ref("list", str(one.pk)), Pace.DAILY)
        for number in range(10):
            announce(one, f"Number {number}")
        while news.spread():
            pass
        clock.shift(DAY)
        with django_assert_max_num_queries(10 * 22 + 10 * 3 + 10):
            letters.write_due()
    assert Mail.objects.count() == 10
