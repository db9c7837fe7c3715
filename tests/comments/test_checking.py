"""What the spam service says, and what becomes of a comment when it says nothing sensible."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from comments import announcing, checking
from comments.models import Comment, CommentSettings, Deed, DroppedOnDay, Question, State
from comments.moderation import decide, strike, undo
from comments.proving import proof_address
from core import http
from outbox.models import Mail
from tests.comments import akismet_server as akismet
from tests.comments.akismet_server import AkismetServer
from tests.comments.pages import parsed, path_of, send, text_of
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings, monkeypatch):
    monkeypatch.setattr(http, "SECONDS", 0.5)
    with AkismetServer() as server:
        settings.AKISMET_KEY, settings.AKISMET_URL = server.key, server.url
        yield server


@pytest.fixture
def moderator():
    return get_user_model().objects.create_superuser("mod@example.org", "x", first_name="Mo")


@pytest.fixture
def proven(client, post):
    """An author whose next comment nothing holds."""
    client.post(path_of(proof_address(make_comment(post, "First."))), {})
    return client


def ask_later(hours: int = 2) -> None:
    Comment.objects.exclude(ask_at=None).update(ask_at=timezone.now() - timedelta(hours=hours))
    checking.ask_due()


def newest() -> Comment:
    return Comment.objects.latest("pk")


def test_a_proven_author_publishes_on_the_verdict(proven, post, service):
    response = send(proven, post, text="Second.")
    assert not service.requests
    assert (newest().state, newest().rules) == (State.HELD, ["akismet_wait"])
    assert "waits" in text_of(parsed(proven.get(response["Location"])))
    checking.ask_due()
    comment = newest()
    assert (comment.state, comment.reasons, comment.verdict) == (State.PUBLISHED, [], "ham")
    assert comment.ask_at is None
    (asked,) = service.requests
    assert asked.fields["comment_content"] == "Second."
    assert asked.fields["user_ip"] == "127.0.0.1"
    assert asked.fields["is_test"] == "1"


def test_a_newcomer_is_held_after_a_good_verdict(client, post, service, moderator):
    send(client, post)
    announcing.tell_moderators()
    assert not Mail.objects.exists()
    checking.ask_due()
    assert (newest().state, newest().rules) == (State.HELD, ["first"])
    announcing.tell_moderators()
    assert Mail.objects.get().kind == "comment_waiting"


@pytest.mark.parametrize("sends", [True, False])
def test_the_address_is_sent_only_where_the_form_says_so(client, post, service, sends):
    CommentSettings.objects.update_or_create(defaults={"sends_address": sends})
    said = text_of(parsed(client.get("/comments/rules/")))
    assert ("Your email address is not." in said) != sends
    send(client, post)
    checking.ask_due()
    assert ("comment_author_email" in service.requests[0].fields) == sends


def test_spam_goes_to_the_spam_and_tells_nobody(client, post, service, moderator):
    service.answer = akismet.SPAM
    send(client, post)
    checking.ask_due()
    comment = newest()
    assert (comment.state, comment.rules) == (State.SPAM, ["first", "akismet_spam"])
    announcing.tell_moderators()
    assert not Mail.objects.exists()
    assert comment.decisions.latest("pk").by == "Akismet"


def test_spam_of_a_proven_author_is_looked_at_by_a_person(proven, post, service):
    service.answer = akismet.SPAM
    send(proven, post, text="Second.")
    checking.ask_due()
    assert (newest().state, newest().rules) == (State.HELD, ["akismet_spam"])


@pytest.mark.parametrize("drops", [True, False])
def test_blatant_spam_is_dropped_where_that_is_set(client, post, service, drops):
    CommentSettings.objects.update_or_create(defaults={"drops_blatant": drops})
    service.answer = akismet.DISCARD
    send(client, post)
    checking.ask_due()
    assert Comment.objects.exists() != drops
    assert sum(DroppedOnDay.objects.values_list("count", flat=True)) == drops
    if not drops:
        assert newest().rules == ["first", "akismet_discard"]


TROUBLES = {
    "INVALID": "akismet_key",
    "SUSPENDED": "akismet_key",
    "RUN_OUT": "akismet_key",
    "BUSY": "akismet_busy",
    "BROKEN": "akismet_down",
    "HANGING": "akismet_slow",
    "HTML": "akismet_garbled",
    "EMPTY": "akismet_garbled",
    "CUT": "akismet_down",
}


@pytest.mark.parametrize("answer", TROUBLES)
def test_every_failure_holds_tells_why_and_asks_again(proven, post, service, moderator, answer):
    service.answer = getattr(akismet, answer)
    response = send(proven, post, text="Second.")
    assert response.status_code == 303
    checking.ask_due()
    comment = newest()
    assert comment.state == State.HELD
    assert comment.rules == [TROUBLES[answer]]
    assert comment.ask_at > timezone.now() + timedelta(seconds=50)
    assert service.key not in str(comment.reasons)
    waiting = proven.get(response["Location"])
    assert waiting.status_code == 200
    assert "kismet" not in text_of(parsed(waiting)).replace("Akismet, a service", "")
    announcing.tell_moderators()
    assert Mail.objects.filter(kind="comment_waiting").count() == 1

    service.answer = akismet.HAM
    checking.ask_due()
    assert newest().state == State.HELD
    ask_later()
    assert newest().state == State.PUBLISHED
    assert newest().reasons == []


def test_a_service_that_is_not_there(proven, post, service, settings):
    settings.AKISMET_URL = "http://127.0.0.1:1"
    send(proven, post, text="Second.")
    checking.ask_due()
    assert newest().rules == ["akismet_down"]


def test_one_failure_puts_off_all_that_is_due(proven, post, service):
    service.answer = akismet.BUSY
    for n in range(5):
        send(proven, post, text=f"Number {n}.")
    checking.ask_due()
    assert len(service.requests) == 1
    assert Comment.objects.with_rule("akismet_busy").count() == 5
    assert not Comment.objects.filter(ask_at__lt=timezone.now() + timedelta(seconds=110)).exists()


def test_pauses_grow_and_end(proven, post, service):
    service.answer = akismet.BROKEN
    send(proven, post, text="Second.")
    pauses = []
    for _attempt in range(6):
        ask_later()
        pauses.append(round((newest().ask_at - timezone.now()) / timedelta(minutes=1)))
    assert pauses == [1, 5, 15, 60, 60, 60]
    Comment.objects.filter(pk=newest().pk).update(asked=checking.MOST_ATTEMPTS - 1)
    ask_later()
    assert (newest().ask_at, newest().state) == (None, State.HELD)
    assert newest().rules == ["akismet_down"]


def test_a_provisional_verdict_waits_and_is_asked_again(proven, post, service):
    service.answer = akismet.PROVISIONAL
    send(proven, post, text="Second.")
    checking.ask_due()
    assert (newest().state, newest().rules) == (State.HELD, ["akismet_provisional"])
    assert newest().ask_at > timezone.now() + timedelta(minutes=14)
    service.answer = akismet.SPAM
    ask_later()
    assert newest().rules == ["akismet_spam"]
    assert service.requests[-1].fields["recheck_reason"] == "recheck"


def test_a_service_that_never_makes_up_its_mind(proven, post, service):
    service.answer = akismet.PROVISIONAL
    send(proven, post, text="Second.")
    for _time in range(checking.MOST_RECHECKS + 1):
        ask_later()
    assert newest().state == State.PUBLISHED


def test_decisions_tell_the_service_what_was_sent(proven, post, service, moderator):
    send(proven, post, text="Buy essays.")
    checking.ask_due()
    Comment.objects.filter(pk=newest().pk).update(text="Edited since.")
    decide(Comment.objects.filter(pk=newest().pk), Deed.SPAM, moderator)
    assert newest().question == Question.SPAM
    checking.ask_due()
    told = service.requests[-1]
    assert told.path.endswith("submit-spam")
    assert told.fields["comment_content"] == "Buy essays."
    assert told.fields["user_ip"] == "127.0.0.1"
    decide(Comment.objects.filter(pk=newest().pk), Deed.APPROVE, moderator)
    checking.ask_due()
    assert service.requests[-1].path.endswith("submit-ham")
    count = len(service.requests)
    checking.ask_due()
    assert len(service.requests) == count


def test_nothing_is_told_where_the_service_was_right(client, post, service, moderator):
    service.answer = akismet.SPAM
    send(client, post)
    checking.ask_due()
    decide(Comment.objects.all(), Deed.SPAM, moderator)
    decide(Comment.objects.all(), Deed.DELETE, moderator)
    assert newest().question == Question.NOTHING


def test_an_undone_decision_is_not_told(proven, post, service, moderator):
    send(proven, post, text="Second.")
    checking.ask_due()
    done = decide(Comment.objects.filter(pk=newest().pk), Deed.SPAM, moderator)
    undo(done.batch, moderator)
    count = len(service.requests)
    checking.ask_due()
    assert len(service.requests) == count
    assert newest().state == State.PUBLISHED


def test_what_was_struck_out_is_told_to_nobody(proven, post, service, moderator):
    send(proven, post, text="Card 21234567890123")
    checking.ask_due()
    strike(newest(), "Card …", moderator)
    decide(Comment.objects.filter(pk=newest().pk), Deed.SPAM, moderator)
    checking.ask_due()
    assert len(service.requests) == 1
    assert newest().text_as_sent == ""


def test_a_moderator_decides_before_the_verdict(client, post, service, moderator, monkeypatch):
    send(client, post)
    ask = checking._ask

    def slowly(sent):
        decide(Comment.objects.all(), Deed.APPROVE, moderator)
        ask(sent)

    service.answer = akismet.SPAM
    monkeypatch.setattr(checking, "_ask", slowly)
    checking.ask_due()
    assert newest().state == State.PUBLISHED


def test_words_changed_while_asking_are_asked_about_anew(client, post, service, monkeypatch):
    send(client, post)
    ask = checking._ask

    def slowly(sent):
        Comment.objects.update(
            text="New", text_as_sent="New", ask_at=timezone.now() - timedelta(seconds=1)
        )
        ask(sent)

    monkeypatch.setattr(checking, "_ask", slowly)
    checking.ask_due()
    assert newest().question == Question.CHECK
    assert newest().rules == ["first", "akismet_wait"]


def test_staff_are_not_asked_about(client, post, service, moderator):
    client.force_login(moderator)
    send(client, post)
    checking.ask_due()
    assert newest().is_published
    assert not service.requests


def test_a_killed_worker_leaves_the_question(proven, post, service, monkeypatch):
    send(proven, post, text="Second.")

    def die(sent):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(checking, "_ask", die)
        checking.ask_due()
    checking.ask_due()
    assert not service.requests
    ask_later()
    assert newest().is_published


def test_without_a_key_the_rules_decide(proven, post):
    send(proven, post, text="Second.")
    assert newest().is_published


def test_a_key_taken_away_leaves_no_comment_waiting(proven, post, service, settings):
    send(proven, post, text="Second.")
    send(proven, post, text="Third: https://a.example https://b.example")
    settings.AKISMET_KEY = ""
    checking.ask_due()
    assert list(Comment.objects.order_by("pk").values_list("state", flat=True)) == [
        State.PUBLISHED,
        State.PUBLISHED,
        State.HELD,
    ]
    assert newest().rules == ["links"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once(post, service):
    import threading

    comment = make_comment(post, state=State.HELD, question=Question.CHECK, ask_at=timezone.now())

    def run():
        try:
            checking.ask_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.requests) == 1
    comment.refresh_from_db()
    assert comment.is_published


def test_health_tells_of_trouble(client, proven, post, service):
    assert checking.spam_service().well
    service.answer = akismet.BROKEN
    send(proven, post, text="Second.")
    checking.ask_due()
    assert not checking.spam_service().well
