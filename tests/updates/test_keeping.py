"""What is kept of who follows something: handed over, erased, and forgotten in time."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from core.personal_data import personal_data
from outbox import sending
from outbox.messages import post
from outbox.models import Mail, MailState
from tests.factories.updates import make_subscriber, make_subscription
from updates import mails, subscriptions
from updates.following import Ref
from updates.keeping import erase_person, export_person
from updates.models import Delivery, EndedBy, Notice, Pace, Request, Subscriber, Subscription

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
POSTS, EVENTS = Ref("posts"), Ref("events")
TO_SUBSCRIBERS = [message for message in mails.MESSAGES if message.still_wanted]


def deliver(subscription: Subscription, pk: int = 1, **fields) -> Delivery:
    notice, _made = Notice.objects.get_or_create(
        source="blog.postpage", object_id=pk, defaults={"spread_at": timezone.now()}
    )
    return Delivery.objects.create(
        subscription=subscription, notice=notice, due_at=timezone.now(), **fields
    )


def write_mail(message, to: str, about: str) -> None:
    """Leave a mail of a kind waiting."""
    assert post(message, to, message.example(), about=about)


def send_all() -> dict[str, str]:
    while sending.send_due():
        pass
    return dict(Mail.objects.values_list("kind", "state"))


def test_a_person_is_handed_over_what_is_kept(home):
    subscriber = make_subscriber("Ines@example.org", time_zone="Europe/Paris", weekday=2)
    make_subscription(subscriber, POSTS, Pace.WEEKLY, title="All posts")
    ended = make_subscription(subscriber, EVENTS, title="All events")
    subscriptions.stop([ended], EndedBy.ONE_CLICK)
    make_subscription("other@example.org", POSTS)
    subscriptions.ask("INES@example.org", [EVENTS], Pace.DAILY)
    subscriptions.ask("other@example.org", [EVENTS], Pace.DAILY)
    kept, asked = export_person("ines@EXAMPLE.org")
    assert (kept["email"], kept["time_zone"], kept["weekday"]) == (
        "Ines@example.org",
        "Europe/Paris",
        "Wednesday",
    )
    posts, events = kept["subscriptions"]
    assert (posts["kind"], posts["title"], posts["pace"]) == ("posts", "All posts", "weekly")
    assert posts["since"] and not posts["ended"]
    assert events["ended"] and events["ended_by"] == "one_click"
    assert (asked["email"], asked["asked_for"]) == ("INES@example.org", ["events:"])
    assert export_person("nobody@example.org") == []
    assert "updates" in {kept.name for kept in personal_data}


def test_a_person_is_erased_with_all_that_hangs_on_them_and_nothing_of_others():
    for pace, ref in ((Pace.AT_ONCE, POSTS), (Pace.DAILY, EVENTS)):
        deliver(make_subscription("ines@example.org", ref, pace))
        deliver(make_subscription("other@example.org", ref, pace))
    subscriptions.ask("INES@example.org", [POSTS], Pace.DAILY)
    subscriptions.ask("other@example.org", [POSTS], Pace.DAILY)
    assert erase_person("Ines@example.org") == 4
    assert Subscriber.objects.get().email == "other@example.org"
    assert Request.objects.get().email == "other@example.org"
    assert (Subscription.objects.count(), Delivery.objects.count()) == (2, 2)
    assert export_person("ines@example.org") == []
    assert erase_person("ines@example.org") == 0


def test_no_mail_that_waits_for_who_is_erased_goes():
    subscriber = make_subscriber("ines@example.org")
    make_subscription(subscriber, EVENTS, confirmed_at=None)
    deliver(make_subscription(subscriber, POSTS), mailed_at=timezone.now(), letter="letter")
    for message in TO_SUBSCRIBERS:
        of_letter = message in (mails.NEWS, mails.DIGEST, mails.ANNOUNCEMENT)
        write_mail(message, subscriber.email, "letter" if of_letter else subscriber.key)
    erase_person(subscriber.email)
    assert set(send_all().values()) == {MailState.DROPPED}
    assert Mail.objects.count() == len(TO_SUBSCRIBERS)


def test_the_same_mails_go_to_who_is_not():
    subscriber = make_subscriber("ines@example.org")
    make_subscription(subscriber, EVENTS, confirmed_at=None)
    deliver(make_subscription(subscriber, POSTS), mailed_at=timezone.now(), letter="letter")
    for message in TO_SUBSCRIBERS:
        of_letter = message in (mails.NEWS, mails.DIGEST, mails.ANNOUNCEMENT)
        write_mail(message, subscriber.email, "letter" if of_letter else subscriber.key)
    assert set(send_all().values()) == {MailState.SENT}


@pytest.mark.parametrize("message", [mails.ADDED, mails.LINKS, mails.CONFIRM])
def test_who_has_stopped_all_gets_no_mail_about_what_they_follow(message):
    subscriber = make_subscriber("ines@example.org")
    stopped = make_subscription(subscriber, POSTS)
    subscriptions.stop([stopped], EndedBy.THEMSELVES)
    write_mail(message, subscriber.email, subscriber.key)
    assert set(send_all().values()) == {MailState.DROPPED}


def clean_all() -> int:
    """Do what the worker does about it, to the end; return how often it was called."""
    times = 1
    while subscriptions.clean():
        times += 1
    return times


def test_who_never_confirms_is_forgotten_in_a_week():
    with time_machine.travel(timezone.now() - 6 * DAY):
        make_subscription("late@example.org", POSTS, confirmed_at=None)
    with time_machine.travel(timezone.now() - 8 * DAY):
        make_subscription("gone@example.org", POSTS, confirmed_at=None)
        make_subscription("both@example.org", EVENTS, confirmed_at=None)
        make_subscription("both@example.org", POSTS)
        subscriptions.ask("lingers@example.org", [POSTS], Pace.DAILY)
    subscriptions.ask("new@example.org", [POSTS], Pace.DAILY)
    clean_all()
    kept = Subscription.objects.values_list("subscriber__email", "kind")
    assert set(kept) == {("late@example.org", "posts"), ("both@example.org", "posts")}
    assert Subscriber.objects.count() == 2
    assert Request.objects.get().email == "new@example.org"


def test_what_ended_is_known_for_ninety_days():
    with time_machine.travel(timezone.now() - 120 * DAY) as clock:
        for days in (29, 2):
            subscription = make_subscription(f"after{days}@example.org", POSTS)
            clock.shift(days * DAY)
            subscriptions.stop([subscription], EndedBy.ONE_CLICK)
        make_subscription("stays@example.org", POSTS)
    clean_all()
    assert set(Subscriber.objects.values_list("email", flat=True)) == {
        "after2@example.org",
        "stays@example.org",
    }


def test_which_mail_told_what_is_known_for_ninety_days_and_the_notice_for_ever():
    subscription = make_subscription("ines@example.org", POSTS)
    with time_machine.travel(timezone.now() - 91 * DAY):
        deliver(subscription, 1, mailed_at=timezone.now(), letter="old")
        deliver(subscription, 2, mailed_at=timezone.now(), letter="waits")
        deliver(subscription, 3)
    deliver(subscription, 4, mailed_at=timezone.now() - 89 * DAY)
    write_mail(mails.NEWS, subscription.subscriber.email, "waits")
    clean_all()
    assert set(Delivery.objects.values_list("notice__object_id", flat=True)) == {2, 3, 4}
    assert Notice.objects.count() == 4
    assert set(send_all().values()) == {MailState.SENT}
    clean_all()
    assert set(Delivery.objects.values_list("notice__object_id", flat=True)) == {3, 4}


def test_much_is_forgotten_in_parts(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(subscriptions, "DELETED_AT_ONCE", 10)
    with time_machine.travel(timezone.now() - 100 * DAY):
        for number in range(25):
            subscription = make_subscription(f"r{number}@example.org", POSTS)
            deliver(subscription, mailed_at=timezone.now())
            subscriptions.stop([subscription], EndedBy.STAFF)
    with django_assert_max_num_queries(4):
        assert subscriptions.clean() is True
    assert Delivery.objects.count() == 15
    assert clean_all() == 6
    assert not Subscriber.objects.exists()
    assert not subscriptions.clean()


def test_an_address_that_grows_beyond_what_fits_keeps_nobody_from_their_turn(home):
    subscriptions.ask(f"a@{'ß' * 240}.example", [POSTS], Pace.DAILY)
    subscriptions.ask("ines@example.org", [POSTS], Pace.DAILY)
    subscriptions.take_in_requests()
    assert not Request.objects.exists()
    assert not Subscriber.objects.exclude(email="ines@example.org").exists()
