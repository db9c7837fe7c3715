import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.doctor import Finding, Level
from outbox import checks, domain, outlet
from outbox.addresses import address_of
from outbox.models import Batch, Letterhead, Mail, Outlet
from outbox.transports import AddressRefused, ServerAway
from tests.outbox import imap_server
from tests.outbox.name_server import Zone, serving

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

GOOD, WARN, BAD = Level.GOOD, Level.WARN, Level.BAD


@pytest.fixture
def public(settings) -> None:
    settings.SITE_URL = "https://ill.example.org"
    settings.DEFAULT_FROM_EMAIL = "desk@ill.example.org"


@pytest.fixture
def relay(settings) -> None:
    settings.MAIL_TRANSPORT = "outbox.transports.SMTPTransport"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.example.org", 587
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"


def levels(findings: list[Finding]) -> list[Level]:
    return [finding.level for finding in findings]


def only(findings) -> Finding:
    (finding,) = findings
    assert finding.level is GOOD or finding.do
    return finding


def waiting(**fields) -> None:
    Mail(address=address_of("reader@example.net"), sender="a@b.example", **fields).save()


class TestState:
    def test_a_new_site(self):
        assert only(checks.state()).level is GOOD

    def test_held_mail_is_told_with_the_way_out(self):
        waiting()
        outlet.hold("The site was copied.")
        found = only(checks.state())
        assert found.level is BAD
        assert "1 waiting: The site was copied." in found.said
        assert "release_mail" in found.do

    def test_a_pause_is_told_in_the_servers_words(self):
        outlet.note_away("454 Try again later")
        assert "454 Try again later" in only(checks.state()).said
        Outlet.objects.update(paused_until=timezone.now())
        assert only(checks.state()).level is GOOD

    def test_mail_that_nobody_sends(self):
        waiting(due_at=timezone.now() - timedelta(minutes=11))
        assert "worker" in only(checks.state()).do

    def test_mail_of_a_paused_batch_is_not_late(self):
        Batch.objects.create(name="news", paused_at=timezone.now(), reason="5 of 9 mails failed.")
        waiting(due_at=timezone.now() - timedelta(minutes=11), batch="news")
        found = list(checks.state())
        assert levels(found) == [GOOD, WARN]
        assert "5 of 9" in found[1].said


class TestServer:
    def test_files_are_right_on_this_machine_alone(self, settings):
        assert only(checks.server()).level is GOOD
        settings.SITE_URL = "https://ill.example.org"
        assert only(checks.server()).level is BAD

    def test_a_relay(self, relay):
        assert only(checks.server()).level is GOOD

    def test_in_the_clear(self, relay, settings):
        settings.EMAIL_USE_TLS = False
        found = only(checks.server())
        assert found.level is BAD
        assert "smtp+tls://" in found.do
        settings.EMAIL_HOST = "127.0.0.1"
        assert only(checks.server()).level is GOOD

    def test_without_signing_in(self, relay, settings):
        settings.EMAIL_HOST_USER = ""
        assert only(checks.server()).level is WARN


class TestServerAnswers:
    def test_it_lets_us_in(self, mail_server):
        assert only(checks.server_answers()).level is GOOD
        assert not mail_server.received

    def test_files_need_nobody(self):
        assert not list(checks.server_answers())

    def test_nothing_listens(self, relay, settings):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        found = only(checks.server_answers())
        assert found.level is BAD
        assert "refused" in found.said

    def test_it_knows_no_encryption(self, mail_server, settings):
        settings.EMAIL_USE_TLS = True
        assert "STARTTLS" in only(checks.server_answers()).said

    def test_it_has_no_sign_in(self, mail_server, settings):
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "desk"
        assert only(checks.server_answers()).level is BAD

    def test_it_hangs(self, relay, settings):
        settings.EMAIL_TIMEOUT = 0.3
        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
            assert "timed out" in only(checks.server_answers()).said.lower()

    def test_never_inside_a_transaction(self, mail_server):
        with transaction.atomic(), pytest.raises(RuntimeError):
            list(checks.server_answers())


class TestSender:
    def test_a_site_on_this_machine_needs_none(self):
        assert not list(checks.sender())

    def test_a_letterhead_that_is_whole(self, public):
        Letterhead(reply_to="team@example.org", postal_address="1 Main Street").save()
        assert only(checks.sender()).level is GOOD

    def test_what_is_missing(self, public):
        assert levels(checks.sender()) == [GOOD, WARN, WARN]

    def test_a_sender_that_nobody_can_answer(self, public, settings):
        settings.DEFAULT_FROM_EMAIL = "site@localhost"
        found = list(checks.sender())
        assert found[0].level is BAD
        assert "DEFAULT_FROM_EMAIL" in found[0].do


class TestBounces:
    def test_nobody_reads_them(self, public):
        assert only(checks.bounces()).level is WARN

    def test_by_webhook(self, public, settings):
        settings.ANYMAIL = {"WEBHOOK_SECRET": "hook:secret"}
        assert only(checks.bounces()).level is GOOD
        settings.ANYMAIL = {"WEBHOOK_SECRET": "secret"}
        found = only(checks.bounces())
        assert found.level is BAD
        assert "secret" not in found.said.replace("WEBHOOK_SECRET", "")

    def test_by_mailbox(self, public, settings):
        settings.BOUNCE_MAILBOX = "imaps://desk:pass-word@imap.example.org/Bounces"
        found = only(checks.bounces())
        assert found.level is GOOD
        assert "Bounces at imap.example.org" in found.said
        settings.BOUNCE_MAILBOX = "imap://desk:pass-word@imap.example.org/Bounces"
        found = only(checks.bounces())
        assert found.level is BAD
        assert "pass-word" not in found.said + found.do

    def test_the_mailbox_is_asked(self, settings):
        assert not list(checks.bounces_are_read())
        with imap_server.serving(imap_server.Mailbox()) as mailbox:
            settings.BOUNCE_MAILBOX = mailbox.url
            assert only(checks.bounces_are_read()).level is GOOD
            settings.BOUNCE_MAILBOX = mailbox.url.replace("word", "wort")
            found = only(checks.bounces_are_read())
        assert found.level is BAD
        assert "Wrong name or password" in found.said


class TestDomain:
    @pytest.fixture
    def zone(self, public, relay, settings) -> Iterator[Zone]:
        """That of a domain where all is right."""
        settings.BOUNCE_ADDRESS = "bounces@mail.example.org"
        settings.DKIM_SELECTOR = "s1"
        Letterhead(reply_to="team@example.org").save()
        with serving(Zone()) as zone:
            settings.DNS_NAMESERVERS = [f"127.0.0.1:{zone.port}"]
            zone.add("mail.example.org", "TXT", '"v=spf1 include:spf.example.net -all"', '"other"')
            zone.add("s1._domainkey.ill.example.org", "TXT", '"v=DKIM1; k=rsa; p=MIGf" "MA0G"')
            zone.add("_dmarc.example.org", "TXT", '"v=DMARC1; p=quarantine"')
            for host in ("ill.example.org", "mail.example.org", "example.org"):
                zone.add(host, "MX", "10 mx.example.org.")
            yield zone

    def found(self) -> list[str]:
        """Return what is not good."""
        found = list(checks.our_domain())
        assert len(found) == 6
        assert all(finding.do for finding in found if finding.level is not GOOD)
        return [f"{one.level.value}: {one.said}" for one in found if one.level is not GOOD]

    def test_all_is_right(self, zone):
        assert not self.found()

    @pytest.mark.parametrize(
        ("records", "told"),
        [
            ([], "bad: mail.example.org has no SPF record"),
            (['"v=spf1 -all"', '"v=spf1 a -all"'], "bad: mail.example.org has 2 SPF records"),
            (['"v=spf1 a +all"'], "bad: SPF of mail.example.org lets everybody"),
            (['"v=spf1 a all"'], "bad: SPF of mail.example.org lets everybody"),
            (['"v=spf1 a ?all"'], "warn: SPF of mail.example.org says nothing of other"),
            (['"v=spf10 a -all"'], "bad: mail.example.org has no SPF record"),
        ],
    )
    def test_spf(self, zone, records, told):
        zone.add("mail.example.org", "TXT", *records)
        (found,) = self.found()
        assert found.startswith(told)

    @pytest.mark.parametrize(
        ("records", "told"),
        [
            ([], "bad: There is no DKIM key"),
            (['"v=DKIM1; p="'], "bad: The DKIM key at s1._domainkey.ill.example.org is revoked"),
            (['"v=DKIM2; p=MIGf"'], "bad: There is no DKIM key"),
        ],
    )
    def test_dkim(self, zone, records, told):
        zone.add("s1._domainkey.ill.example.org", "TXT", *records)
        (found,) = self.found()
        assert found.startswith(told)

    def test_an_unknown_selector(self, zone, settings):
        settings.DKIM_SELECTOR = ""
        assert "DKIM) is not known" in self.found()[0]

    @pytest.mark.parametrize(
        ("records", "told"),
        [
            ([], "warn: ill.example.org has no DMARC record"),
            (['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'], "bad: _dmarc.example.org has 2"),
            (['"v=DMARC1; rua=mailto:a@b.example"'], "bad: DMARC of example.org has no policy"),
            (['"something else"'], "warn: ill.example.org has no DMARC record"),
        ],
    )
    def test_dmarc(self, zone, records, told):
        zone.add("_dmarc.example.org", "TXT", *records)
        (found,) = self.found()
        assert found.startswith(told)

    def test_mail_servers(self, zone):
        zone.add("example.org", "MX", "0 .")
        zone.add("ill.example.org", "MX")
        zone.add("mail.example.org", "MX")
        zone.add("mail.example.org", "A", "192.0.2.1")
        assert [found[:27] for found in self.found()] == [
            "bad: example.org takes no m",
            "bad: ill.example.org has no",
            "warn: mail.example.org name",
        ]

    def test_name_servers_that_are_silent_are_a_warning(self, zone, monkeypatch):
        monkeypatch.setattr(domain, "SECONDS", 0.2)
        zone.answers = False
        found = self.found()
        assert len(found) == 6
        assert all(one.startswith("warn: ") and "looked up" in one for one in found)

    def test_a_name_that_cannot_be(self, zone, settings):
        settings.DKIM_SELECTOR = "s" * 64
        assert "could not be looked up" in self.found()[0]

    def test_a_site_on_this_machine_asks_nobody(self, settings):
        settings.DNS_NAMESERVERS = ["127.0.0.1:1"]
        assert not list(checks.our_domain())

    def test_never_inside_a_transaction(self, zone):
        with transaction.atomic(), pytest.raises(RuntimeError):
            list(checks.our_domain())


class TestTestMail:
    def test_leaves_at_once_though_mail_is_held(self, mail_server, public):
        outlet.hold("The site was copied.")
        answer = checks.send_test("operator@example.net")
        assert answer.startswith("250")
        (received,) = mail_server.received
        assert received.recipient == "operator@example.net"
        assert received.sender == "desk@ill.example.org"
        mail = message_from_bytes(received.content, policy=policy.default)
        assert mail["To"] == "operator@example.net"
        assert mail["Subject"].startswith("Test mail from ")
        for kind in ("plain", "html"):
            text = mail.get_body([kind]).get_content()
            assert "reaches you" in text
            assert "desk@ill.example.org" in text
        assert not Mail.objects.exists()

    def test_a_refusal_is_told(self, mail_server):
        with pytest.raises(AddressRefused, match="No such user"):
            checks.send_test("gone.1@example.net")

    def test_nobody_listens(self, relay, settings):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        with pytest.raises(ServerAway):
            checks.send_test("operator@example.net")

    def test_goes_to_an_address(self, mail_server):
        with pytest.raises(ValidationError):
            checks.send_test("operator@example.net\nBcc: all@example.net")
        assert not mail_server.received
