"""What is published is told to its followers: once, and no more than was promised."""

import datetime
import email
from email import policy

import pytest
import time_machine
from django.utils import timezone
from taggit.models import Tag

from events.models import Kind
from outbox.models import Mail
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event, make_series
from tests.factories.updates import make_announcement, make_list, make_subscription, tell_all
from updates import announcements, news, subscriptions
from updates.following import Ref
from updates.models import Delivery, EndedBy, Notice, Pace

pytestmark = pytest.mark.django_db

START = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
"""A Wednesday, 10 in the morning where the site is."""


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def settle(clock) -> None:
    clock.shift(news.SETTLES_IN + datetime.timedelta(seconds=1))
    tell_all()


def told(kind: str = "") -> list[tuple[str, str]]:
    """Return address and subject of all mails to subscribers."""
    mails = Mail.objects.filter(kind__startswith=f"updates_{kind}").order_by("pk")
    return [(mail.address.email, mail.subject) for mail in mails.select_related("address")]


def follow(who: str, kind: str, key="", pace: Pace = Pace.AT_ONCE):
    return make_subscription(who, Ref(kind, str(key)), pace)


def republish(page, **fields):
    page = type(page).objects.get(pk=page.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def test_each_way_of_following_a_post_brings_one_mail(home, clock):
    tag, other = Tag.objects.create(name="packaging"), Tag.objects.create(name="courier")
    follow("a@example.org", "posts")
    follow("b@example.org", "posts-tag", tag.pk)
    follow("c@example.org", "posts-tag", other.pk)
    follow("d@example.org", "posts")
    follow("d@example.org", "posts-tag", tag.pk)
    post = make_post("New labels", date="2026-03-04", tags=["packaging"])
    tell_all()
    assert told() == []
    settle(clock)
    assert [who for who, _subject in told()] == ["a@example.org", "b@example.org", "d@example.org"]
    republish(post, title="New labels, corrected")
    post.unpublish()
    clock.shift(datetime.timedelta(days=30))
    republish(post)
    settle(clock)
    assert len(told()) == 3
