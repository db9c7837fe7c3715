import logging
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from core.due import due_work
from outbox import imap
from outbox.addresses import address_of
from outbox.bounces import mailbox as reading
from outbox.bounces import notices as reader
from outbox.bounces.mailbox import look_for_notices
from outbox.imap import MailboxAddress, MailboxAway
from outbox.models import Mail, MailState, StopReason
from tests.outbox import notices
from tests.outbox.imap_server import Mailbox, serving

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

READER = "Reader@example.net"
FORMS = [notices.postfix, notices.exim, notices.exchange, notices.gmail, notices.ses]


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with serving(Mailbox()) as mailbox:
        settings.BOUNCE_MAILBOX = mailbox.url
        yield mailbox


def sent(to: str = READER, message_id: str = "<1f2e@ill.example.org>", **fields) -> Mail:
    fields = {"state": MailState.SENT, "ended_at": timezone.now(), **fields}
    mail = Mail(
        address=address_of(to),
        sender="bounces@ill.example.org",
        message_id=message_id,
        subject="New on the site",
        **fields,
    )
    mail.save()
    return mail


def is_stopped(email: str) -> bool:
    return address_of(email).is_stopped


class TestWhatCameBack:
    @pytest.mark.parametrize("form", FORMS)
    def test_a_mailbox_that_is_gone_stops_the_address(self, mailbox, form):
        mail = sent()
        kept = mailbox.put(form(mail.message_id, "reader@example.net"))
        assert not look_for_notices()
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
        assert "550" in mail.reason
        assert timezone.now() - mail.ended_at < timedelta(minutes=1)
        assert mail.address.stop_reason == StopReason.BOUNCED
        assert mail.address.bounces == 1
        assert kept.flags == {r"\Seen"}

    @pytest.mark.parametrize(
        ("status", "diagnostic"),
        [
            ("5.7.1", "smtp; 554 5.7.1 Message looks like spam"),
            ("5.0.0", "smtp; 550 5.7.509 Access denied, sending domain fails DMARC"),
            ("5.3.4", "smtp; 552 5.3.4 Message too big"),
            ("5.2.2", "smtp; 552 5.2.2 Mailbox full"),
            ("4.4.7", "smtp; 451 4.4.1 Delivery time expired"),
            ("4.0.0", "X-Local; could not be delivered for 5 days"),
            ("", "X-Local; no reason given"),
        ],
    )
    def test_what_is_not_the_mailboxs_fault_fails_the_mail_alone(self, mailbox, status, diagnostic):
        mail = sent()
        mailbox.put(notices.postfix(mail.message_id, READER, status=status, diagnostic=diagnostic))
        look_for_notices()
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
        assert not mail.address.is_stopped
        assert mail.address.bounces == 1

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
    def test_what_has_not_failed_changes_nothing(self, mailbox, action):
        mail = sent()
        kept = mailbox.put(notices.postfix(mail.message_id, READER, action=action, status="4.4.1"))
        look_for_notices()
        mail.refresh_from_db()
        assert (mail.state, mail.address.bounces) == (MailState.SENT, 0)
        assert kept.is_seen

    def test_forwarded_mail_stops_the_address_it_went_to(self, mailbox):
        mail = sent()
        mailbox.put(notices.ses(mail.message_id, "somebody.else@elsewhere.example"))
        look_for_notices()
        assert is_stopped(READER)

    def test_of_several_with_one_message_id_the_one_that_failed(self, mailbox):
        mail = sent()
        sent("other@example.net", mail.message_id)
        mailbox.put(notices.gmail(mail.message_id, "other@example.net"))
        mailbox.put(notices.gmail(mail.message_id, "third@example.net"))
        look_for_notices()
        assert is_stopped("other@example.net")
        assert not is_stopped(READER)

    def test_two_notices_of_one_mail_count_once(self, mailbox):
        mail = sent()
        for form in (notices.postfix, notices.ses):
            mailbox.put(form(mail.message_id, READER))
        look_for_notices()
        assert address_of(READER).bounces == 1

    def test_a_notice_that_is_quicker_than_the_worker(self, mailbox):
        mail = sent(state=MailState.WAITING, ended_at=None, lease="ab", leased_until=timezone.now())
        mailbox.put(notices.postfix(mail.message_id, READER))
        look_for_notices()
        mail.refresh_from_db()
        assert (mail.state, mail.lease, mail.leased_until) == (MailState.FAILED, "", None)

    def test_a_long_notice_is_read_as_far_as_it_matters(self, mailbox):
        mail = sent()
        body = b"the mail that came back\r\n" * 40_000
        mailbox.put(notices.exim(mail.message_id, READER) + body)
        look_for_notices()
        assert is_stopped(READER)
        assert max(size for _what, size in mailbox.fetched) == reading.MOST_READ


class TestForged:
    def test_a_message_id_that_is_not_ours_stops_nobody(self, mailbox):
        mail = sent()
        kept = mailbox.put(notices.postfix("<guessed@ill.example.org>", READER))
        look_for_notices()
        mail.refresh_from_db()
        assert (mail.state, mail.address.bounces) == (MailState.SENT, 0)
        assert not mail.address.is_stopped
        assert kept.is_seen

    def test_who_got_mail_of_ours_stops_nobody_else_with_it(self, mailbox):
        sent("victim@example.net", "<to-victim@ill.example.org>")
        sent("forger@example.net", "<to-forger@ill.example.org>")
        mailbox.put(notices.postfix("<to-forger@ill.example.org>", "victim@example.net"))
        look_for_notices()
        assert not is_stopped("victim@example.net")

    def test_mail_that_was_never_sent_does_not_come_back(self, mailbox):
        mail = sent(state=MailState.DROPPED)
        mailbox.put(notices.postfix(mail.message_id, READER))
        mailbox.put(notices.feedback(mail.message_id))
        look_for_notices()
        assert not is_stopped(READER)

    def test_an_unknown_complaint(self, mailbox):
        sent()
        mailbox.put(notices.feedback("<guessed@ill.example.org>"))
        look_for_notices()
        assert not is_stopped(READER)


class TestComplaints:
    def test_stop_the_address(self, mailbox):
        mail = sent()
        mailbox.put(notices.feedback(mail.message_id))
        look_for_notices()
        mail.refresh_from_db()
        assert mail.address.stop_reason == StopReason.COMPLAINED
        assert mail.state == MailState.SENT

    @pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus"])
    def test_other_feedback_does_not(self, mailbox, kind):
        mail = sent()
        mailbox.put(notices.feedback(mail.message_id, kind=kind))
        look_for_notices()
        assert not is_stopped(READER)


class TestOtherMail:
    def test_stays_unread_and_is_not_even_fetched(self, mailbox):
        mail = sent()
        kept = [
            mailbox.put(notices.out_of_office(mail.message_id)),
            mailbox.put(b"Subject: a person writes\r\n\r\nHello\r\n"),
            mailbox.put(
                notices.report(
                    told="Your mail was read.",
                    recipient_fields="Disposition: manual-action/MDN-sent-manually; displayed",
                    message_id=mail.message_id,
                    kind="disposition-notification",
                )
            ),
        ]
        look_for_notices()
        assert not any(one.flags for one in kept)
        assert {what for what, _size in mailbox.fetched} == {"HEADER.FIELDS (CONTENT-TYPE)"}
        assert not is_stopped(READER)

    def test_an_empty_mailbox(self, mailbox):
        assert not look_for_notices()


class TestManyAndBroken:
    def test_a_part_at_a_time_and_each_once(self, mailbox, monkeypatch):
        monkeypatch.setattr(reading, "NOTICES_AT_ONCE", 2)
        monkeypatch.setattr(imap, "HEADS_AT_ONCE", 2)
        for number in range(5):
            mail = sent(f"reader{number}@example.net", f"<{number}@ill.example.org>")
            mailbox.put(notices.postfix(mail.message_id, mail.address.email))
        assert [look_for_notices() for _turn in range(3)] == [True, True, False]
        assert all(is_stopped(f"reader{number}@example.net") for number in range(5))

    def test_no_longer_than_a_turn(self, mailbox, monkeypatch):
        monkeypatch.setattr(reading, "TURN", -1)
        kept = mailbox.put(notices.postfix("<1@x>", READER))
        assert look_for_notices()
        assert not kept.flags

    def test_a_broken_one_is_flagged_for_people_and_the_next_is_read(
        self, mailbox, monkeypatch, caplog
    ):
        def fail_at_broken(content: bytes):
            if b"broken" in content:
                raise ValueError("not to be read")
            return reader.read_notice(content)

        monkeypatch.setattr(reading, "read_notice", fail_at_broken)
        mail = sent()
        broken = mailbox.put(notices.postfix("<broken@x>", READER))
        mailbox.put(notices.postfix(mail.message_id, READER))
        with caplog.at_level(logging.ERROR):
            assert not look_for_notices()
        assert broken.flags == {r"\Seen", r"\Flagged"}
        assert is_stopped(READER)
        assert "flagged" in caplog.text
        assert READER not in caplog.text

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda content: content.replace(b"Status: 5.1.1", b"Status: \xff\xfe\x00"),
            lambda content: content.replace(b"Status: 5.1.1", b"Status: 5.1.1\x00"),
            lambda content: content.replace(b"smtp; 550", b"smtp; \x00\xc3\x28 550"),
            lambda content: content.replace(b"<1f2e@", b"<\x001f2e@"),
            lambda content: content.replace(b"edge/of.parts--", b""),
            lambda content: content.replace(b"\r\n", b"\n"),
            lambda content: content[: len(content) // 2],
            lambda content: content.split(b"\r\n\r\n")[0] + b"\r\n\r\n",
        ],
    )
    def test_bytes_that_should_not_be_there(self, mailbox, spoil):
        sent()
        kept = mailbox.put(spoil(notices.postfix("<1f2e@ill.example.org>", READER)))
        assert not look_for_notices()
        assert kept.is_seen
        assert r"\Flagged" not in kept.flags


class TestAway:
    @pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
    def test_a_server_that_breaks_off(self, mailbox, command):
        mailbox.put(notices.postfix("<1@x>", READER))
        mailbox.drops_at = command
        with pytest.raises(MailboxAway):
            look_for_notices()

    @pytest.mark.parametrize("command", ["LOGIN", "FETCH"])
    def test_a_server_that_hangs_is_left(self, mailbox, command, monkeypatch):
        monkeypatch.setattr(imap, "TIMEOUT", 0.3)
        mailbox.put(notices.postfix("<1@x>", READER))
        mailbox.hangs_at = command
        began = time.monotonic()
        with pytest.raises(MailboxAway, match="Timeout"):
            look_for_notices()
        assert time.monotonic() - began < 3

    def test_a_wrong_password_is_told_in_the_servers_words(self, mailbox, settings):
        settings.BOUNCE_MAILBOX = mailbox.url.replace("word", "wort")
        with pytest.raises(MailboxAway, match="Wrong name or password"):
            look_for_notices()

    def test_a_folder_that_is_not_there(self, mailbox, settings):
        settings.BOUNCE_MAILBOX = mailbox.url.replace("INBOX", "Bounces")
        with pytest.raises(MailboxAway, match="no such folder"):
            look_for_notices()

    def test_nothing_listens(self, mailbox, settings):
        settings.BOUNCE_MAILBOX = "imap://a:b@127.0.0.1:1/"
        with pytest.raises(MailboxAway):
            look_for_notices()

    def test_never_inside_a_transaction(self, mailbox):
        with transaction.atomic(), pytest.raises(RuntimeError):
            look_for_notices()
        assert not mailbox.commands


def test_the_worker_looks_where_a_mailbox_is_set(settings, monkeypatch):
    for url, names in {"": [], "imaps://a:b@x.org": ["bounces"]}.items():
        offered = []
        monkeypatch.setattr(due_work, "_offered", offered)
        settings.BOUNCE_MAILBOX = url
        apps.get_app_config("outbox").ready()
        assert [work.name for work in offered if work.name == "bounces"] == names


class TestAddress:
    def test_is_read_from_its_url(self):
        address = MailboxAddress.parse(
            "imaps://me%40x.org:a%2Fb@imap.x.org/Mail%20Bounces", "BOUNCE_MAILBOX"
        )
        assert (address.host, address.port) == ("imap.x.org", 993)
        assert (address.user, address.password) == ("me@x.org", "a/b")
        assert address.folder == "Mail Bounces"
        assert "a/b" not in repr(address)
        assert MailboxAddress.parse("imap+starttls://a:b@x.org:1143", "BOUNCE_MAILBOX").port == 1143

    @pytest.mark.parametrize(
        "url",
        [
            "imap://a:secret@imap.x.org/",
            "pop3s://a:secret@x.org",
            "imaps://x.org",
            "imaps://a:secret@x.org:port",
            "imaps://a:s%C3%A9cret@x.org",
        ],
    )
    def test_is_refused_in_words_without_the_password(self, url):
        with pytest.raises(ImproperlyConfigured) as refused:
            MailboxAddress.parse(url, "BOUNCE_MAILBOX")
        assert "secret" not in str(refused.value)
