"""Asking, confirming, changing and stopping: one confirmation for an address, and no way around."""

import datetime

import pytest
import time_machine
from django.utils import timezone
from taggit.models import Tag

from outbox.addresses import address_of, stop
from outbox.models import Address, Mail, StopReason
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.updates import (
    make_announcement,
    make_list,
    make_subscriber,
    make_subscription,
    tell_all,
)
from updates import announcements, news, subscriptions
from updates.following import Followable, Followed, Ref, find_followed, followables
from updates.models import EXPIRES_AFTER, EndedBy, Pace, Request, Subscriber, Subscription

pytestmark = pytest.mark.django_db

INES = "ines@example.org"
DAY = datetime.timedelta(days=1)


def ask(*refs: str, email: str = INES, pace: Pace = Pace.AT_ONCE, zone: str = "") -> None:
    subscriptions.ask(email, [Ref.read(ref) for ref in refs], pace, zone)
    while subscriptions.take_in_requests():
        pass


def kinds_of_mail() -> list[str]:
    return [mail.kind.removeprefix("updates_") for mail in Mail.objects.order_by("pk")]


def active() -> list[str]:
    return sorted(str(one.ref) for one in Subscription.objects.active())


@pytest.fixture
def guide(monkeypatch) -> Ref:
    """Something else that an app offers to be followed."""
    ref = Ref("guide", "1")
    offered = Followable("guide", "Guides", lambda keys: {"1": Followed(ref, "First steps", "/")})
    monkeypatch.setattr(followables, "_offered", [*followables, offered])
    return ref


def test_one_address_follows_many_things_with_one_confirmation(guide):
    """A tag of the blog, a guide, a tag of the chats and two lists; the digest merges the rest."""
    with time_machine.travel("2026-10-30 14:00 +0000", tick=False) as clock:
        north, south = make_list("North"), make_list("South")
        tag = Tag.objects.create(name="packaging")
        ask(f"posts-tag:{tag.pk}")
        ask(str(guide), f"recordings-tag:{tag.pk}", pace=Pace.DAILY, zone="America/Chicago")
        assert kinds_of_mail() == ["confirm"]
        assert active() == []
        subscriptions.confirm(Subscriber.objects.get())
        assert Address.objects.get().proven_at
        ask(f"list:{north.pk}", f"list:{south.pk}", pace=Pace.DAILY)
        assert kinds_of_mail() == ["confirm", "added"]
        assert len(active()) == 5
        Mail.objects.all().delete()
        # Saturday: the last day before clocks go back.
        clock.shift(DAY)
        make_post("Labels", date="2026-10-31", tags=["packaging"])
        make_post("Without", date="2026-10-31")
        make_chat(
            "2026-10-30",
            [make_topic("Boxes", 688, tags=["packaging"])],
            recording_url="https://youtu.be/abcdefghijk",
        )
        announcements.send(make_announcement([north, south], "For both"), None)
        clock.shift(news.SETTLES_IN)
        tell_all()
        assert [mail.subject for mail in Mail.objects.all()] == ["New on the blog: Labels"]
        announcements.send(make_announcement([south], "For the south"), None)
        clock.move_to(datetime.datetime(2026, 11, 1, 10, 55, tzinfo=datetime.UTC))
        tell_all()
        assert len(Mail.objects.all()) == 1
        # Seven o'clock where the reader first was, an hour of Universal Time later than before.
        subscriber = Subscriber.objects.get()
        assert subscriber.time_zone == "America/New_York"
        clock.move_to(datetime.datetime(2026, 11, 1, 12, 1, tzinfo=datetime.UTC))
        tell_all()
        clock.shift(9 * DAY)
        tell_all()
    digest = Mail.objects.last()
    assert kinds_of_mail() == ["news", "digest"]
    assert "and 2 more" in digest.subject


def test_what_was_asked_for_does_not_begin_by_itself():
    ask("posts:")
    subscriber = Subscriber.objects.get()
    assert active() == []
    assert subscriptions.confirm(subscriber) == 1
    assert subscriptions.confirm(subscriber) == 0
    assert active() == ["posts:"]


def test_asking_again_does_not_confirm_and_sends_one_mail_in_ten_minutes():
    with time_machine.travel("2026-03-04 15:01 +0000", tick=False) as clock:
        ask("posts:")
        ask("posts:")
        ask("events:")
        assert kinds_of_mail() == ["confirm"]
        clock.shift(600)
        ask("posts:")
        assert kinds_of_mail() == ["confirm", "confirm"]
        assert active() == []


def test_an_address_in_other_letters_is_the_same():
    ask("posts:", email="Ines@Example.ORG")
    subscriptions.confirm(Subscriber.objects.get())
    ask("events:", email=" ines@example.org ".strip())
    assert Subscriber.objects.count() == 1
    assert active() == ["events:", "posts:"]


def test_unconfirmed_ones_expire():
    with time_machine.travel("2026-03-04 15:00 +0000", tick=False) as clock:
        ask("posts:")
        make_subscription("jo@example.org", Ref("posts"))
        clock.shift(EXPIRES_AFTER - DAY)
        subscriptions.clean()
        assert Subscription.objects.pending().count() == 1
        clock.shift(2 * DAY)
        subscriptions.clean()
        assert not Subscription.objects.pending().exists()
        assert [one.email for one in Subscriber.objects.all()] == ["jo@example.org"]


def test_who_has_stopped_everything_must_confirm_anew():
    subscription = make_subscription(INES, Ref("posts"))
    subscriptions.stop([subscription], EndedBy.ONE_CLICK)
    ask("events:")
    assert active() == []
    assert kinds_of_mail() == ["confirm"]


def test_following_the_same_again_changes_the_pace_of_a_proven_address_alone():
    ask("posts:")
    ask("posts:", pace=Pace.WEEKLY)
    subscriptions.confirm(Subscriber.objects.get())
    assert Subscription.objects.get().pace == Pace.WEEKLY
    ask("posts:", pace=Pace.DAILY)
    assert Subscription.objects.get().pace == Pace.DAILY
    assert kinds_of_mail() == ["confirm", "added"]


def test_who_follows_it_already_is_told_so_once_an_hour():
    make_subscription(INES, Ref("posts"))
    with time_machine.travel("2026-03-04 15:01 +0000", tick=False) as clock:
        ask("posts:")
        ask("posts:")
        assert kinds_of_mail() == ["added"]
        clock.shift(3600)
        ask("posts:")
        assert kinds_of_mail() == ["added", "added"]


def test_what_is_not_there_cannot_be_followed():
    ask("posts-tag:77", "nonsense:1", "list:", "posts-tag:²", "search:q=", "search:x=y")
    assert not Subscriber.objects.exists()
    assert not Request.objects.exists()
    assert kinds_of_mail() == []


def test_a_closed_list_can_only_be_kept_following():
    one = make_list(is_open=False)
    ask(f"list:{one.pk}")
    assert not Subscriber.objects.exists()
    make_subscription(INES, Ref("list", str(one.pk)))
    assert find_followed([Ref("list", str(one.pk))])


def test_an_odd_time_zone_is_the_sites():
    ask("posts:", zone="../../etc/passwd")
    assert Subscriber.objects.get().time_zone == "America/New_York"


@pytest.mark.parametrize(
    "email", ["not an address", "a@b\nBcc: x@example.org", "a" * 300 + "@b.org"]
)
def test_what_is_no_address_breaks_nothing(email):
    Request.objects.create(email=email[:254], wants=["posts:"], pace=Pace.AT_ONCE)
    ask("posts:")
    assert not Request.objects.exists()
    assert [one.email for one in Subscriber.objects.filter(email=INES)] == [INES]


def test_one_request_that_fails_keeps_no_other_from_its_turn(monkeypatch):
    for email in ("first@example.org", INES):
        Request.objects.create(email=email, wants=["posts:"], pace=Pace.AT_ONCE)
    take_in = subscriptions._subscribe

    def fail_for_the_first(request, wanted) -> None:
        if request.email != INES:
            raise RuntimeError
        take_in(request, wanted)

    monkeypatch.setattr(subscriptions, "_subscribe", fail_for_the_first)
    with pytest.raises(ExceptionGroup):
        subscriptions.take_in_requests()
    assert [one.email for one in Subscriber.objects.all()] == [INES]
    assert [one.email for one in Request.objects.all()] == ["first@example.org"]


def test_confirming_opens_an_address_that_once_bounced():
    stop(address_of(INES), StopReason.BOUNCED, "550 no such user")
    ask("posts:")
    subscriptions.confirm(Subscriber.objects.get())
    assert not Address.objects.get().is_stopped


def test_the_link_is_sent_to_who_follows_something_alone():
    make_subscription(INES, Ref("posts"))
    make_subscription("new@example.org", Ref("posts"), confirmed_at=None)
    for email in (INES, "new@example.org", "nobody@example.org"):
        ask(email=email)
    assert [(mail.kind, mail.address.email) for mail in Mail.objects.all()] == [
        ("updates_links", INES)
    ]


def test_stopping_leaves_others_and_may_be_said_twice():
    first, second = (make_subscription(INES, Ref(kind)) for kind in ("posts", "events"))
    other = make_subscription("jo@example.org", Ref("posts"))
    assert subscriptions.stop([first], EndedBy.ONE_CLICK) == 1
    assert subscriptions.stop([first], EndedBy.THEMSELVES) == 0
    first.refresh_from_db()
    assert first.ended_by == EndedBy.ONE_CLICK
    assert set(Subscription.objects.active()) == {second, other}


def test_following_anew_takes_the_same_row_up_again():
    first = make_subscription(INES, Ref("posts"))
    subscriptions.stop([first], EndedBy.THEMSELVES)
    wanted = find_followed([Ref("posts")]).values()
    subscriptions.follow(first.subscriber, wanted, Pace.WEEKLY, is_confirmed=True)
    first.refresh_from_db()
    assert (first.is_active, first.pace, first.ended_by) == (True, Pace.WEEKLY, "")


def test_an_address_follows_no_more_than_it_may(monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_FOLLOWED", 2)
    subscriber = make_subscriber(INES)
    lists = [make_list(f"List {number}") for number in range(4)]
    refs = [Ref("list", str(one.pk)) for one in lists]
    wanted = find_followed(refs).values()
    added = subscriptions.follow(subscriber, wanted, Pace.AT_ONCE, is_confirmed=True)
    assert len(added) == Subscription.objects.count() == 2


def test_what_ended_long_ago_is_forgotten_and_its_reader_too():
    with time_machine.travel("2026-03-04 15:00 +0000", tick=False) as clock:
        subscription = make_subscription(INES, Ref("posts"))
        subscriptions.stop([subscription], EndedBy.ONE_CLICK)
        clock.shift(subscriptions.ENDED_KEPT_FOR + DAY)
        subscriptions.clean()
    assert not Subscriber.objects.exists()
    assert timezone.now()
