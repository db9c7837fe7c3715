"""An announcement to many: everybody once, whatever dies, and nobody who has stopped meanwhile."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import outlet, sending
from outbox.models import Address, Batch, Mail, MailState
from tests.factories.updates import make_announcement, make_list
from tests.search.processes import end, kill, start
from tests.soak import SOAK
from updates import announcements, letters, news, subscriptions
from updates.models import Delivery, EndedBy, Notice, Pace, Subscriber, Subscription

READERS = 5000 if SOAK else 240
KILLS = 40 if SOAK else 5
SECONDS = 900 if SOAK else 90


def subscribe(one, count: int, name: str = "reader", pace: Pace = Pace.AT_ONCE) -> None:
    subscribers = Subscriber.objects.bulk_create(
        Subscriber(email=f"{name}.{number}@example.org", email_key=f"{name}.{number}@example.org")
        for number in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=subscriber,
            kind=announcements.KIND,
            what=str(one.pk),
            title=one.name,
            pace=pace,
            confirmed_at=timezone.now(),
        )
        for subscriber in subscribers
    )


def work(until: float) -> None:
    while time.monotonic() < until and is_unfinished():
        for act in (news.spread, letters.write_due, sending.send_due):
            act()
        time.sleep(0.01)


def is_unfinished() -> bool:
    return (
        Notice.objects.filter(spread_at=None).exists()
        or Delivery.objects.filter(mailed_at=None).exists()
        or Mail.objects.waiting().exists()
    )


def work_and_be_killed() -> int:
    """Let two workers do it all, and kill one of them again and again; return how often."""
    chance = random.Random(20261129)
    until = time.monotonic() + SECONDS
    workers = [start(lambda: work(until)) for _worker in range(2)]
    kills = 0
    while kills < KILLS and is_unfinished():
        time.sleep(chance.uniform(0.05, 0.5))
        kill(workers.pop(0))
        kills += 1
        workers.append(start(lambda: work(until)))
    assert [end(worker) for worker in workers] == [0, 0]
    return kills


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(sending, "CLAIM", timedelta(seconds=1))
    monkeypatch.setattr(sending, "IN_FLIGHT", timedelta(seconds=2))
    monkeypatch.setattr(sending, "RETRY_AFTER", [timedelta(seconds=0.2)])
    monkeypatch.setattr(news, "SUBSCRIBERS_AT_ONCE", 50)
    monkeypatch.setattr(letters, "SUBSCRIBERS_AT_ONCE", 10)


def test_everybody_gets_it_once_whatever_dies(transactional_db, mail_server, quick):
    one, other = make_list("North"), make_list("South")
    subscribe(one, READERS)
    both = Subscriber.objects.all()[: READERS // 2]
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=subscriber,
            kind=announcements.KIND,
            what=str(other.pk),
            title=other.name,
            confirmed_at=timezone.now(),
        )
        for subscriber in both
    )
    announcements.send(make_announcement([one, other]), None)
    kills = work_and_be_killed()
    assert kills == KILLS
    received = mail_server.times_received()
    assert len(received) == READERS
    # Of each worker that was killed at most the one mail in flight goes twice, with one Message-ID.
    assert sum(received.values()) <= READERS + kills
    assert len({mail.message_id for mail in mail_server.received}) == READERS
    assert Mail.objects.filter(state=MailState.SENT).count() == Mail.objects.count() == READERS


def test_nothing_is_in_two_digests_whatever_dies(transactional_db, mail_server, quick):
    one = make_list()
    subscribe(one, READERS // 2, pace=Pace.DAILY)
    for subject in ("First", "Second"):
        announcements.send(make_announcement([one], subject), None)
    while news.spread():
        pass
    Delivery.objects.update(due_at=timezone.now())
    kills = work_and_be_killed()
    received = mail_server.times_received()
    assert len(received) == READERS // 2
    assert sum(received.values()) <= READERS // 2 + kills
    assert {mail.subject for mail in Mail.objects.all()} == {"First, and 1 more"}
    assert Mail.objects.count() == READERS // 2


def test_a_copy_of_the_site_sends_nothing(transactional_db, mail_server, quick, monkeypatch):
    one = make_list()
    subscribe(one, 3)
    announcements.send(make_announcement([one]), None)
    sending.send_due()
    monkeypatch.setattr("outbox.outlet.here", lambda: "somewhere else")
    while news.spread() or letters.write_due() or sending.send_due():
        pass
    assert not mail_server.received
    assert Mail.objects.waiting().count() == 3
    outlet.release(drop_waiting=False)
    while sending.send_due():
        pass
    assert len(mail_server.received) == 3


def test_who_stops_while_it_goes_out_is_left_out(transactional_db, mail_server, quick):
    one = make_list()
    subscribe(one, 60)
    announcements.send(make_announcement([one]), None)
    while news.spread():
        pass
    letters.write_due()
    # Of some the mail waits already, of others it is not written yet.
    stopped = list(Subscription.objects.select_related("subscriber").order_by("pk")[:30:2])
    gone = {one.subscriber.email for one in stopped}
    subscriptions.stop(stopped, EndedBy.ONE_CLICK)
    work(time.monotonic() + SECONDS)
    received = mail_server.times_received()
    assert set(received) == set(Subscriber.objects.values_list("email", flat=True)) - gone
    assert Counter(received.values()) == {1: 45}
    assert Mail.objects.filter(state=MailState.DROPPED).count() == 5


def test_a_third_failing_pauses_it_and_tells_staff(
    transactional_db, mail_server, quick, admin_user
):
    one = make_list()
    subscribe(one, 30, "gone")
    subscribe(one, 60)
    announcements.send(make_announcement([one]), None)
    while news.spread() or letters.write_due():
        pass
    while sending.send_due():
        pass
    notice = Notice.objects.get()
    assert Batch.objects.paused().get().name == notice.batch
    assert Mail.objects.in_batch(notice.batch).waiting().count() > 30
    told = Mail.objects.filter(kind="mail_trouble")
    assert told.filter(address__email=admin_user.email).exists()
    assert not Address.objects.filter(key="reader.1@example.org").exclude(stopped_at=None).exists()
