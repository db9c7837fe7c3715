"""What services post (the shapes of their documentation), to the addresses they post to."""

import base64
import hashlib
import hmac
import importlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import clear_url_caches
from django.utils import timezone

import config.urls
from outbox import addresses
from outbox.addresses import address_of, reopen
from outbox.bounces import webhook
from outbox.models import Address, Mail, MailState, StopReason

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.django_db,
    # Of SendGrid, which it goes on to understand.
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]

SECRET = "service:a long secret of this test"
SIGNING_KEY = "key-of-the-service"
READER = "Reader@example.net"
MESSAGE_ID = "<1f2e@ill.example.org>"


@pytest.fixture
def mounted(settings) -> Iterator[Callable[[dict], None]]:
    """A function that reads the addresses of the site anew with settings of anymail."""

    def mount(anymail: dict) -> None:
        settings.ANYMAIL = anymail
        importlib.reload(config.urls)
        clear_url_caches()

    yield mount
    mount({})


@pytest.fixture
def post(mounted, client) -> Callable[..., HttpResponse]:
    mounted({"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY})
    client.raise_request_exception = False

    def post_json(service: str, body: object, secret: str = SECRET) -> HttpResponse:
        credentials = base64.b64encode(secret.encode()).decode()
        return client.post(
            f"/anymail/{service}/tracking/",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Basic {credentials}"},
        )

    return post_json


@pytest.fixture
def mail() -> Mail:
    mail = Mail(
        address=address_of(READER),
        sender="bounces@ill.example.org",
        message_id=MESSAGE_ID,
        subject="New on the site",
        state=MailState.SENT,
        ended_at=timezone.now(),
    )
    mail.save()
    return mail


def reader() -> Address:
    return address_of(READER)


def postmark(kind: str = "HardBounce", *, record: str = "Bounce", **fields) -> dict:
    """Its MessageID is one of its own."""
    return {
        "RecordType": record,
        "MessageStream": "outbound",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "action: failed\r\nstatus: 5.1.1\r\nsmtp;550 5.1.1 unknown user",
        "Email": "reader@example.net",
        "From": "desk@ill.example.org",
        "BouncedAt": datetime.now(UTC).isoformat(),
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "New on the site",
        **fields,
    }


def mailgun(*, event: str = "failed", severity: str = "permanent", **status) -> dict:
    """Signed; it keeps our Message-ID, without the brackets."""
    token, stamp = "a" * 50, str(int(time.time()))
    signed = hmac.new(SIGNING_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
    return {
        "signature": {"token": token, "timestamp": stamp, "signature": signed.hexdigest()},
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "event": event,
            "severity": severity,
            "reason": "bounce",
            "timestamp": time.time(),
            "log-level": "error",
            "recipient": "reader@example.net",
            "recipient-domain": "example.net",
            "delivery-status": {
                "attempt-no": 1,
                "message": "",
                "code": 550,
                "enhanced-code": "5.1.1",
                "description": "5.1.1 The email account that you tried to reach does not exist",
                "session-seconds": 0.4,
                **status,
            },
            "message": {
                "headers": {
                    "to": "reader@example.net",
                    "message-id": MESSAGE_ID.strip("<>"),
                    "from": "Desk <desk@ill.example.org>",
                    "subject": "New on the site",
                },
                "attachments": [],
                "size": 111,
            },
            "tags": [],
            "user-variables": {},
        },
    }


def sparkpost(kind: str = "bounce", *, bounce_class: str = "10", **fields) -> list[dict]:
    event = {
        "type": kind,
        "bounce_class": bounce_class,
        "error_code": "550",
        "event_id": "92356927693813856",
        "message_id": "000443ee14578172be22",
        "raw_rcpt_to": "Reader@example.net",
        "rcpt_to": "reader@example.net",
        "raw_reason": "550 5.1.1 unknown user",
        "reason": "550 5.1.1 unknown user",
        "timestamp": str(int(time.time())),
        "transmission_id": "65832150921904138",
        **fields,
    }
    group = "message_event"
    return [{"msys": {group: event}}]


def sendgrid(event: str = "bounce", **fields) -> list[dict]:
    return [
        {
            "email": "reader@example.net",
            "timestamp": int(time.time()),
            "smtp-id": MESSAGE_ID,
            "event": event,
            "sg_event_id": "6g4ZI7SA-xmRDv57GoPIPw==",
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "reason": "550 5.1.1 unknown user",
            "status": "5.1.1",
            "type": "bounce",
            **fields,
        }
    ]


SERVICES = {
    "postmark": postmark,
    "mailgun": mailgun,
    "sparkpost": sparkpost,
    "sendgrid": sendgrid,
}


class TestBounces:
    @pytest.mark.parametrize("service", SERVICES)
    def test_for_good_stop_the_address(self, post, mail, service):
        assert post(service, SERVICES[service]()).status_code == 200
        assert reader().stop_reason == StopReason.BOUNCED
        assert reader().bounces == 1
        assert "5.1.1" in reader().answer

    @pytest.mark.parametrize("service", SERVICES)
    def test_told_twice_count_once(self, post, mail, service):
        told = SERVICES[service]()
        for _time in range(2):
            assert post(service, told).status_code == 200
        assert reader().bounces == 1

    @pytest.mark.parametrize("service", SERVICES)
    def test_told_again_after_staff_let_mail_go_there(self, post, mail, service):
        told = SERVICES[service]()
        post(service, told)
        reopen(reader())
        post(service, told)
        assert not reader().is_stopped

    @pytest.mark.parametrize("service", SERVICES)
    def test_of_an_address_never_written_to_leave_no_trace(self, post, service):
        assert post(service, SERVICES[service]()).status_code == 200
        assert not Address.objects.exists()

    def test_are_shown_at_the_mail_where_the_service_keeps_its_message_id(self, post, mail):
        post("mailgun", mailgun())
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
        assert "does not exist" in mail.reason

    @pytest.mark.parametrize(
        ("service", "told"),
        [
            ("postmark", postmark("SoftBounce", Details="smtp;552 5.2.1 over quota")),
            ("postmark", postmark("Blocked")),
            ("postmark", postmark(Details="smtp;550 5.7.1 rejected as spam", Description="")),
            ("mailgun", mailgun(reason="generic", description="5.7.26 DMARC fails")),
            ("sparkpost", sparkpost(bounce_class="22", raw_reason="552 5.2.2 mailbox full")),
            ("sparkpost", sparkpost(bounce_class="51", raw_reason="550 5.7.1 spam")),
        ],
    )
    def test_of_another_cause_count_and_stop_nothing(self, post, mail, service, told):
        assert post(service, told).status_code == 200
        assert not reader().is_stopped
        assert reader().bounces == 1

    @pytest.mark.parametrize(
        ("service", "told"),
        [
            ("postmark", postmark("Transient")),
            ("postmark", postmark("AutoResponder")),
            ("mailgun", mailgun(severity="temporary")),
            ("sparkpost", sparkpost("delay")),
            ("sendgrid", sendgrid("deferred")),
            ("sendgrid", sendgrid("delivered")),
            ("sendgrid", sendgrid("unsubscribe")),
            ("mailgun", mailgun(event="unsubscribed", severity="")),
        ],
    )
    def test_what_is_no_failure_changes_nothing(self, post, mail, service, told):
        assert post(service, told).status_code == 200
        mail.refresh_from_db()
        assert mail.state == MailState.SENT
        assert reader().bounces == 0
        assert not reader().is_stopped

    def test_an_older_bounce_told_later_is_counted_already(self, post, mail):
        post("postmark", postmark("SoftBounce"))
        early = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        post("postmark", postmark("SoftBounce", BouncedAt=early))
        assert reader().bounces == 1


class TestComplaints:
    @pytest.mark.parametrize(
        ("service", "told"),
        [
            ("postmark", postmark("SpamComplaint", record="SpamComplaint")),
            ("mailgun", mailgun(event="complained", severity="")),
            ("sparkpost", sparkpost("spam_complaint")),
            ("sendgrid", sendgrid("spamreport")),
        ],
    )
    def test_stop_the_address(self, post, mail, service, told):
        assert post(service, told).status_code == 200
        assert reader().stop_reason == StopReason.COMPLAINED


class TestRefused:
    @pytest.mark.parametrize("service", SERVICES)
    @pytest.mark.parametrize("secret", ["service:another", "", "None"])
    def test_a_wrong_secret(self, post, mail, service, secret):
        assert post(service, SERVICES[service](), secret=secret).status_code == 400
        assert not reader().is_stopped

    def test_a_wrong_signature(self, post, mail):
        told = mailgun()
        told["signature"]["signature"] = "0" * 64
        assert post("mailgun", told).status_code == 400
        assert not reader().is_stopped

    def test_no_secret_is_set(self, mounted, client, home):
        mounted({})
        assert client.post("/anymail/postmark/tracking/").status_code == 404

    def test_mail_that_comes_in_is_not_taken(self, post, client, home):
        assert client.post("/anymail/postmark/inbound/").status_code == 404


class TestAnswers:
    @pytest.mark.parametrize("service", ["postmark", "sparkpost", "sendgrid"])
    @pytest.mark.parametrize("body", ["", "{", "null", "[]", '[{"a": 1}]', '{"msys": 3}', "[[]]"])
    def test_what_nobody_understands_is_not_sent_again(self, post, service, body):
        assert post(service, body).status_code == 200

    @pytest.mark.parametrize("odd", ["\ud800", "\x00", "\n", "a@b@", "x" * 5000])
    def test_what_no_database_keeps(self, post, mail, odd):
        for told in (postmark(Email=f"{odd}@example.net"), postmark(MessageID=odd, Details=odd)):
            assert post("postmark", told).status_code == 200

    def test_a_service_that_is_not_set_up_may_try_again(self, post, settings):
        settings.ANYMAIL = {**settings.ANYMAIL, "RESEND_SIGNING_SECRET": "needs svix"}
        assert post("resend", {"type": "email.bounced"}).status_code == 503

    def test_a_database_that_is_away_lets_it_try_again(self, post, mail, monkeypatch):
        def fail(*args, **kwargs):
            raise OperationalError("away")

        monkeypatch.setattr(webhook, "note_bounce", fail)
        assert post("postmark", postmark()).status_code == 500

    def test_few_queries(self, post, mail, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            post("mailgun", mailgun())


def test_the_receiver_is_connected_once(post, mail, monkeypatch):
    noted = []
    monkeypatch.setattr(addresses, "logger", type("", (), {"warning": lambda *a: noted.append(a)}))
    post("postmark", postmark())
    assert len(noted) == 1


def test_settings_of_services_come_from_the_environment(monkeypatch):
    from config.settings import base

    monkeypatch.setenv("ENV_FILE", "/dev/null")
    monkeypatch.setenv("ANYMAIL_WEBHOOK_SECRET", "a:b")
    monkeypatch.setenv("ANYMAIL_POSTAL_WEBHOOK_KEY", "")
    try:
        assert importlib.reload(base).ANYMAIL == {"WEBHOOK_SECRET": "a:b"}
    finally:
        monkeypatch.undo()
        importlib.reload(base)
