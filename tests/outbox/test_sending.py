"""What becomes of a mail, by what the server says to it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from core.outside import forbid_in_transaction
from outbox import batches, outlet, purging, sending, status
from outbox.addresses import address_of, prove, reopen, stop
from outbox.messages import Message, post
from outbox.models import Address, Batch, Mail, MailState, Outlet, Priority, StopReason
from outbox.transports import FolderTransport

pytestmark = pytest.mark.django_db

CONTEXT = {"problem": "Nothing goes.", "mail_url": "http://localhost:8000/admin/mail/"}
WANTED = {"seat:1"}
SEAT = Message(name="mail_trouble", label="A seat", example=dict)
WISHED = Message("seat", "A seat", dict, still_wanted=lambda about: about in WANTED)


def write(to: str = "ines@example.org", message: Message = SEAT, **terms) -> Mail:
    return post(message, to, CONTEXT, **terms)


def send() -> None:
    while sending.send_due():
        pass


def now_again(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now())


class TestTaken:
    def test_it_is_received_as_written_and_marked(self, mail_server):
        mail = write()
        send()
        (received,) = mail_server.received
        assert received.content.rstrip() == mail.content.rstrip()
        assert (received.sender, received.recipient) == (mail.sender, "ines@example.org")
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.lease) == (MailState.SENT, 1, "")
        assert mail.ended_at
        send()
        assert len(mail_server.received) == 1

    def test_what_comes_back_goes_where_that_is_read(self, mail_server, settings):
        settings.BOUNCE_ADDRESS = "bounces@ill.example.org"
        write()
        send()
        assert mail_server.received[0].sender == "bounces@ill.example.org"

    def test_an_address_beyond_ascii_is_written_as_servers_read_it(self, mail_server):
        write("ines@bücherei.example")
        send()
        assert mail_server.received[0].recipient == "ines@xn--bcherei-n2a.example"

    def test_a_secret_is_not_kept_once_it_has_gone(self, mail_server):
        mail = write(message=Message("mail_trouble", "Code", dict, is_secret=True))
        assert mail.content
        send()
        mail.refresh_from_db()
        assert (mail.state, mail.content) == (MailState.SENT, b"")

    def test_what_is_due_first_goes_first_and_codes_before_all(self, mail_server):
        now = timezone.now()
        write("bulk@example.org", Message("mail_trouble", "All", dict, Priority.IN_BULK))
        write("later@example.org", due_at=now - timedelta(minutes=1))
        write("first@example.org", due_at=now - timedelta(minutes=2))
        write("code@example.org", Message("mail_trouble", "Code", dict, Priority.AT_ONCE))
        write("tomorrow@example.org", due_at=now + timedelta(days=1))
        send()
        assert [mail.recipient.partition("@")[0] for mail in mail_server.received] == [
            "code", "first", "later", "bulk",
        ]  # fmt: skip


class TestNotWanted:
    def test_what_is_not_wanted_any_more_is_not_sent(self, mail_server, offer, states):
        offer(WISHED)
        write("ines@example.org", about="seat:1")
        write("theo@example.org", about="seat:2")
        Mail.objects.update(kind=WISHED.name)
        send()
        assert states() == {"ines@example.org": "sent", "theo@example.org": "dropped"}
        assert set(mail_server.times_received()) == {"ines@example.org"}

    def test_what_is_past_its_time_is_not_sent(self, mail_server, states):
        write(expires_at=timezone.now() - timedelta(seconds=1))
        write("theo@example.org", expires_at=timezone.now() + timedelta(hours=1))
        send()
        assert states() == {"ines@example.org": "dropped", "theo@example.org": "sent"}

    def test_nothing_goes_to_a_stopped_address_until_it_is_open_again(self, mail_server, states):
        stop(address_of("ines@example.org"), StopReason.STAFF)
        write()
        send()
        assert states() == {"ines@example.org": "dropped"}
        reopen(address_of("ines@example.org"))
        write()
        send()
        assert states() == {"ines@example.org": "sent"}
        assert mail_server.times_received() == {"ines@example.org": 1}


class TestPutOff:
    def test_a_4xx_is_tried_again_and_again_less_often(self, mail_server):
        mail = write()
        mail_server.answers["RCPT"] = "451 4.7.1 Greylisted"
        waits = []
        for _attempt in range(8):
            now_again(mail)
            send()
            mail.refresh_from_db()
            minutes = (mail.due_at - timezone.now()).total_seconds() / 60
            waits.append(round(minutes))
        assert mail.state == MailState.WAITING
        assert mail.reason == "451 4.7.1 Greylisted"
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (1, 240)
        mail_server.answers.clear()
        now_again(mail)
        send()
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.reason) == (MailState.SENT, 9, "")

    def test_after_three_days_it_is_given_up(self, mail_server):
        mail = write()
        mail_server.answers["RCPT"] = "451 4.7.1 Greylisted"
        long_ago = timezone.now() - timedelta(days=3, minutes=1)
        Mail.objects.update(created_at=long_ago, attempts=len(sending.RETRY_AFTER))
        send()
        mail.refresh_from_db()
        assert (mail.state, mail.reason) == (MailState.FAILED, "451 4.7.1 Greylisted")
        assert (mail.address.bounces, mail.address.is_stopped) == (1, False)

    @pytest.mark.parametrize(("way", "received"), [("cut", 2), ("lost", 1)])
    def test_a_connection_lost_amid_the_mail_is_tried_again(self, mail_server, way, received):
        mail = write(f"{way}.1@example.org")
        write("other@example.org")
        send()
        mail.refresh_from_db()
        assert mail.state == MailState.WAITING
        assert mail_server.times_received()["other@example.org"] == 1
        now_again(mail)
        send()
        mail.refresh_from_db()
        assert mail.state == MailState.SENT
        assert mail_server.times_received()[f"{way}.1@example.org"] == received

    def test_a_mail_that_breaks_what_is_asked_of_it_holds_up_no_other(
        self, mail_server, offer, states
    ):
        def asked(about: str) -> bool:
            raise LookupError(about)

        offer(Message("broken", "Broken", dict, still_wanted=asked))
        broken = write()
        Mail.objects.filter(pk=broken.pk).update(kind="broken")
        write("theo@example.org")
        send()
        assert states() == {"ines@example.org": "waiting", "theo@example.org": "sent"}


class TestRefused:
    @pytest.mark.parametrize("command", ["RCPT", "DATA"])
    def test_a_5xx_stops_the_address(self, mail_server, command):
        mail = write()
        mail_server.answers[command] = "550 5.1.1 No such user here"
        send()
        mail.refresh_from_db()
        assert (mail.state, mail.reason) == (MailState.FAILED, "550 5.1.1 No such user here")
        assert (mail.address.stop_reason, mail.address.answer) == (
            StopReason.REFUSED, "550 5.1.1 No such user here",
        )  # fmt: skip

    def test_one_about_the_mail_stops_no_address(self, mail_server):
        mail = write()
        mail_server.answers["DATA"] = "554 5.7.1 This looks like spam"
        send()
        mail.refresh_from_db()
        assert mail.state == MailState.FAILED
        assert not mail.address.is_stopped

    def test_its_owner_opens_it_again(self, mail_server):
        stop(address_of("ines@example.org"), StopReason.REFUSED)
        assert not prove("ines@example.org").is_stopped
        stop(address_of("ines@example.org"), StopReason.COMPLAINED)
        assert prove("ines@example.org").is_stopped

    def test_the_next_goes_by_the_same_connection(self, mail_server, states):
        write("gone.1@example.org")
        write("theo@example.org")
        send()
        assert states()["theo@example.org"] == "sent"

    def test_one_refusal_after_the_other_is_the_servers_trouble(self, mail_server, admin_user):
        for number in range(outlet.MOST_REFUSALS + 5):
            write(f"gone.{number}@example.org")
        send()
        failed = Mail.objects.filter(state=MailState.FAILED).count()
        assert outlet.MOST_REFUSALS <= failed < outlet.MOST_REFUSALS + 5
        assert Outlet.objects.get().paused_until > timezone.now()
        (told,) = Mail.objects.filter(kind="mail_trouble", address__email=admin_user.email)
        assert "5.1.1 No such user" in told.content.decode()


class TestServerAway:
    def test_all_waits_and_nothing_counts_as_tried(self, settings, states):
        settings.MAIL_TRANSPORT = "outbox.transports.SMTPTransport"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        write()
        write("theo@example.org")
        send()
        assert set(states().values()) == {"waiting"}
        assert not Mail.objects.exclude(attempts=0, lease="").exists()
        kept = Outlet.objects.get()
        assert "refused" in kept.problem.lower()
        assert not status.mail().well

    def test_the_pause_grows_and_ends_with_the_first_mail_taken(self, mail_server, states):
        write()
        mail_server.answers["MAIL"] = "421 4.3.2 Shutting down"
        pauses = []
        for _attempt in range(9):
            Outlet.objects.update(paused_until=None)
            send()
            pause = Outlet.objects.get().paused_until - timezone.now()
            pauses.append(round(pause.total_seconds()))
        assert pauses == [10, 20, 40, 80, 160, 320, 640, 900, 900]
        send()
        assert states() == {"ines@example.org": "waiting"}
        mail_server.answers.clear()
        Outlet.objects.update(paused_until=None)
        send()
        assert states() == {"ines@example.org": "sent"}
        kept = Outlet.objects.get()
        assert (kept.failures, kept.problem, kept.troubled_since) == (0, "", None)

    def test_a_mail_it_cannot_bear_lets_others_go_first(self, mail_server, states):
        write("hangup.1@example.org")
        write("theo@example.org")
        for _attempt in range(2):
            send()
            Outlet.objects.update(paused_until=None)
        assert states() == {"hangup.1@example.org": "waiting", "theo@example.org": "sent"}

    def test_a_sender_not_allowed_is_no_fault_of_the_mail(self, mail_server, states):
        write()
        mail_server.answers["MAIL"] = "550 5.7.1 Not your domain"
        send()
        assert states() == {"ines@example.org": "waiting"}
        assert Outlet.objects.get().problem == "550 5.7.1 Not your domain"
        assert not Address.objects.stopped().exists()

    def test_staff_are_told_once_when_it_lasts(self, mail_server, admin_user):
        write("theo@example.org")
        mail_server.answers["MAIL"] = "421 4.3.2 Shutting down"
        send()
        assert not Mail.objects.filter(address__email=admin_user.email).exists()
        for _attempt in range(3):
            Outlet.objects.update(
                paused_until=None, troubled_since=timezone.now() - timedelta(hours=1)
            )
            send()
        assert Mail.objects.filter(address__email=admin_user.email).count() == 1

    def test_a_server_that_hangs_up_between_two_mails_is_called_again(
        self, mail_server, states, monkeypatch
    ):
        from outbox.transports import SMTPTransport

        kept = SMTPTransport._hand_over

        def hang_up_after(transport, content):
            kept(transport, content)
            transport._backend.connection.sock.close()

        monkeypatch.setattr(SMTPTransport, "_hand_over", hang_up_after)
        write()
        write("theo@example.org")
        send()
        assert set(states().values()) == {"sent"}
        assert set(mail_server.times_received().values()) == {1}

    def test_the_database_away_after_a_mail_was_taken_does_not_send_it_twice(
        self, mail_server, monkeypatch, states
    ):
        write()
        away = [2]
        monkeypatch.setattr(sending.time, "sleep", lambda seconds: None)
        monkeypatch.setattr(sending.connection, "close", lambda: None)
        rows = Mail.objects.filter

        def failing(*arguments, **keywords):
            if set(keywords) == {"pk", "state"} and away[0]:
                away[0] -= 1
                raise OperationalError("server closed the connection")
            return rows(*arguments, **keywords)

        monkeypatch.setattr(sending.Mail.objects, "filter", failing)
        send()
        monkeypatch.undo()
        assert away == [0]
        assert states() == {"ines@example.org": "sent"}
        assert mail_server.times_received() == {"ines@example.org": 1}


class TestClaims:
    def test_what_another_is_sending_is_left_alone_until_its_lease_ends(self, mail_server):
        mail = write()
        Mail.objects.update(lease="another", leased_until=timezone.now() + timedelta(minutes=1))
        send()
        assert not mail_server.received
        Mail.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        send()
        mail.refresh_from_db()
        assert mail.state == MailState.SENT

    def test_who_lost_a_lease_sends_nothing(self, mail_server, monkeypatch):
        write()
        (claimed,) = sending._claim()
        Mail.objects.update(lease="another")
        transport = sending.open_transport()
        assert sending._send_all(transport, [claimed])
        transport.close()
        assert not mail_server.received

    def test_a_turn_ends_though_there_is_more(self, mail_server, monkeypatch):
        monkeypatch.setattr(sending, "TURN", 0)
        write()
        assert sending.send_due() is True
        assert not mail_server.received
        assert Mail.objects.get().lease == ""

    def test_nothing_is_asked_of_a_server_inside_a_transaction(self, mail_server):
        with transaction.atomic(), pytest.raises(RuntimeError):
            forbid_in_transaction()
        write()
        with transaction.atomic():
            send()
        mail = Mail.objects.get()
        assert (mail.state, mail.attempts) == (MailState.WAITING, 1)
        assert not mail_server.received


class TestHeld:
    def test_a_site_that_finds_itself_elsewhere_sends_nothing(self, mail_server, states):
        write()
        Outlet.objects.create(pk=1, place="another")
        send()
        assert not mail_server.received
        assert Outlet.objects.get().held_at
        assert status.mail().state == "held until released, 1 waiting"
        send()
        assert outlet.release(drop_waiting=False) == 1
        send()
        assert states() == {"ines@example.org": "sent"}

    def test_what_waited_can_be_given_up(self, mail_server, states):
        write()
        outlet.hold("A back-up was restored.")
        assert outlet.release(drop_waiting=True) == 1
        write("theo@example.org")
        send()
        assert states() == {"ines@example.org": "dropped", "theo@example.org": "sent"}

    def test_another_address_of_the_site_is_another_place(self, mail_server, settings):
        write()
        send()
        assert len(mail_server.received) == 1
        settings.SITE_URL = "https://staging.example.org"
        write()
        send()
        assert len(mail_server.received) == 1
        assert Outlet.objects.get().held_at

    def test_what_leaves_no_machine_needs_no_release(self, settings, tmp_path, states):
        settings.MAIL_FOLDER = tmp_path
        settings.MAIL_TRANSPORT = "outbox.transports.FolderTransport"
        Outlet.objects.create(pk=1, place="another")
        write()
        send()
        assert states() == {"ines@example.org": "sent"}
        (file,) = tmp_path.iterdir()
        assert file.read_bytes().startswith(
            b"Return-Path: <site@localhost>\r\nDelivered-To: ines@example.org\r\n"
        )
        assert FolderTransport.stays_here


class TestBatches:
    def test_a_batch_of_which_a_third_fails_waits_for_a_person(self, mail_server, admin_user):
        for number in range(20):
            way = "gone" if number % 2 else "reader"
            write(f"{way}.{number}@example.org", batch="announcement 1")
        write("theo@example.org", due_at=timezone.now())
        send()
        paused = Batch.objects.get()
        assert paused.paused_at
        Mail.objects.waiting().update(due_at=timezone.now() - timedelta(hours=1))
        assert status.mail().well
        waiting = Mail.objects.in_batch("announcement 1").waiting().count()
        assert waiting
        assert mail_server.times_received()["theo@example.org"] == 1
        assert mail_server.times_received()[admin_user.email] == 1
        batches.resume(paused)
        send()
        assert Mail.objects.in_batch("announcement 1").waiting().count() < waiting

    def test_a_few_that_fail_pause_nothing(self, mail_server):
        for number in range(20):
            way = "gone" if number < 3 else "reader"
            write(f"{way}.{number}@example.org", batch="announcement 1")
        send()
        assert not Batch.objects.exists()
        assert len(mail_server.received) == 17


class TestPurging:
    def test_old_mail_goes_what_waits_stays(self, mail_server):
        now = timezone.now()
        kept = []
        for state, days, stays in [
            (MailState.SENT, 29, True),
            (MailState.SENT, 31, False),
            (MailState.DROPPED, 31, False),
            (MailState.FAILED, 31, True),
            (MailState.FAILED, 91, False),
        ]:
            mail = write()
            Mail.objects.filter(pk=mail.pk).update(state=state, ended_at=now - timedelta(days=days))
            kept += [mail.pk] * stays
        waiting = write()
        Mail.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(days=400))
        assert purging.purge() is False
        assert set(Mail.objects.values_list("pk", flat=True)) == {*kept, waiting.pk}


def test_a_fault_of_the_database_is_not_taken_for_the_mails(mail_server, monkeypatch):
    write()

    def away(*arguments):
        raise DatabaseError("gone")

    monkeypatch.setattr(sending, "_why_not", away)
    with pytest.raises(DatabaseError):
        sending.send_due()
    assert Mail.objects.get().attempts == 0
