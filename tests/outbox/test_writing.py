"""What is written down when a mail is posted, and what stands in its bytes."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, send_mail
from django.db import transaction
from django.template import engines
from wagtail.models import Site

from outbox import messages as messages_module
from outbox.headers import ListHeaders
from outbox.messages import Attachment, Message, post, render
from outbox.models import Address, Letterhead, Mail, MailState, Priority

pytestmark = pytest.mark.django_db

SEAT = Message(name="mail_trouble", label="A seat", example=dict)
WHO = "ines.achterberg@example.org"
CONTEXT = {"problem": "Nothing goes.", "mail_url": "http://localhost:8000/admin/mail/"}
BLOG = ListHeaders("blog", "Bücher; the team’s blog", "https://ill.example.org/stop/" + "t" * 200)
BREAKS = ["\n", "\r\n", "\r", "\u2028", "\u0085", "\0", "\x0b"]


@pytest.fixture(autouse=True)
def _outbox_backend(settings):
    # The test runner puts Django's own in its place.
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"
    settings.DEFAULT_FROM_EMAIL = "desk@ill.example.org"


def parsed(mail: Mail) -> email.message.EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)


@pytest.fixture
def subject(monkeypatch):
    """A function that gives the message another subject."""

    def give(source: str) -> None:
        kept = messages_module._template
        template = engines["django"].from_string(source)
        monkeypatch.setattr(
            messages_module,
            "_template",
            lambda name: template if name.endswith("subject.txt") else kept(name),
        )

    return give


class TestTransaction:
    def test_a_deed_rolled_back_leaves_no_mail(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            post(SEAT, WHO, CONTEXT)
            EmailMessage("Code", "1234", to=[WHO]).send()
            raise RuntimeError
        assert not Mail.objects.exists()
        assert not Address.objects.exists()

    def test_a_deed_done_leaves_one(self):
        with transaction.atomic():
            post(SEAT, WHO, CONTEXT)
        mail = Mail.objects.get()
        assert (mail.state, mail.kind, mail.address.email) == ("waiting", "mail_trouble", WHO)

    def test_a_mail_that_cannot_be_written_leaves_none(self):
        for odd in ["", "no address", "a@b@c", "two@example.org, three@example.org"]:
            with pytest.raises(ValidationError):
                post(SEAT, odd, CONTEXT)
        assert not Mail.objects.exists()


class TestOnce:
    def test_an_address_is_told_once_whatever_tells_it(self):
        first = post(SEAT, WHO, CONTEXT, once="recording:k3v9")
        assert post(SEAT, WHO.upper(), CONTEXT, once="recording:k3v9") is None
        other = post(SEAT, WHO, CONTEXT, once="recording:k3v8")
        assert post(SEAT, "theo@example.org", CONTEXT, once="recording:k3v9")
        assert set(Mail.objects.filter(address=first.address)) == {first, other}

    def test_what_is_not_said_to_be_once_is_not(self):
        assert post(SEAT, WHO, CONTEXT).pk != post(SEAT, WHO, CONTEXT).pk

    def test_one_address_in_two_cases_is_one(self):
        post(SEAT, WHO, CONTEXT)
        post(SEAT, f" {WHO.upper()} ", CONTEXT)
        assert Address.objects.get().email == WHO


class TestHeaders:
    def test_every_mail_has_what_machines_ask_for(self):
        before = datetime.now(UTC) - timedelta(seconds=1)
        Letterhead.objects.update_or_create(defaults={"reply_to": "team@ill.example.org"})
        head = parsed(post(SEAT, WHO, CONTEXT))
        assert before < parsedate_to_datetime(head["Date"]) < datetime.now(UTC)
        assert head["Message-ID"].endswith("@ill.example.org>")
        assert head["Auto-Submitted"] == "auto-generated"
        assert head["To"] == WHO
        assert head["From"].addresses[0].addr_spec == "desk@ill.example.org"
        assert head["Reply-To"] == "team@ill.example.org"
        assert head["MIME-Version"] == "1.0"
        assert not [name for name in head if name.startswith(("List-", "Bcc"))]

    def test_answers_go_to_whom_a_mail_says(self):
        Letterhead.objects.update_or_create(defaults={"reply_to": "team@ill.example.org"})
        head = parsed(post(SEAT, WHO, CONTEXT, reply_to="ann@example.org"))
        assert head["Reply-To"] == "ann@example.org"
        for wrong in ("ann", "ann@example.org\r\nBcc: x@example.org", "a@b.example, c@d.example"):
            with pytest.raises(ValidationError):
                post(SEAT, WHO, CONTEXT, reply_to=wrong)
        assert Mail.objects.count() == 1

    def test_a_mail_one_follows_says_where_to_stop_it(self):
        mail = post(SEAT, WHO, CONTEXT, mailing_list=BLOG)
        head = parsed(mail)
        assert head["List-Id"] == "Bücher; the team’s blog <blog.ill.example.org>"
        assert head["List-Unsubscribe"] == f"<{BLOG.stop_url}>"
        assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for part in ("plain", "html"):
            assert BLOG.stop_url in head.get_body((part,)).get_content()
        # Encoded with the name beside it, no reader of mail would know the list.
        assert b"<blog.ill.example.org>" in mail.content

    def test_every_mail_has_its_own_id(self):
        one, other = post(SEAT, WHO, CONTEXT), post(SEAT, WHO, CONTEXT)
        assert one.message_id != other.message_id
        assert parsed(one)["Message-ID"] == one.message_id

    def test_bytes_are_such_as_every_server_takes(self):
        mail = post(SEAT, WHO, {**CONTEXT, "problem": "Grüße 🎉 " + "lang " * 900})
        assert mail.content.isascii()
        lines = mail.content.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not [line for line in lines if b"\n" in line or b"\r" in line]
        assert "Grüße 🎉" in parsed(mail).get_body(("plain",)).get_content()

    def test_text_and_html_are_alternatives_the_html_last(self):
        message = parsed(post(SEAT, WHO, CONTEXT))
        assert message.get_content_type() == "multipart/alternative"
        parts = [part.get_content_type() for part in message.iter_parts()]
        assert parts == ["text/plain", "text/html"]

    def test_an_attachment_comes_as_what_it_is(self):
        entry = Attachment("seat.ics", b"BEGIN:VCALENDAR", "text/calendar; method=REQUEST")
        message = parsed(post(SEAT, WHO, CONTEXT, attachments=(entry,)))
        (part,) = message.iter_attachments()
        assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "seat.ics")
        assert part.get_param("method") == "REQUEST"

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_a_line_break_makes_no_header(self, subject, settings, line_break):
        hostile = f"Maps{line_break}Bcc: all@example.org{line_break}{line_break}Body"
        subject("{{ problem }}")
        following = ListHeaders("blog", hostile, "https://ill.example.org/stop/")
        settings.DEFAULT_FROM_EMAIL = "desk@ill.example.org"
        settings.WAGTAIL_SITE_NAME = hostile
        Site.objects.update(site_name=hostile.replace("\0", "\n"))
        mail = post(SEAT, WHO, {**CONTEXT, "problem": hostile}, mailing_list=following)
        for read in (email.message_from_bytes(mail.content), parsed(mail)):
            assert "Bcc" not in read
            assert read.get_all("Subject") and len(read.get_all("Subject")) == 1
        assert "\n" not in mail.subject
        assert parsed(mail)["Subject"].startswith("Maps")

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_nor_does_one_in_an_address(self, line_break):
        with pytest.raises(ValidationError):
            post(SEAT, f"ines@example.org{line_break}Bcc: all@example.org", CONTEXT)


class TestRendering:
    def test_plain_text_escapes_nothing_and_html_does(self):
        rendered = render(SEAT, {**CONTEXT, "problem": "<b>Fish & chips</b>"})
        assert "<b>Fish & chips</b>" in rendered.text
        assert "&lt;b&gt;Fish &amp; chips&lt;/b&gt;" in rendered.html

    def test_text_has_no_runs_of_blank_lines(self):
        text = render(SEAT, CONTEXT).text
        assert "\n\n\n" not in text
        assert text == text.strip() + "\n"


class TestBackend:
    def test_mail_of_others_is_written_down_for_each_of_its_readers(self):
        sent = EmailMessage(
            "Notes", "Read.", to=["Ines <ines@example.org>"], cc=["theo@example.org"],
            bcc=["quiet@example.org", "INES@example.org"],
        ).send()  # fmt: skip
        assert sent == 1
        mails = list(Mail.objects.order_by("pk"))
        assert [mail.address.email for mail in mails] == [
            "ines@example.org", "theo@example.org", "quiet@example.org",
        ]  # fmt: skip
        assert len({mail.message_id for mail in mails}) == 1
        assert {bytes(mail.content) for mail in mails} == {mails[0].content}
        assert "quiet" not in mails[0].content.decode()
        assert parsed(mails[0])["Auto-Submitted"] == "auto-generated"

    def test_it_goes_before_all_and_is_nobody_elses_to_read(self):
        send_mail("Your code", "1234", None, [WHO])
        mail = Mail.objects.get()
        assert (mail.priority, mail.is_secret, mail.state) == (
            Priority.AT_ONCE, True, MailState.WAITING,
        )  # fmt: skip

    def test_headers_it_brings_along_stay(self):
        EmailMessage("Notes", "Read.", to=[WHO], headers={"Message-Id": "<a@b.org>"}).send()
        mail = Mail.objects.get()
        assert mail.message_id == "<a@b.org>"
        assert email.message_from_bytes(mail.content).get_all("Message-ID") == ["<a@b.org>"]

    def test_what_cannot_be_written_is_told_unless_silence_is_asked_for(self):
        odd = "Notes\nBcc: all@example.org"
        with pytest.raises(ValueError):
            send_mail(odd, "Read.", None, [WHO])
        assert send_mail(odd, "Read.", None, [WHO], fail_silently=True) == 0
        assert not Mail.objects.exists()
