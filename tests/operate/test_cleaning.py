"""What is forgotten after a while, and what never is."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Revision, Workflow, WorkflowState, WorkflowTask

from accounts.models import User
from chats.models import ChatPage
from operate import cleaning
from operate.cleaning import clear_sessions, purge_revisions
from tests.factories.chats import make_chat

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=731)


def revise(chat: ChatPage, ago: timedelta = LONG_AGO) -> Revision:
    revision = ChatPage.objects.get(pk=chat.pk).save_revision()
    return date_back(revision, ago)


def date_back(revision: Revision, ago: timedelta = LONG_AGO) -> Revision:
    Revision.objects.filter(pk=revision.pk).update(created_at=timezone.now() - ago)
    return revision


def left() -> set[int]:
    return set(Revision.objects.values_list("pk", flat=True))


def test_revisions_of_more_than_two_years_go():
    chat = make_chat()
    gone = [date_back(chat.live_revision), revise(chat)]
    kept = [revise(chat, timedelta(days=729)), revise(chat, timedelta(0))]
    kept[-1].publish()
    assert purge_revisions() is False
    assert left() == {revision.pk for revision in kept}
    assert len(gone) == 2


def test_the_newest_stays_however_old():
    only = date_back(make_chat().live_revision)
    draft = make_chat("2024-03-20", live=False)
    date_back(draft.latest_revision)
    newest = revise(draft)
    purge_revisions()
    assert left() == {only.pk, newest.pk}


def test_the_live_one_under_a_draft_stays_so_that_a_new_schedule_leaves_the_page_up():
    chat = make_chat()
    live = date_back(chat.live_revision)
    revise(chat)
    revise(chat)
    purge_revisions()
    chat = ChatPage.objects.get()
    assert left() == {live.pk, chat.latest_revision_id}
    chat.go_live_at = timezone.now() + timedelta(days=1)
    chat.save_revision().publish()
    assert ChatPage.objects.get().live


def test_what_is_scheduled_stays():
    chat = make_chat(go_live_at=timezone.now() + timedelta(days=1))
    scheduled = date_back(chat.latest_revision)
    revise(chat)
    purge_revisions()
    assert scheduled.pk in left()


def test_what_is_in_a_workflow_stays():
    chat = make_chat(live=False)
    workflow = Workflow.objects.create(name="Review")
    task = GroupApprovalTask.objects.create(name="Look")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    boss = User.objects.create_superuser("boss@ill.example.org", "a password")
    workflow.start(chat, boss)
    in_review = date_back(chat.latest_revision)
    revise(chat)
    purge_revisions()
    assert in_review.pk in left()
    WorkflowState.objects.get().cancel(user=boss)
    purge_revisions()
    assert in_review.pk not in left()


def test_many_go_in_parts(monkeypatch):
    monkeypatch.setattr(cleaning, "REVISIONS_AT_ONCE", 2)
    chat = make_chat()
    for _ in range(4):
        revise(chat)
    chat.save_revision().publish()
    date_back(chat.live_revision)
    parts = 0
    while purge_revisions():
        parts += 1
    assert parts == 2
    assert len(left()) == 1


def test_sessions_that_ended_go():
    now = timezone.now()
    Session.objects.create(session_key="old", expire_date=now - timedelta(seconds=1))
    Session.objects.create(session_key="new", expire_date=now + timedelta(days=1))
    clear_sessions()
    assert Session.objects.get().session_key == "new"
