"""What was public before there were updates is told to nobody when it is corrected."""

import datetime
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from chats.models import ChatPage
from outbox.models import Mail
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event
from tests.factories.updates import make_subscription, tell_all
from updates.following import Ref
from updates.models import Notice

pytestmark = pytest.mark.django_db

RECORDING = "https://youtu.be/abcdefghijk"


def keep_silent() -> None:
    import_module("operate.migrations.0010_silent_notices").keep_silent(apps, None)


def noticed() -> set[tuple[str, int]]:
    return set(Notice.objects.values_list("source", "object_id"))


@pytest.fixture
def upgraded(home) -> dict:
    """A site that was there before: what is on it, public or not."""
    today = timezone.localdate().isoformat()
    made = {
        "post": make_post(date=today),
        "draft": make_post("Draft", date=today, live=False),
        "event": make_event(date=in_days(9)),
        "ahead": make_chat((timezone.localdate() + datetime.timedelta(days=7)).isoformat()),
        "recorded": make_chat(today, [make_topic("Boxes", 60)], recording_url=RECORDING),
        "lost": make_chat("2024-01-03", outcome="lost", outcome_reason="A storm."),
    }
    Notice.objects.all().delete()
    return made


def test_what_is_public_has_a_notice_that_is_told_and_the_rest_has_none(upgraded):
    keep_silent()
    assert noticed() == {
        ("blog.postpage", upgraded["post"].pk),
        ("events.eventpage", upgraded["event"].pk),
        ("chats.chatpage", upgraded["recorded"].pk),
    }
    assert not Notice.objects.filter(spread_at=None).exists()
    keep_silent()
    assert Notice.objects.count() == 3


def test_a_notice_that_is_there_stays_as_it_is(upgraded):
    due_at = timezone.now()
    Notice.objects.create(
        source="blog.postpage", object_id=upgraded["post"].pk, due_at=due_at, spread_at=None
    )
    keep_silent()
    assert Notice.objects.get(source="blog.postpage").due_at == due_at
    assert Notice.objects.count() == 3


def test_an_empty_site_gets_none(home):
    keep_silent()
    assert not Notice.objects.exists()


def test_a_correction_tells_nobody_and_what_is_new_is_told(upgraded):
    keep_silent()
    for kind in ("posts", "events", "recordings"):
        make_subscription("ines@example.org", Ref(kind))
    for name in ("post", "event", "recorded"):
        page = type(upgraded[name]).objects.get(pk=upgraded[name].pk)
        page.title = "Corrected"
        page.save_revision().publish()
    in_an_hour = timezone.now() + datetime.timedelta(hours=1)
    with time_machine.travel(in_an_hour, tick=False):
        tell_all()
    assert not Mail.objects.exists()
    chat = ChatPage.objects.get(pk=upgraded["lost"].pk)
    chat.outcome = chat.outcome_reason = ""
    chat.date, chat.recording_url = timezone.localdate(), RECORDING
    chat.topics = [make_topic("Boxes", 60)]
    chat.save_revision().publish()
    upgraded["draft"].save_revision().publish()
    with time_machine.travel(in_an_hour, tick=False):
        tell_all()
    assert Mail.objects.count() == 2


def test_its_queries_do_not_grow(upgraded, django_assert_max_num_queries):
    for number in range(12):
        make_post(f"Post {number}", date="2024-01-03")
    Notice.objects.all().delete()
    with django_assert_max_num_queries(9):
        keep_silent()
