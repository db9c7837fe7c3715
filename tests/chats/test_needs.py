"""What the admin's first screen asks somebody to do for chats."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from lxml import html

from accounts.models import User
from chats.captions import Captions
from chats.models import ChatPage
from chats.needs import needs_of_chats
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = pytest.mark.django_db

RECORDED = {"recording_url": "https://zoom.us/rec/share/one"}


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


def days(number):
    return timezone.localdate() + datetime.timedelta(days=number)


def asked_for(client):
    page = html.fromstring(client.get("/admin/").content)
    return [
        item.text_content().split("Community chat, ")[1][:7] for item in page.cssselect(".today li")
    ]


def test_promises_and_vanishing_recordings_the_longest_overdue_first(client, editor):
    expected = {"captions": Captions.EXPECTED, "captions_reason": "being corrected"}
    topics = [make_topic("Renewals")]
    make_chat("2024-01-10", topics, captions_due=days(-1), **expected, **RECORDED)
    make_chat("2024-02-14", topics, captions_due=days(1), **expected, **RECORDED)
    make_chat("2024-03-13", topics_promised=True, topics_due=days(-3))
    make_chat("2024-04-10", topics, recording_expires_on=days(14), **RECORDED)
    make_chat("2024-05-08", topics, recording_expires_on=days(15), **RECORDED)
    make_chat("2024-06-12", topics, captions_due=days(-9), live=False, **expected)
    assert asked_for(client) == ["March 1", "January", "April 1"]


def test_a_transcript_keeps_the_promise(client, editor):
    expected = {"captions": Captions.EXPECTED, "captions_due": days(-1)}
    chat = make_chat("2024-01-10", **expected, **RECORDED)
    make_transcript(chat, [(1, "", "Hello.")])
    assert asked_for(client) == []


def test_nobody_is_asked_for_what_they_may_not_do(client):
    make_chat("2024-03-13", topics_promised=True, topics_due=days(-3))
    user = User.objects.create_user("moderator@example.org")
    user.groups.add(Group.objects.get(name="Moderators"))
    client.force_login(user)
    assert asked_for(client) == []
    assert ChatPage.objects.count() == 1


def test_a_recording_without_topics_between_a_week_and_three_months(client, editor):
    for number in (7, 8, 90, 91):
        make_chat(str(days(-number)), summary=f"{number}", **RECORDED)
    make_chat(str(days(-20)))
    make_chat(str(days(-21)), [make_topic("Renewals")], **RECORDED)
    make_chat(str(days(-22)), live=False, **RECORDED)
    make_chat(str(days(-23)), topics_promised=True, topics_due=days(3), **RECORDED)
    said = [need for need in needs_of_chats(editor) if "no topics" in need.said]
    assert [need.due_on for need in said] == [days(-83), days(-1)]
    assert all(need.is_late for need in said)


def test_twenty_chats_without_topics_at_most(editor, django_assert_max_num_queries):
    for number in range(22):
        make_chat(str(days(-10 - number)), **RECORDED)
    with django_assert_max_num_queries(12):
        assert len(list(needs_of_chats(editor))) == 20
