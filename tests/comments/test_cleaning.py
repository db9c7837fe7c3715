"""What is forgotten, and when; what one may ask for."""

import pytest
import time_machine
from django.utils import timezone

from comments.cleaning import clean, erase_author, export_author
from comments.models import Comment, CommentSettings, Decision, State
from comments.submitting import forget_digests
from tests.comments.pages import send
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


def days_ago(days: int):
    return timezone.now() - timezone.timedelta(days=days)


def test_computers_are_forgotten_and_comments_stay(post):
    old = make_comment(post, "Old", created_at=days_ago(31), referrer="https://a.example")
    new = make_comment(post, "New", created_at=days_ago(29))
    clean()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.ip, old.agent, old.referrer, old.text_as_sent) == (None, "", "", "")
    assert (new.ip, new.agent) == ("192.0.2.7", "Firefox")
    assert (old.text, old.email) == ("Old", "ines@example.org")


def test_after_how_long_is_a_setting(post):
    CommentSettings.objects.update_or_create(defaults={"forget_after": 3})
    comment = make_comment(post, created_at=days_ago(4))
    clean()
    assert Comment.objects.get(pk=comment.pk).ip is None


def test_spam_goes_after_fifteen_days_and_what_was_deleted_after_thirty(post):
    for state in State.values:
        for days in (14, 16, 29, 31):
            make_comment(post, f"{state} {days}", state=state, created_at=days_ago(days))
    clean()
    left = set(Comment.objects.values_list("text", flat=True))
    assert {text for text in left if text.startswith("spam")} == {"spam 14"}
    assert len([text for text in left if text.startswith("deleted")]) == 3
    assert len([text for text in left if text.startswith(("held", "published"))]) == 8


def test_the_days_count_from_the_decision(post):
    comment = make_comment(post, state=State.SPAM, created_at=days_ago(100))
    Decision.objects.create(comment=comment, deed="spam", at=days_ago(1))
    clean()
    assert Comment.objects.exists()


def test_what_was_replied_to_leaves_its_place_alone(post):
    spam = make_comment(post, "Buy", "Spammer", state=State.SPAM, created_at=days_ago(40))
    reply = make_comment(post, "Please stop.", parent=spam)
    clean()
    spam.refresh_from_db()
    kept = (spam.name, spam.email, spam.text, spam.state, spam.reasons)
    assert kept == ("", "", "", State.DELETED, [])
    assert Comment.objects.get(pk=reply.pk).parent == spam
    assert not clean()


def test_a_thousand_are_purged_in_pieces(post):
    now = days_ago(50)
    Comment.objects.bulk_create(
        Comment(page_id=post.pk, name=f"N{n}", text="x", state=State.SPAM, created_at=now)
        for n in range(450)
    )
    assert clean()
    assert clean()
    assert not clean()
    assert not Comment.objects.exists()


def test_erasing_an_author_leaves_nothing_of_theirs(client, post):
    first = make_comment(post, "My words", email="Ines@Example.org")
    other = make_comment(post, "Theirs", "Bo", "bo@example.org", parent=first)
    make_comment(post, "Mine again", parent=other)
    assert erase_author("ines@example.org") == 2
    shown = client.get(post.url).content.decode()
    assert "Theirs" in shown
    assert "My words" not in shown
    kept = list(Comment.objects.values_list("name", "email", "text", "ip", "agent"))
    assert ("", "", "", None, "") in kept
    assert len(kept) == 2


def test_export_tells_all_that_is_kept(post):
    make_comment(post, "My words", library="Harbour", wants_replies=True)
    (told,) = export_author("INES@example.org")
    assert told["text"] == "My words"
    assert told["ip"] == "192.0.2.7"
    assert told["library"] == "Harbour"
    assert told["page"] == post.title


def test_nobodys_address_erases_nobody(post):
    make_comment(post, email="")
    assert erase_author("") == 0
    assert Comment.objects.count() == 1


def test_the_same_words_may_be_said_again_another_day(client, post):
    send(client, post)
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=25)):
        forget_digests()
        send(client, post)
    assert Comment.objects.count() == 2
