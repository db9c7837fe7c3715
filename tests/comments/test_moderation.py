"""What moderators decide: whole or not at all, remembered, and taken back."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from accounts.models import User
from comments import moderation
from comments.models import Comment, Decision, Deed, Question, Report, State
from comments.moving import move, name_of
from comments.rights import may_moderate, may_moderate_any, moderated_by, moderators
from search.models import Entry
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat():
    return make_chat("2024-03-06")


@pytest.fixture
def mara():
    user = User.objects.create_user("mara@ill.example.org", first_name="Mara")
    user.groups.add(Group.objects.get(name="Moderators"))
    return user


@pytest.fixture
def of_one_section(archive):
    """Somebody who may publish the archive and the chats beneath it."""
    user = User.objects.create_user("theo@ill.example.org")
    group = Group.objects.create(name="Of one section")
    publish = Permission.objects.get(codename="publish_page")
    section = Page.objects.get(pk=archive.pk)
    GroupPagePermission.objects.create(group=group, page=section, permission=publish)
    user.groups.add(group)
    return user


@pytest.fixture
def _akismet(settings):
    settings.AKISMET_KEY = "secret"


def held(page, **fields) -> Comment:
    return make_comment(page, **{"state": State.HELD, **fields})


def only(*comments: Comment):
    return Comment.objects.filter(pk__in=[comment.pk for comment in comments])


def states() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("state", flat=True))


def found() -> set[int]:
    entries = Entry.objects.filter(model="comments.comment")
    return set(entries.values_list("object_id", flat=True))


def everything() -> list:
    tables = (Comment, Decision, Report, Entry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        (Deed.APPROVE, State.PUBLISHED),
        (Deed.HOLD, State.HELD),
        (Deed.SPAM, State.SPAM),
        (Deed.DELETE, State.DELETED),
    ],
)
def test_a_decision_moves_is_remembered_and_undone(chat, mara, deed, state):
    made = [make_comment(chat, state=before) for before in State.values]
    before = states()
    decided = moderation.decide(Comment.objects.all(), deed, mara, note="why")
    assert decided.count == 3
    assert states() == [state] * 4
    decisions = Decision.objects.filter(batch=decided.batch).order_by("comment")
    assert [(one.before, one.after, one.deed, one.user) for one in decisions] == [
        (comment.state, state, deed, mara) for comment in made if comment.state != state
    ]
    assert {(one.by, one.note) for one in decisions} == {("Mara", "why")}
    assert moderation.undo(decided.batch, mara) == 3
    assert states() == before
    assert Decision.objects.filter(deed=Deed.UNDO, user=mara).count() == 3
    assert moderation.undo(decided.batch, mara) == 0


def test_what_is_so_already_is_left_alone(chat, mara):
    comment = make_comment(chat)
    before = everything()
    assert moderation.decide(only(comment), Deed.APPROVE, mara) == moderation.Decided("", 0)
    assert moderation.decide(Comment.objects.none(), Deed.SPAM, mara).count == 0
    assert everything() == before


def test_of_an_erased_comment_nothing_is_decided(chat, mara):
    erased = make_comment(chat, "", name="", email="", state=State.DELETED)
    assert moderation.decide(only(erased), Deed.APPROVE, mara).count == 0
    assert states() == [State.DELETED]


def test_undo_leaves_what_became_something_else(chat, mara):
    other = User.objects.create_superuser("root@ill.example.org")
    made = [held(chat) for _n in range(4)]
    batch = moderation.decide(Comment.objects.all(), Deed.APPROVE, mara).batch
    moderation.decide(only(made[0]), Deed.SPAM, other)
    again = moderation.decide(only(made[1]), Deed.HOLD, other).batch
    moderation.decide(only(made[1]), Deed.APPROVE, other)
    # Its author changed it, and a rule holds it.
    Comment.objects.filter(pk=made[2].pk).update(state=State.HELD)
    assert moderation.undo(batch, mara) == 1
    assert states() == [State.SPAM, State.PUBLISHED, State.HELD, State.HELD]
    assert moderation.undo(again, mara) == 0


def test_what_was_undone_is_not_done_again_by_undoing_nothing(chat, mara):
    comment = held(chat)
    moderation.undo(moderation.decide(only(comment), Deed.SPAM, mara).batch, mara)
    before = everything()
    assert moderation.undo("", mara) == 0
    assert moderation.undo("no such", mara) == 0
    assert everything() == before


def test_a_thousand_at_once_whole_or_not_at_all(chat, mara, monkeypatch):
    Comment.objects.bulk_create(
        Comment(page=chat, name=f"n{n}", email=f"{n}@example.org", text=str(n)) for n in range(1000)
    )
    before = everything()

    def fail(*args):
        raise RuntimeError("The search is gone.")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(moderation, "refresh", fail)
        moderation.decide(Comment.objects.all(), Deed.APPROVE, mara)
    assert everything() == before

    began = time.process_time()
    decided = moderation.decide(Comment.objects.all(), Deed.APPROVE, mara)
    took = time.process_time() - began
    assert decided.count == 1000
    assert len(found()) == 1000
    assert took < 5

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(moderation, "refresh", fail)
        moderation.undo(decided.batch, mara)
    assert set(states()) == {State.PUBLISHED}
    assert moderation.undo(decided.batch, mara) == 1000
    assert set(states()) == {State.HELD}
    assert not found()


def test_the_number_of_queries_grows_by_none_for_each_comment(chat, mara):
    def count(comments):
        with CaptureQueriesContext(connection) as queries:
            moderation.decide(comments, Deed.SPAM, mara)
        return len(queries)

    made = [held(chat) for _n in range(20)]
    moderation.decide(only(made[0]), Deed.DELETE, mara)
    assert count(only(*made[1:2])) == count(only(*made[2:]))


def test_what_readers_find_follows(chat, mara):
    comment = held(chat)
    batch = moderation.decide(only(comment), Deed.APPROVE, mara).batch
    assert found() == {comment.pk}
    moderation.undo(batch, mara)
    assert not found()


def test_when_it_was_first_seen_stays_unless_nobody_saw_it(chat, mara):
    comment = held(chat)
    batch = moderation.decide(only(comment), Deed.APPROVE, mara).batch
    comment.refresh_from_db()
    assert comment.published_at is not None
    moderation.undo(batch, mara)
    comment.refresh_from_db()
    assert comment.published_at is None
    seen = make_comment(chat, published_at=timezone.now() - timedelta(days=9))
    moderation.decide(only(seen), Deed.HOLD, mara)
    moderation.decide(only(seen), Deed.APPROVE, mara)
    again = Comment.objects.get(pk=seen.pk)
    assert again.published_at == seen.published_at


def test_a_decision_settles_reports_and_undo_opens_them_again(chat, mara):
    comment = make_comment(chat)
    report = Report.objects.create(comment=comment)
    old = Report.objects.create(comment=comment, settled_at=timezone.now() - timedelta(days=1))
    batch = moderation.decide(only(comment), Deed.SPAM, mara).batch
    assert not Comment.objects.reported().exists()
    moderation.undo(batch, mara)
    report.refresh_from_db()
    assert report.settled_at is None
    settled = old.settled_at
    old.refresh_from_db()
    assert old.settled_at == settled


def test_settling_leaves_the_comment_and_is_remembered_once(chat, mara):
    comment = make_comment(chat)
    Report.objects.create(comment=comment)
    moderation.settle(comment, mara)
    moderation.settle(comment, mara)
    assert states() == [State.PUBLISHED]
    assert [one.deed for one in comment.decisions.all()] == [Deed.SETTLE]


# What the spam service is told.


@pytest.mark.usefixtures("_akismet")
@pytest.mark.parametrize(
    ("verdict", "deed", "question"),
    [
        ("ham", Deed.SPAM, Question.SPAM),
        ("", Deed.SPAM, Question.SPAM),
        ("spam", Deed.SPAM, Question.NOTHING),
        ("discard", Deed.SPAM, Question.NOTHING),
        ("spam", Deed.APPROVE, Question.HAM),
        ("discard", Deed.APPROVE, Question.HAM),
        ("ham", Deed.APPROVE, Question.NOTHING),
        ("spam", Deed.DELETE, Question.NOTHING),
    ],
)
def test_the_service_is_told_where_a_person_knows_better(chat, mara, verdict, deed, question):
    comment = held(chat, verdict=verdict, question=Question.CHECK, ask_at=timezone.now(), asked=3)
    moderation.decide(only(comment), deed, mara)
    comment.refresh_from_db()
    assert (comment.question, comment.ask_at is not None) == (question, bool(question))


@pytest.mark.usefixtures("_akismet")
def test_the_service_is_told_nothing_that_is_forgotten(chat, mara):
    comment = held(chat, verdict="ham")
    Comment.objects.update(text_as_sent="")
    moderation.decide(only(comment), Deed.SPAM, mara)
    comment.refresh_from_db()
    assert comment.question == Question.NOTHING


def test_without_a_key_nothing_is_told(chat, settings):
    settings.AKISMET_KEY = ""
    comment = held(chat)
    move(only(comment), State.SPAM)
    comment.refresh_from_db()
    assert comment.question == Question.NOTHING


# Personal data, and replies.


@pytest.mark.usefixtures("_akismet")
def test_what_is_struck_out_is_nowhere_any_more(chat, mara):
    number = "21234567890123"
    comment = make_comment(
        chat,
        f"Card {number} waits.",
        reasons=[{"rule": "first", "said": ""}, {"rule": "barcode", "said": number}],
        question=Question.CHECK,
        ask_at=timezone.now(),
        digest="0" * 64,
    )
    moderation.decide(only(comment), Deed.HOLD, mara)
    moderation.decide(only(comment), Deed.APPROVE, mara)
    stale = Comment.objects.get(pk=comment.pk)
    Comment.objects.filter(pk=comment.pk).update(name="Ines M.")
    moderation.strike(stale, "Card … waits.", mara)
    assert number not in str(everything())
    struck = Comment.objects.get(pk=comment.pk)
    assert struck.text == "Card … waits."
    assert struck.name == "Ines M."
    assert (struck.state, struck.question, struck.ask_at) == (State.PUBLISHED, "", None)
    assert struck.struck_at is not None
    assert struck.rules == ["first", "barcode"]
    assert struck.decisions.latest("pk").deed == Deed.STRIKE
    before = everything()
    with pytest.raises(ValueError):
        moderation.strike(struck, " \u200b\n", mara)
    assert everything() == before


def test_a_reply_approves_and_is_one_of_the_teams(chat, mara):
    root = make_comment(chat, about="topic1")
    comment = held(chat, parent=root, about="topic1")
    before = everything()
    with pytest.raises(ValueError):
        moderation.answer(comment, "\n ", mara)
    assert everything() == before
    reply = moderation.answer(comment, "In pairs.", mara)
    comment.refresh_from_db()
    assert comment.is_published
    assert (reply.parent, reply.thread, reply.about) == (comment, root, "topic1")
    assert (reply.name, reply.folded_name, reply.email) == ("Mara", "mara", mara.email)
    assert reply.is_published
    assert reply.is_of_staff
    assert reply.is_proven
    assert [one.deed for one in reply.decisions.all()] == [Deed.SENT]
    assert found() == {comment.pk, reply.pk}


def test_names_of_any_length():
    user = User(email="theo@example.org")
    assert name_of(user) == "theo"
    user.first_name, user.last_name = "T" * 150, "A" * 150
    assert name_of(user) == "T" * 100


# Who may.


def test_a_moderator_of_a_section_decides_there_and_nowhere_else(chat, home, of_one_section):
    own, foreign = held(chat), held(home)
    assert set(moderated_by(of_one_section)) == {own}
    before = everything()
    for wrong in (only(foreign), only(own, foreign)):
        with pytest.raises(PermissionDenied):
            moderation.decide(wrong, Deed.APPROVE, of_one_section)
    for deed in (
        lambda: moderation.strike(foreign, "Gone", of_one_section),
        lambda: moderation.answer(foreign, "Yes", of_one_section),
        lambda: moderation.settle(foreign, of_one_section),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert everything() == before
    assert moderation.decide(only(own), Deed.APPROVE, of_one_section).count == 1


def test_what_is_partly_anothers_is_not_undone(chat, home, mara, of_one_section):
    own, foreign = held(chat), held(home)
    batch = moderation.decide(only(own, foreign), Deed.SPAM, mara).batch
    with pytest.raises(PermissionDenied):
        moderation.undo(batch, of_one_section)
    assert states() == [State.SPAM, State.SPAM]


@pytest.mark.parametrize(
    ("role", "everywhere"),
    [
        ("Moderators", True),
        ("Administrators", True),
        ("Editors", True),
        ("Organisers", False),
        ("Guest hosts", False),
    ],
)
def test_roles(chat, home, role, everywhere):
    user = User.objects.create_user("ines@ill.example.org")
    user.groups.add(Group.objects.get(name=role))
    held(chat), held(home)
    assert may_moderate_any(user) == everywhere
    assert may_moderate(user, chat) == everywhere
    assert moderated_by(user).count() == (2 if everywhere else 0)
    assert (user in moderators()) == everywhere


def test_who_has_left_moderates_nothing(chat, mara, of_one_section):
    held(chat)
    root = User.objects.create_superuser("root@ill.example.org")
    assert {mara, of_one_section, root} == set(moderators())
    User.objects.update(is_active=False)
    assert not moderators().exists()
    for user in User.objects.all():
        assert not may_moderate_any(user)
        assert not may_moderate(user, chat)
        assert not moderated_by(user).exists()
