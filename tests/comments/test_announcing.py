"""Who is told what, once."""

import datetime
import email
from email import policy

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import GroupPagePermission

from comments import announcing
from comments.models import Comment, Deed, ModeratorMail, Pace, State
from comments.moderation import decide, undo
from comments.proving import proof_address, stop_address, take_as_proven
from outbox.models import Mail
from tests.comments.pages import form_fields, parsed, path_of, send
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return get_user_model().objects.create_superuser("mod@example.org", "x", first_name="Mo")


@pytest.fixture
def later(monkeypatch):
    """Let approvals be settled at once."""
    monkeypatch.setattr(announcing, "WITHDRAWN_FOR", datetime.timedelta(seconds=-1))


def tell() -> None:
    announcing.tell_moderators()
    announcing.announce()
    announcing.tell_hourly()


def mails(kind: str = "") -> list[Mail]:
    found = Mail.objects.filter(kind=kind) if kind else Mail.objects.all()
    return list(found.order_by("pk"))


def message(mail: Mail):
    return email.message_from_bytes(mail.content, policy=policy.default)


def body(mail: Mail) -> str:
    return message(mail).get_body(("plain",)).get_content()


def all_of(comment: Comment):
    return Comment.objects.filter(pk=comment.pk)


def test_the_whole_way_of_a_newcomer(client, post, moderator, later):
    send(client, post, wants_replies="on")
    comment = Comment.objects.get()
    tell()
    tell()
    (waiting,) = mails()
    assert (waiting.kind, waiting.address.email) == ("comment_waiting", "mod@example.org")
    assert "first comment from this address" in body(waiting)
    assert f"/admin/comments/{comment.pk}/" in body(waiting)

    decide(all_of(comment), Deed.APPROVE, moderator)
    tell()
    tell()
    (published,) = mails("comment_published")
    assert published.address.email == "ines@example.org"
    assert path_of(proof_address(comment))[:20] in body(published)

    proof = path_of(proof_address(comment))
    browser = Client(enforce_csrf_checks=True)
    browser.post(proof, form_fields(parsed(browser.get(proof))))
    make_comment(post, "A reply.", "Bo", "bo@example.org", parent=comment, announced_at=None)
    tell()
    tell()
    (reply,) = mails("comment_reply")
    assert reply.address.email == "ines@example.org"
    stop = message(reply)["List-Unsubscribe"].strip("<>")
    assert message(reply)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    machine = Client(enforce_csrf_checks=True)
    assert machine.get(path_of(stop)).status_code == 200
    assert Comment.objects.get(pk=comment.pk).wants_replies
    answer = machine.post(path_of(stop), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    make_comment(post, "Another.", "Bo", "bo@example.org", parent=comment, announced_at=None)
    tell()
    assert len(mails("comment_reply")) == 1


def test_unproven_addresses_hear_of_no_reply(post):
    parent = make_comment(post, wants_replies=True)
    make_comment(post, "A reply.", "Bo", "bo@example.org", parent=parent, announced_at=None)
    tell()
    assert not mails()


def test_replies_go_up_the_thread_once_to_each(post):
    a = make_comment(post, "A", "A", "a@example.org", wants_replies=True)
    b = make_comment(post, "B", "B", "b@example.org", parent=a, wants_replies=True)
    a2 = make_comment(post, "A2", "A", "A@example.org", parent=b, wants_replies=True)
    for comment in (a, b):
        take_as_proven(comment)
    make_comment(post, "C", "C", "c@example.org", parent=a2, announced_at=None)
    make_comment(post, "Mine", "B", "b@example.org", parent=a2, announced_at=None)
    tell()
    told = sorted(mail.address.key for mail in mails("comment_reply"))
    assert told == ["a@example.org", "a@example.org", "b@example.org"]


def test_nobody_is_told_of_what_was_taken_back(post, moderator, later):
    parent = make_comment(post, "A", "A", "a@example.org", wants_replies=True)
    take_as_proven(parent)
    reply = make_comment(post, "Reply", parent=parent, announced_at=None)
    announcing.announce()
    (mail,) = mails("comment_reply")
    assert announcing.REPLIED.still_wanted(mail.about)
    decide(all_of(reply), Deed.DELETE, moderator)
    assert not announcing.REPLIED.still_wanted(mail.about)


def test_an_approval_undone_at_once_tells_nobody(post, moderator):
    comment = make_comment(post, state=State.HELD, reasons=[{"rule": "first", "said": ""}])
    done = decide(all_of(comment), Deed.APPROVE, moderator)
    announcing.announce()
    assert not mails()
    undo(done.batch, moderator)
    assert not Comment.objects.get().published_at


def test_moderators_choose_their_pace(client, post, moderator):
    hourly = get_user_model().objects.create_superuser("hour@example.org", "x")
    never = get_user_model().objects.create_superuser("never@example.org", "x")
    an_hour_ago = timezone.now() - timezone.timedelta(minutes=61)
    ModeratorMail.objects.create(user=hourly, pace=Pace.HOURLY, told_at=an_hour_ago)
    ModeratorMail.objects.create(user=never, pace=Pace.NEVER)
    send(client, post)
    send(client, post, text="Another.")
    tell()
    tell()
    told = sorted((mail.address.email, mail.kind) for mail in mails())
    assert told == [
        ("hour@example.org", "comments_waiting"),
        ("mod@example.org", "comment_waiting"),
        ("mod@example.org", "comment_waiting"),
    ]
    (all_at_once,) = mails("comments_waiting")
    assert "Another." in body(all_at_once)


def test_moderators_hear_of_their_section_alone(client, post, archive):
    group = Group.objects.create(name="Chats")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    permission = Permission.objects.get(codename="publish_page")
    GroupPagePermission.objects.create(group=group, page=archive, permission=permission)
    user = get_user_model().objects.create_user("chats@example.org", "x")
    user.groups.add(group)
    send(client, post)
    tell()
    assert not mails()
    from tests.factories.chats import make_chat

    send(client, make_chat())
    tell()
    assert [mail.address.email for mail in mails()] == ["chats@example.org"]


def test_nobody_hears_of_a_comment_decided_on_in_the_meantime(client, post, moderator):
    send(client, post)
    tell()
    (mail,) = mails()
    assert announcing.WAITING.still_wanted(mail.about)
    decide(Comment.objects.all(), Deed.SPAM, moderator)
    assert not announcing.WAITING.still_wanted(mail.about)


def test_reports_reach_moderators_once(client, post, moderator):
    comment = make_comment(post)
    comment.reports.create(said="It names a borrower.")
    tell()
    tell()
    (mail,) = mails("comment_reported")
    assert "It names a borrower." in body(mail)


def test_hostile_names_make_no_header(client, post, moderator):
    make_comment(
        post,
        name="A\r\nBcc: victim@example.org\r\n",
        state=State.HELD,
        reasons=[{"rule": "first", "said": ""}],
    )
    tell()
    (mail,) = mails()
    told = message(mail)
    assert told["Bcc"] is None
    assert told["To"] == "mod@example.org"


def test_stop_for_the_whole_site(client, post):
    from tests.factories.chats import make_chat

    here = make_comment(post, wants_replies=True)
    there = make_comment(make_chat(), wants_replies=True)
    address = path_of(stop_address(here))
    client.post(address, {"where": "page"})
    assert Comment.objects.get(pk=there.pk).wants_replies
    client.post(address, {"where": "site"})
    assert not Comment.objects.filter(wants_replies=True).exists()
    assert client.post("/comments/stop/forged:token/").status_code == 404
