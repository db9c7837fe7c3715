"""Pages go live and come down at the time their editor set, by the worker."""

import threading
import time
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from wagtail.models import PageLogEntry, Revision

from chats.models import ChatPage
from core import offers
from core.due import due_work
from operate import schedule
from operate.worker import Worker
from tests.factories.chats import make_chat

NOON = datetime.fromisoformat("2026-03-10T12:00-04:00")
AT_ONE = NOON + timedelta(hours=1)
AT_TWO = NOON + timedelta(hours=2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def work_at(clock, moment: datetime) -> list[str]:
    """Let a worker do what is scheduled by then, and return what failed."""
    clock.move_to(moment)
    return Worker(work for work in due_work if work.name == "scheduled pages").run_once()


def reload(chat: ChatPage) -> ChatPage:
    return ChatPage.objects.get(pk=chat.pk)


def logged(chat: ChatPage, action: str) -> int:
    return PageLogEntry.objects.filter(page=chat.pk, action=action).count()


@pytest.fixture
def saved(monkeypatch) -> list:
    """The pages of which other parts heard that they are saved."""
    heard = []
    listening = offers.Offers()
    listening.add(lambda page: heard.append((type(page), page.pk, page.live)))
    monkeypatch.setattr(offers, "page_saved", listening)
    return heard


@pytest.mark.django_db
class TestSchedule:
    def test_a_page_goes_live_at_its_time(self, clock, saved):
        chat = make_chat(go_live_at=AT_ONE)
        assert not chat.live
        saved.clear()
        assert work_at(clock, AT_ONE - timedelta(seconds=1)) == []
        assert not reload(chat).live
        assert not saved
        assert work_at(clock, AT_ONE) == []
        assert reload(chat).live
        assert saved == [(ChatPage, chat.pk, True)]
        work_at(clock, AT_TWO)
        assert logged(chat, "wagtail.publish.scheduled") == 1

    def test_a_new_version_goes_live_at_its_time(self, clock):
        chat = make_chat(note="old")
        chat.note, chat.go_live_at = "new", AT_ONE
        chat.save_revision().publish()
        assert reload(chat).note == "old"
        work_at(clock, AT_ONE)
        assert reload(chat).note == "new"

    def test_a_page_comes_down_at_its_time_and_all_hear_of_it(self, clock, saved):
        chat = make_chat(expire_at=AT_ONE)
        saved.clear()
        work_at(clock, AT_ONE - timedelta(seconds=1))
        assert reload(chat).live
        assert work_at(clock, AT_ONE) == []
        chat = reload(chat)
        assert not chat.live
        assert chat.expired
        assert saved == [(ChatPage, chat.pk, False)]
        work_at(clock, AT_TWO)
        assert logged(chat, "wagtail.unpublish.scheduled") == 1

    def test_what_came_late_to_both_is_not_left_public(self, clock):
        chat = make_chat(go_live_at=AT_ONE, expire_at=AT_TWO)
        work_at(clock, AT_TWO)
        assert not reload(chat).live
        assert logged(chat, "wagtail.publish.scheduled") == 1

    def test_a_version_waiting_for_later_outlasts_the_page_before_it(self, clock):
        chat = make_chat(expire_at=AT_ONE)
        chat.go_live_at, chat.expire_at = AT_TWO, None
        chat.save_revision().publish()
        work_at(clock, AT_ONE)
        assert not reload(chat).live
        work_at(clock, AT_TWO)
        assert reload(chat).live

    def test_one_that_fails_does_not_keep_the_others(self, clock):
        failing = make_chat("2026-01-07", go_live_at=AT_ONE)
        revision = failing.latest_revision
        revision.content["date"] = None
        revision.save()
        other = make_chat("2026-01-21", go_live_at=AT_ONE + timedelta(minutes=1))
        expiring = make_chat("2026-02-04", expire_at=AT_ONE)
        assert work_at(clock, AT_TWO) == ["scheduled pages"]
        assert [reload(chat).live for chat in (failing, other, expiring)] == [False, True, False]
        # Nothing of it is half done: it is tried again.
        assert Revision.objects.get(approved_go_live_at__isnull=False) == revision

    def test_what_fails_is_named(self, clock):
        chat = make_chat(go_live_at=AT_ONE)
        Revision.objects.filter(pk=chat.latest_revision_id).update(content={})
        clock.move_to(AT_ONE)
        with pytest.raises(ExceptionGroup, match=f"wagtailcore.Revision {chat.latest_revision_id}"):
            schedule.keep_schedule()


def test_of_workers_at_the_same_time_one_publishes(transactional_db, clock, monkeypatch):
    chat = make_chat(go_live_at=AT_ONE)
    publish = schedule._publish

    def take_long(revision: Revision) -> None:
        publish(revision)
        time.sleep(0.3)

    monkeypatch.setattr(schedule, "_publish", take_long)
    clock.move_to(AT_ONE)
    together = threading.Barrier(2)
    faults = []

    def run() -> None:
        together.wait()
        try:
            schedule.keep_schedule()
        except ExceptionGroup as error:
            faults.append(error)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert reload(chat).live
    assert logged(chat, "wagtail.publish.scheduled") == 1
    assert timezone.now() == AT_ONE
