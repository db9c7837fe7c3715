"""Mail to the team's address, from a mailbox on this machine."""

import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import OperationalError

from blog.models import Kind, Source, State, Submission, SubmissionFile
from blog.submissions import mailed, submitting
from core.due import due_work
from outbox import imap
from tests.blog import sent
from tests.outbox.imap_server import Mailbox, serving

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with serving(Mailbox()) as mailbox:
        settings.SUBMISSIONS_MAILBOX = mailbox.url
        yield mailbox


def mail(text: str = "We pack ours in pairs.", html: str = "", **headers: str) -> EmailMessage:
    message = EmailMessage()
    head = {
        "From": "Ines Moreau <ines@example.org>",
        "To": "blog@ill.example.org",
        "Subject": "Re: Packing audiobooks",
        "Message-ID": "<1@example.org>",
        "Return-Path": "<ines@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in head.items():
        message[name] = value
    if text:
        message.set_content(text)
    if html:
        (message.add_alternative if text else message.set_content)(html, subtype="html")
    return message


def raw(head: bytes, body: bytes = b"Hello") -> bytes:
    return b"Message-ID: <2@example.org>\r\n" + head.strip() + b"\r\n\r\n" + body


def only() -> Submission:
    return Submission.objects.get()


class TestAMail:
    def test_becomes_the_same_as_a_form(self, mailbox):
        kept = mailbox.put(mail("Hello,\n\nwe pack ours in pairs.\n\n-- \nInes").as_bytes())
        assert not mailed.look_for_submissions()
        submission = only()
        assert (submission.source, submission.kind) == (Source.MAIL, Kind.COMMENT)
        assert (submission.name, submission.email) == ("Ines Moreau", "ines@example.org")
        assert submission.title == "Re: Packing audiobooks"
        assert submission.text == "Hello,\n\nwe pack ours in pairs.\n\n--\nInes"
        assert submission.rules == ["mailed", "first"]
        assert not submission.is_proven, "anybody may write any sender"
        assert kept.flags == {r"\Seen"}

    def test_is_taken_once_however_often_it_comes(self, mailbox):
        kept = mailbox.put(mail().as_bytes())
        mailed.look_for_submissions()
        kept.flags.clear()
        mailbox.put(b"Received: by another way\r\n" + mail().as_bytes())
        mailed.look_for_submissions()
        assert Submission.objects.count() == 1
        assert all(one.is_seen for one in mailbox.kept.values())

    def test_another_with_its_message_id_is_another(self, mailbox):
        mailbox.put(mail().as_bytes())
        mailbox.put(mail("Another.").as_bytes())
        mailed.look_for_submissions()
        assert Submission.objects.count() == 2

    def test_stays_one_for_ever(self, mailbox):
        kept = mailbox.put(mail().as_bytes())
        mailed.look_for_submissions()
        Submission.objects.update(created_at="2020-01-01T00:00Z")
        submitting.forget_digests()
        kept.flags.clear()
        mailed.look_for_submissions()
        assert Submission.objects.count() == 1

    def test_killed_in_the_middle_it_comes_again(self, mailbox, monkeypatch):
        def go_away(*_args):
            raise OperationalError("the database is away")

        kept = mailbox.put(mail().as_bytes())
        with monkeypatch.context() as patch:
            patch.setattr(mailed, "take_mail", go_away)
            with pytest.raises(OperationalError):
                mailed.look_for_submissions()
        assert not kept.flags
        mailbox.drops_at = "STORE"
        with pytest.raises(imap.MailboxAway):
            mailed.look_for_submissions()
        mailbox.drops_at = ""
        mailed.look_for_submissions()
        assert kept.is_seen
        assert only()

    def test_a_part_at_a_time(self, mailbox, monkeypatch):
        monkeypatch.setattr(mailed, "AT_ONCE", 2)
        for number in range(3):
            mailbox.put(mail(Message_ID=f"<{number}@x>", Subject=str(number)).as_bytes())
        assert [mailed.look_for_submissions() for _turn in range(2)] == [True, False]
        assert Submission.objects.count() == 3

    def test_that_the_mail_server_takes_for_spam_is_spam(self, mailbox):
        mailbox.put(mail(X_Spam_Flag="YES").as_bytes())
        mailed.look_for_submissions()
        assert (only().state, only().rules[-1]) == (State.SPAM, "mail_spam")


class TestWhatIsRead:
    def test_the_plain_part_goes_before_html(self, mailbox):
        mailbox.put(mail("Plain.", html="<p>Fancy.</p>").as_bytes())
        mailed.look_for_submissions()
        assert only().text == "Plain."

    def test_html_is_read_as_text(self, mailbox):
        html = (
            "<head><title>No</title><style>p{}</style></head><p>One &amp; <b>two</b></p>"
            "<script>alert(1)</script><div>Three<br>four <img src=http://x.example/a.png></div>"
        )
        mailbox.put(mail("", html=html).as_bytes())
        mailed.look_for_submissions()
        assert only().text == "One & two\n\nThree\n\nfour"

    def test_long_html_of_nothing_but_beginnings_takes_no_time(self, mailbox):
        for bomb in ("<br", "</p", "<style", "<a href='", "<title>"):
            mailbox.put(mail("", html=bomb * 50_000, Subject=bomb).as_bytes())
        began = time.monotonic()
        mailed.look_for_submissions()
        assert Submission.objects.count() == 5
        assert time.monotonic() - began < 10

    @pytest.mark.parametrize(
        ("head", "name", "email"),
        [
            (b"From: =?utf-8?q?J=C3=B6rg?= <j@example.org>", "Jörg", "j@example.org"),
            ("From: Jörg <j@example.org>".encode(), "Jörg", "j@example.org"),
            ("From: Jörg <j@example.org>".encode("latin-1"), "J\ufffdrg", "j@example.org"),
            (b"From: =?nonsense?q?J?= <j@example.org>", "=?nonsense?q?J?=", "j@example.org"),
            (b"From: =?utf-8?b?SGk=\r\n =?utf-8?b?!!!?= <j@example.org>", None, "j@example.org"),
            (b'From: "A\\\r\n Bcc: all@example.org" <j@example.org>', None, "j@example.org"),
            (b"From: =?utf-8?q?Ines=0D=0ABcc=3A_x?= <j@example.org>", "Ines Bcc: x", None),
            (b"From: =?utf-8?b?4oCuSW5lcw==?= <j@example.org>", "Ines", "j@example.org"),
            (b"From: j@example.org", "j", "j@example.org"),
            (b"From: nobody", "Somebody", ""),
            (b"From: <<>>>,,,", None, ""),
            (b"To: x@example.org", "Somebody", ""),
            (b"From: " + b"(" * 3000, "Somebody", ""),
            (b"From: " + b"A" * 9000 + b" <j@example.org>", None, None),
        ],
    )
    def test_any_sender(self, mailbox, head, name, email):
        kept = mailbox.put(raw(head))
        mailed.look_for_submissions()
        assert kept.flags == {r"\Seen"}
        submission = only()
        assert name is None or submission.name == name
        assert email is None or submission.email == email
        assert "\n" not in submission.name
        assert len(submission.name) <= 100

    @pytest.mark.parametrize(
        ("head", "body", "text"),
        [
            (b"Content-Type: text/plain; charset=nonsense", "Größe".encode(), "Größe"),
            (b"Content-Type: text/plain; charset=us-ascii", "Größe".encode("cp1252"), "Größe"),
            (b"Content-Type: text/plain; charset=utf-16", b"a", "a"),
            (b"Content-Transfer-Encoding: base64", b"!!!not", None),
            (b"Content-Type: multipart/mixed; boundary=x", b"no parts", None),
            (b"Content-Type: multipart/mixed", b"--x\r\n\r\nno boundary", None),
            (b"Content-Type: text/plain", b"A\0B\x07", "AB"),
            (b"Content-Type: nonsense", b"Hello", "Hello"),
            (b"Subject: =?utf-8?q?" + b"=FF" * 50 + b"?=", b"Hello", "Hello"),
        ],
    )
    def test_broken_mail_survives(self, mailbox, head, body, text):
        kept = mailbox.put(raw(b"From: j@example.org\r\n" + head, body))
        mailed.look_for_submissions()
        assert kept.flags == {r"\Seen"}
        assert text is None or only().text == text

    def test_a_subject_of_two_lines_is_one(self, mailbox):
        mailbox.put(raw(b"From: j@example.org\r\nSubject: One\r\n two\r\n\tthree"))
        mailed.look_for_submissions()
        assert only().title == "One two three"


class TestWhatIsAttached:
    def test_is_taken_by_the_rules_of_the_form(self, mailbox):
        message = mail()
        for name, content in [
            ("a.docx", sent.DOCX),
            ("photo.jpg", sent.picture()),
            ("run.exe", b"MZ"),
            ("page.pdf", b"<html>"),
        ]:
            message.add_attachment(
                content, maintype="application", subtype="octet-stream", filename=name
            )
        message.add_attachment(mail("A mail within."))
        mailbox.put(message.as_bytes())
        mailed.look_for_submissions()
        submission = only()
        assert list(submission.files.values_list("name", flat=True)) == ["a.docx", "photo.jpg"]
        assert submission.kind == Kind.ENTRY
        assert submission.text == "We pack ours in pairs."
        left_out = " ".join(submission.left_out)
        assert all(name in left_out for name in ("run.exe", "page.pdf", "mail.eml"))

    def test_of_too_many_the_first(self, mailbox):
        message = mail()
        for number in range(7):
            message.add_attachment("text", filename=f"{number}.txt")
        mailbox.put(message.as_bytes())
        mailed.look_for_submissions()
        assert SubmissionFile.objects.count() == 5
        assert len(only().left_out) == 2

    def test_names_are_cleaned(self, mailbox):
        message = mail()
        message.add_attachment("text", filename="../../Größe\u202e.txt")
        message.add_attachment("text", filename="..")
        mailbox.put(message.as_bytes())
        mailed.look_for_submissions()
        assert SubmissionFile.objects.get().name == "Größe.txt"

    def test_of_a_mail_too_large_the_last_is_left_out(self, mailbox, monkeypatch):
        monkeypatch.setattr(mailed, "MOST_READ", 20_000)
        message = mail()
        for name in ("first.txt", "last.txt"):
            message.add_attachment("a" * 9_000, filename=name, cte="7bit")
        content = message.as_bytes() + b"\n" * 9_000
        mailbox.put(content.replace(b"a" * 70, b"a" * 70 + b"\n"))
        mailed.look_for_submissions()
        assert list(only().files.values_list("name", flat=True)) == ["first.txt"]
        assert "too large" in only().left_out[-1]
        assert max(size for _what, size in mailbox.fetched) == 20_000


class TestOtherMail:
    @pytest.mark.parametrize(
        "head",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated; type=x"},
            {"Precedence": "Bulk"},
            {"List_Id": "News <news.example.org>"},
            {"Return_Path": "<>"},
        ],
    )
    def test_of_machines_stays_unread_and_is_not_even_fetched(self, mailbox, head):
        kept = mailbox.put(mail(**head).as_bytes())
        assert not mailed.look_for_submissions()
        assert not kept.flags
        assert not Submission.objects.exists()
        assert all(what.startswith("HEADER.FIELDS") for what, _size in mailbox.fetched)

    def test_a_bounce_is_not_a_submission(self, mailbox):
        content = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x--"
        assert not mailbox.put(content).flags
        mailed.look_for_submissions()
        assert not Submission.objects.exists()

    def test_somebody_who_says_that_they_are_none(self, mailbox):
        mailbox.put(mail(Auto_Submitted="no").as_bytes())
        mailed.look_for_submissions()
        assert only()


def test_the_worker_looks_where_a_mailbox_is_set(settings, monkeypatch):
    for url, names in {"": [], "imaps://a:b@x.org": ["mailed submissions"]}.items():
        offered = []
        monkeypatch.setattr(due_work, "_offered", offered)
        settings.SUBMISSIONS_MAILBOX = url
        apps.get_app_config("blog").ready()
        assert [work.name for work in offered if work.name == "mailed submissions"] == names


def test_sifting_takes_no_more_than_fits(monkeypatch):
    monkeypatch.setattr("blog.submissions.sent_files.LARGEST_TOGETHER", 10)
    files = [ContentFile(b"a" * 6, name=f"{n}.txt") for n in range(2)]
    sifted = mailed.sift(files)
    assert [file.name for file in sifted.taken] == ["0.txt"]
    assert "1.txt" in sifted.left_out[0]
