from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from django.db import transaction

from comments.akismet_client import AkismetClient, AkismetTrouble, Opinion, Submission, Verdict
from core import http
from tests.comments import akismet_server as server_of
from tests.comments.akismet_server import AkismetServer, Answer

SITE = "https://desk.example.org/"
WRITTEN = Submission(
    ip="203.0.113.7",
    agent="Mozilla/5.0",
    referrer="https://desk.example.org/blog/",
    permalink="https://desk.example.org/blog/lending-laptops/",
    kind="comment",
    name="Zoë Żak",
    email="zoe@example.org",
    text="Wir leihen 30 & mehr = gern +1;\nmerci ☂",
    written_at=datetime(2026, 3, 1, 22, 15, 30, tzinfo=timezone(timedelta(hours=-5))),
)


@pytest.fixture
def server():
    with AkismetServer() as server:
        yield server


@pytest.fixture
def client(server):
    return AkismetClient(server.key, SITE, base_url=server.url)


@pytest.fixture
def trouble(server, client):
    """What asking, and telling, come to for an answer: both the same."""

    def trouble_of(answer):
        server.answer = answer
        with pytest.raises(AkismetTrouble) as told:
            client.tell_spam(WRITTEN)
        with pytest.raises(AkismetTrouble) as asked:
            client.check(WRITTEN)
        assert asked.value.problem == told.value.problem
        assert server.key not in str(asked.value)
        return asked.value

    return trouble_of


@pytest.mark.parametrize(
    ("answer", "opinion"),
    [
        (server_of.HAM, Opinion(Verdict.HAM)),
        (server_of.SPAM, Opinion(Verdict.SPAM)),
        (server_of.DISCARD, Opinion(Verdict.DISCARD)),
        (server_of.PROVISIONAL, Opinion(Verdict.HAM, timedelta(minutes=15))),
        (Answer("false\n"), Opinion(Verdict.HAM)),
        (Answer(" true\r\n"), Opinion(Verdict.SPAM)),
        (Answer("false", headers={"X-akismet-recheck-after": "soon"}), Opinion(Verdict.HAM)),
        (Answer("false", headers={"X-akismet-recheck-after": "9" * 40}), Opinion(Verdict.HAM)),
        (Answer("false", headers={"X-akismet-recheck-after": "-5"}), Opinion(Verdict.HAM)),
    ],
)
def test_opinions(server, client, answer, opinion):
    server.answer = answer
    assert client.check(WRITTEN) == opinion
    assert len(server.requests) == 1


def test_what_is_told(server, client):
    client.check(WRITTEN)
    (asked,) = server.requests
    assert asked.path == "/1.1/comment-check"
    assert asked.fields == {
        "api_key": server.key,
        "blog": SITE,
        "user_ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0",
        "referrer": "https://desk.example.org/blog/",
        "permalink": "https://desk.example.org/blog/lending-laptops/",
        "comment_type": "comment",
        "comment_author": "Zoë Żak",
        "comment_author_email": "zoe@example.org",
        "comment_content": "Wir leihen 30 & mehr = gern +1;\nmerci ☂",
        "comment_date_gmt": "2026-03-02T03:15:30Z",
        "blog_charset": "UTF-8",
    }
    assert asked.headers["host"] == server.url.removeprefix("http://")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_what_else_may_be_told(server):
    changes = {
        "post_modified_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "language": "en",
        "honeypot_field": "website",
        "recheck_reason": "edit",
    }
    told = Submission(**{**vars(WRITTEN), **changes})
    AkismetClient(server.key, SITE, base_url=server.url, is_test=True).check(told)
    fields = server.requests[0].fields
    assert fields["comment_post_modified_gmt"] == "2026-01-02T03:04:05Z"
    assert fields["blog_lang"] == "en"
    assert fields["honeypot_field_name"] == "website"
    assert fields["recheck_reason"] == "edit"
    assert fields["is_test"] == "1"


def test_an_address_kept_back_is_not_sent(server, client):
    client.check(Submission(**{**vars(WRITTEN), "email": ""}))
    assert "comment_author_email" not in server.requests[0].fields


def test_decisions_are_told_in_one_request_each(server, client):
    client.tell_spam(WRITTEN)
    client.tell_ham(WRITTEN)
    assert [asked.path for asked in server.requests] == ["/1.1/submit-spam", "/1.1/submit-ham"]
    assert server.requests[0].fields == server.requests[1].fields
    assert server.requests[0].fields["comment_content"] == WRITTEN.text


def test_the_stand_in_knows_akismets_own_spammer(client):
    spam = Submission(**{**vars(WRITTEN), "name": server_of.SPAMMER})
    assert client.check(spam).verdict == Verdict.SPAM
    assert client.check(WRITTEN).verdict == Verdict.HAM


class TestVerify:
    def test_a_key(self, server, client):
        assert client.verify()
        assert server.requests[0].path == "/1.1/verify-key"
        assert server.requests[0].fields == {"key": server.key, "blog": SITE}

    def test_an_invalid_key(self, server):
        assert not AkismetClient("another", SITE, base_url=server.url).verify()

    def test_a_suspended_key(self, server, client):
        server.answer = server_of.SUSPENDED.but(body="valid")
        with pytest.raises(AkismetTrouble) as told:
            client.verify()
        assert told.value.problem == "key"

    def test_no_service(self, server, client):
        server.answer = server_of.BROKEN
        with pytest.raises(AkismetTrouble) as told:
            client.verify()
        assert told.value.problem == "down"


class TestTrouble:
    def test_an_invalid_key(self, trouble):
        told = trouble(server_of.INVALID)
        assert (told.problem, told.said) == ("key", "We were unable to parse your blog URI")
        assert trouble(Answer("invalid\n")).problem == "key"

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (server_of.SUSPENDED, "This key is suspended."),
            (server_of.SUSPENDED.but(body="false"), "This key is suspended."),
            (server_of.SUSPENDED.but(body=server_of.THANKS), "This key is suspended."),
            (server_of.SUSPENDED.but(status=403), "This key is suspended."),
            (server_of.RUN_OUT, "Your plan has run out. 10003"),
        ],
    )
    def test_a_suspended_key(self, server, client, answer, said):
        server.answer = answer
        ask = client.tell_ham if answer.body == server_of.THANKS else client.check
        with pytest.raises(AkismetTrouble) as told:
            ask(WRITTEN)
        assert (told.value.problem, told.value.said) == ("key", said)

    def test_too_many_requests(self, trouble):
        told = trouble(server_of.BUSY)
        assert (told.problem, told.retry_after) == ("busy", timedelta(minutes=2))
        assert trouble(Answer("", 429)).retry_after is None
        assert trouble(Answer("", 429, {"Retry-After": "later"})).retry_after is None

    def test_too_many_requests_until_a_date(self, trouble):
        until = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
        told = trouble(Answer("", 429, {"Retry-After": until}))
        assert timedelta(minutes=4) < told.retry_after <= timedelta(minutes=5)
        past = "Wed, 21 Oct 2015 07:28:00 GMT"
        assert trouble(Answer("", 429, {"Retry-After": past})).retry_after == timedelta()

    def test_an_error(self, trouble):
        told = trouble(server_of.BROKEN)
        assert (told.problem, told.said) == ("down", "Internal Server Error")

    def test_silence(self, trouble, monkeypatch):
        monkeypatch.setattr(http, "SECONDS", 0.2)
        assert trouble(server_of.HANGING).problem == "slow"

    def test_a_connection_cut(self, trouble):
        assert trouble(server_of.CUT).problem == "down"

    def test_nobody_there(self):
        with AkismetServer() as gone:
            pass
        with pytest.raises(AkismetTrouble) as told:
            AkismetClient(gone.key, SITE, base_url=gone.url).check(WRITTEN)
        assert told.value.problem == "down"

    def test_a_redirect_is_not_followed(self, server, trouble):
        assert trouble(server_of.REDIRECT).problem == "garbled"
        assert {asked.path for asked in server.requests} == {
            "/1.1/submit-spam",
            "/1.1/comment-check",
        }

    @pytest.mark.parametrize(
        "answer",
        [
            server_of.HTML,
            server_of.EMPTY,
            Answer("perhaps"),
            Answer("True"),
            Answer("truefalse"),
            Answer("valid"),
            Answer("no such thing", 404),
            Answer("true", headers={"Content-Encoding": "gzip"}),
            Answer("true" * 300_000),
        ],
    )
    def test_no_answer_of_akismets(self, trouble, answer):
        assert trouble(answer).problem == "garbled"

    def test_what_it_said_is_short_and_plain(self, server, trouble):
        told = trouble(Answer(f"<div>\0<b>\u202eWhy {server.key}?</b> " + "so " * 5000))
        assert told.said.startswith("Why …? so so")
        assert len(told.said) <= 200


def test_the_environment_has_no_say(server, client, monkeypatch):
    monkeypatch.setenv("PYTHON_AKISMET_API_KEY", "another")
    monkeypatch.setenv("PYTHON_AKISMET_BLOG_URL", "https://another.example.org/")
    monkeypatch.setenv("PYTHON_AKISMET_TIMEOUT", "0.001")
    client.check(WRITTEN)
    assert server.requests[0].fields["api_key"] == server.key
    assert server.requests[0].fields["blog"] == SITE


@pytest.mark.django_db(transaction=True)
def test_not_inside_a_transaction(server, client):
    for ask in (client.check, client.tell_spam, client.tell_ham):
        with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
            ask(WRITTEN)
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        client.verify()
    assert not server.requests
