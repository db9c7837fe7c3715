"""What readers send in by the form: kept once, checked, told of, forgotten."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from blog.models import BlogPage, Deed, State, Submission, SubmissionFile
from blog.submissions import inbox, keeping, sent_files, submitting, telling
from comments import checking
from comments.models import CommentSettings, ModeratorMail, Pace
from comments.proving import proof_address
from core import http
from outbox.models import Mail
from people.models import Person
from tests.blog import sent
from tests.blog.sent import send, upload
from tests.comments import akismet_server
from tests.comments.pages import form_fields, parsed, path_of, text_of
from tests.factories.blog import make_post
from tests.factories.comments import make_comment

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def service(settings, monkeypatch):
    monkeypatch.setattr(http, "SECONDS", 0.5)
    with akismet_server.AkismetServer() as server:
        settings.AKISMET_KEY, settings.AKISMET_URL = server.key, server.url
        yield server


@pytest.fixture
def editor() -> User:
    """Somebody who publishes on the blog."""
    user = User.objects.create_user("editor@example.org", first_name="Mara")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


def only() -> Submission:
    return Submission.objects.get()


def errors_of(response) -> str:
    return text_of(parsed(response).cssselect(".errors")[0])


class TestTheForm:
    def test_is_never_stored_and_holds_token_and_stamp(self, client):
        response = client.get(sent.address())
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        fields = form_fields(parsed(response))
        assert fields["csrfmiddlewaretoken"]
        assert fields["stamp"]

    def test_the_kind_may_be_chosen_by_the_link(self, client):
        tree = parsed(client.get(f"{sent.address()}?kind=idea"))
        assert tree.cssselect("input[name=kind][checked]")[0].get("value") == "idea"
        assert client.get(f"{sent.address()}?kind=nothing").status_code == 200

    def test_what_is_sent_is_kept_and_its_sender_thanked(self, client):
        response = send(client, files=[upload("a.docx"), upload("a.jpg")])
        assert "the team has it" in text_of(parsed(response))
        assert not Mail.objects.exists(), "an address nobody has proven gets no mail"
        submission = only()
        assert (submission.kind, submission.state) == ("entry", State.NEW)
        assert (submission.title, submission.name) == (sent.WRITTEN["title"], "Ines Moreau")
        assert submission.library == "Harbour Town Library"
        assert submission.ip == "127.0.0.1"
        assert submission.rules == ["first"]
        assert list(submission.files.values_list("name", flat=True)) == ["a.docx", "a.jpg"]

    def test_with_errors_keeps_what_was_typed_and_sums_them_up(self, client):
        response = send(client, text="", email="ines", title="Maps", kind=None)
        assert response.status_code == 422
        assert not Submission.objects.exists()
        tree = parsed(response)
        assert "3 answers" in errors_of(response)
        assert tree.cssselect("#id_title")[0].get("value") == "Maps"
        for field in ("text", "email"):
            assert tree.cssselect(f"#id_{field}")[0].get("aria-invalid") == "true"

    @pytest.mark.parametrize(
        ("field", "most"), [("name", 100), ("email", 254), ("title", 200), ("text", 50_000)]
    )
    def test_has_limits(self, client, field, most):
        long = "a" * (most - 11) + "@example.org" if field == "email" else "ab " * (most // 2)
        response = send(client, **{field: long})
        assert response.status_code == 422
        assert long.strip() in response.content.decode()

    def test_names_and_texts_are_cleaned(self, client):
        send(
            client, name="Ines\u202e\x00  Moreau\n", title="A\r\nBcc: x@example.org", text="\0Hello"
        )
        submission = only()
        assert (submission.name, submission.text) == ("Ines Moreau", "Hello")
        assert submission.title == "A Bcc: x@example.org"

    @pytest.mark.parametrize("stamped", ["", "forged"])
    def test_without_a_stamp_it_is_shown_again_with_all_words(self, client, stamped):
        response = send(client, stamp=stamped, files=[upload("a.txt")])
        assert not Submission.objects.exists()
        tree = parsed(response)
        assert "not sent yet" in text_of(tree)
        assert "choose them again" in text_of(tree)
        fields = form_fields(tree)
        assert fields["text"].split() == sent.WRITTEN["text"].split()
        fields = {name: it for name, it in fields.items() if name != "files"}
        client.post(sent.address(), fields)
        assert only().name == "Ines Moreau"

    def test_another_sites_page_cannot_send_it(self, client):
        said = {**sent.WRITTEN, "stamp": sent.stamp()}
        response = client.post(sent.address(), said, headers={"Origin": "https://evil.example"})
        assert "not sent yet" in text_of(parsed(response))
        assert not Submission.objects.exists()

    def test_a_reader_without_cookies_can_send(self):
        send(Client(enforce_csrf_checks=True))
        assert not only().is_proven

    def test_a_cookie_says_who_it_is_only_with_our_token(self, client):
        proven = make_comment(make_post(), email="ines@example.org")
        client.post(path_of(proof_address(proven)), {})
        client.handler.enforce_csrf_checks = True
        send(client)
        assert not only().is_proven
        fields = form_fields(parsed(client.get(sent.address())))
        send(client, text="With it.", csrfmiddlewaretoken=fields["csrfmiddlewaretoken"])
        assert Submission.objects.latest("pk").is_proven

    def test_a_body_without_end_is_not_read(self, client, monkeypatch):
        monkeypatch.setattr("blog.submissions.sending.LARGEST_BODY", 1000)
        response = send(client, text="a" * 2000)
        assert response.status_code == 413
        assert "too large" in text_of(parsed(response))

    def test_other_methods_are_refused(self, client):
        assert client.put(sent.address()).status_code == 405


class TestTheRules:
    def test_the_same_twice_is_one(self, client):
        send(client)
        send(client, text=f"{sent.WRITTEN['text']}  ")
        send(client, files=[upload("a.txt")])
        assert Submission.objects.count() == 2

    def test_a_day_later_it_may_be_said_again(self, client):
        send(client)
        Submission.objects.update(created_at=timezone.now() - timedelta(days=2))
        submitting.forget_digests()
        send(client)
        assert Submission.objects.count() == 2

    def test_the_trap_leads_to_spam_and_is_thanked_like_any(self, client):
        response = send(client, website="https://buy.example")
        assert response.status_code == 200
        assert (only().state, "honeypot" in only().rules) == (State.SPAM, True)

    def test_too_fast_a_link_in_the_title_and_a_barcode_are_told(self, client):
        CommentSettings.objects.update_or_create(defaults={"most_links": 1})
        send(client, seconds_ago=0, title="www.example.org", text="It was 21234001234567 again")
        assert {"too_fast", "links", "barcode"} <= set(only().rules)
        assert only().state == State.NEW

    def test_too_many_in_an_hour_are_not_taken_and_the_text_is_kept(self, client, monkeypatch):
        monkeypatch.setattr(submitting, "MOST_AN_HOUR", 1)
        send(client)
        response = send(client, text="Another.")
        assert response.status_code == 429
        assert "Another." in response.content.decode()
        assert Submission.objects.count() == 1

    def test_akismet_decides_on_spam_before_anybody_is_told(self, client, service, editor):
        service.answer = akismet_server.SPAM
        send(client)
        assert only().rules[-1] == "akismet_wait"
        telling.tell_team()
        assert not Mail.objects.exists()
        checking.ask_due()
        assert (only().state, only().rules) == (State.SPAM, ["first", "akismet_spam"])
        telling.tell_team()
        assert not Mail.objects.exists()
        (asked,) = service.requests
        assert asked.fields["comment_type"] == "contact-form"
        assert asked.fields["permalink"].endswith("/blog/send/")
        assert asked.fields["comment_content"].startswith("What a padded box saves")

    def test_akismet_finds_nothing(self, client, service, editor):
        send(client)
        checking.ask_due()
        telling.tell_team()
        assert (only().state, only().rules) == (State.NEW, ["first"])
        assert Mail.objects.get().kind == "submission_arrived"

    def test_akismet_is_told_where_people_know_better(self, client, service, editor):
        send(client)
        checking.ask_due()
        step = inbox.move(only(), Deed.SPAM, editor)
        assert only().question == "spam"
        checking.ask_due()
        inbox.undo(step, editor)
        assert only().question == "ham"
        checking.ask_due()
        ways = [request.path.rpartition("/")[2] for request in service.requests]
        assert ways == ["comment-check", "submit-spam", "submit-ham"]


class TestFiles:
    @pytest.mark.parametrize("name", sent.OF_EACH_KIND)
    def test_of_each_kind_are_taken(self, client, name):
        send(client, files=[upload(name)])
        file = SubmissionFile.objects.get()
        assert file.name == name
        with file.file.open() as opened:
            assert opened.read() == sent.OF_EACH_KIND[name]

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("page.html", b"<script>alert(1)</script>"),
            ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("letter.doc", b"\xd0\xcf\x11\xe0"),
            ("none", b"text"),
            ("a.pdf", b"<html>%PDF-1.7"),
            ("a.pdf", sent.DOCX),
            ("a.docx", sent.zipped("a.txt")),
            ("a.docx", b"PK\3\4 not a zip"),
            (
                "macro.docx",
                sent.zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            ),
            ("a.odt", sent.DOCX),
            ("a.jpg", sent.picture("PNG")),
            ("a.png", b"GIF89a"),
            ("a.webp", b"RIFF\0\0\0\0WAVE"),
            ("a.txt", b"MZ\x90\x00\x03"),
            ("a.md", b"\xff\xfe\x00"),
        ],
    )
    def test_that_are_something_else_are_not(self, client, name, content):
        response = send(client, files=[upload(name, content)])
        assert response.status_code == 422
        assert f"“{name}”" in errors_of(response)
        assert not SubmissionFile.objects.exists()
        assert "choose them again" in text_of(parsed(response))

    def test_too_large_too_many_and_empty(self, client, monkeypatch):
        monkeypatch.setattr(sent_files, "LARGEST", 1000)
        monkeypatch.setattr(sent_files, "LARGEST_TOGETHER", 1500)
        large, half = upload("large.txt", b"a" * 1001), upload("half.txt", b"a" * 900)
        assert "1001 bytes; a file may have 1000" in errors_of(send(client, files=[large])).replace(
            "\xa0", " "
        )
        assert "Together" in errors_of(send(client, files=[half, upload("2.txt", b"a" * 900)]))
        six = [upload(f"{n}.txt", b"a") for n in range(6)]
        assert "6 files" in errors_of(send(client, files=six))
        assert "is empty" in errors_of(send(client, files=[ContentFile(b"", name="no.txt")]))

    @pytest.mark.parametrize(
        ("name", "cleaned"),
        [
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\Ines\\map.pdf", "map.pdf"),
            ("evil\u202efdp.exe.txt", "evilfdp.exe.txt"),
            ("a\r\nContent-Type: x.md", "a Content-Type: x.md"),
            (".htaccess", "htaccess"),
            ("\u200b", "file"),
            ("n" * 300 + ".docx", "n" * 145 + ".docx"),
        ],
    )
    def test_have_names_that_can_be_shown(self, name, cleaned):
        assert sent_files.clean_name(name) == cleaned

    def test_lie_where_nothing_is_served_from_under_names_of_ours(self, client, sent_folder):
        send(client, files=[upload("a.txt")])
        (path,) = sent_folder.iterdir()
        assert len(path.name) == 32
        assert path.name.isalnum()
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(ValueError, match="nowhere"):
            _address = SubmissionFile.objects.get().file.url
        assert client.get(f"/media/{path.name}").status_code == 404

    def test_a_picture_is_bare_of_where_it_was_taken(self, client):
        exif = Image.Exif()
        exif[0x0110] = "Camera of Ines"
        send(client, files=[upload("a.jpg", sent.picture(exif=exif))])
        file = SubmissionFile.objects.get()
        with file.file.open() as opened:
            assert b"Camera of Ines" in opened.read()
        bare = sent_files.bare_picture(file)
        assert b"Camera of Ines" not in bare.read()


class TestBecomingAPost:
    def test_one_click_makes_a_draft_with_the_sender_as_guest(self, client, editor):
        send(client, files=[upload("a.jpg"), upload("a.docx")])
        post = inbox.take(only(), editor)
        assert not post.live
        assert (post.title, post.owner) == (sent.WRITTEN["title"], editor)
        assert post.get_parent().specific == BlogPage.objects.get()
        draft = post.get_latest_revision_as_object()
        text, image = draft.body
        assert "&lt;b&gt;what&lt;/b&gt;" in text.value.source
        assert text.value.source.startswith("<p>We counted for a year.</p>")
        assert image.value["image"].width == 60
        (author,) = draft.authors
        assert (author.name, author.role) == ("Ines Moreau", "Guest")
        assert author.blurb == "Harbour Town Library"
        assert (only().post, only().state) == (post, State.DONE)

    def test_a_second_click_leads_to_the_same_draft(self, client, editor):
        send(client)
        submission = only()
        assert inbox.take(submission, editor) == inbox.take(submission, editor)
        assert Person.objects.filter(name="Ines Moreau").count() == 1

    def test_a_name_known_here_is_nobodys_to_take(self, client, editor):
        known = Person.objects.create(name="Ines Moreau", role="Head of delivery")
        send(client)
        assert inbox.namesakes(only()) == [known]
        (author,) = inbox.take(only(), editor).authors
        assert author != known
        Submission.objects.all().delete()
        send(client)
        assert inbox.take(only(), editor, known).authors == [known]

    @pytest.mark.parametrize("title", ["Send", "2024", "???", ""])
    def test_any_title_has_an_address(self, client, editor, title):
        send(client, title=title)
        post = inbox.take(only(), editor)
        assert post.slug not in {"send", "2024", ""}

    def test_a_picture_that_is_broken_stays_behind(self, client, editor):
        send(client, files=[upload("a.png", b"\x89PNG\r\n\x1a\n broken")])
        post = inbox.take(only(), editor)
        assert [block.block_type for block in post.body] == ["text"]

    def test_the_sender_hears_once_when_it_is_published(self, client, editor):
        send(client)
        post = inbox.take(only(), editor)
        telling.tell_senders()
        assert not Mail.objects.exists()
        post.get_latest_revision().publish()
        telling.tell_senders()
        telling.tell_senders()
        mail = Mail.objects.get()
        assert (mail.kind, str(mail.address)) == ("submission_published", "ines@example.org")
        assert post.full_url in mail.content.decode().replace("=\n", "").replace("=3D", "=")
        post.unpublish()
        post.get_latest_revision().publish()
        telling.tell_senders()
        assert Mail.objects.count() == 1

    def test_when_the_draft_is_deleted_another_can_be_made(self, client, editor):
        send(client)
        inbox.take(only(), editor).delete()
        assert inbox.take(only(), editor).pk


class TestTheTeam:
    def test_those_who_publish_hear_once(self, client, editor):
        User.objects.create_user("nobody@example.org")
        send(client, files=[upload("a.docx")])
        telling.tell_team()
        telling.tell_team()
        mail = Mail.objects.get()
        assert (mail.kind, str(mail.address)) == ("submission_arrived", editor.email)
        said = mail.content.decode()
        assert "a.docx" in said
        assert f"/admin/submissions/{only().pk}/" in said

    def test_who_wants_no_mail_gets_none(self, client, editor):
        ModeratorMail.objects.create(user=editor, pace=Pace.NEVER)
        send(client)
        telling.tell_team()
        assert not Mail.objects.exists()

    def test_nobody_hears_of_spam(self, client, editor):
        send(client, website="x")
        telling.tell_team()
        assert not Mail.objects.exists()


class TestForgetting:
    @pytest.mark.parametrize(
        ("state", "days"), [(State.SPAM, 15), (State.DELETED, 30), (State.DONE, 365)]
    )
    def test_goes_in_time_and_its_files_with_it(
        self, client, sent_folder, django_capture_on_commit_callbacks, state, days
    ):
        send(client, files=[upload("a.txt")])
        for moved, left in [(days - 1, 1), (days + 1, 0)]:
            moved_at = timezone.now() - timedelta(days=moved)
            Submission.objects.update(state=state, moved_at=moved_at)
            with django_capture_on_commit_callbacks(execute=True):
                keeping.clean()
            assert Submission.objects.count() == len(list(sent_folder.iterdir())) == left

    def test_what_is_new_or_became_a_post_stays(self, client, editor):
        send(client)
        inbox.take(only(), editor)
        send(client, text="New.")
        Submission.objects.update(moved_at=timezone.now() - timedelta(days=4000))
        keeping.clean()
        assert Submission.objects.count() == 2

    def test_where_it_came_from_is_forgotten(self, client):
        send(client)
        Submission.objects.update(created_at=timezone.now() - timedelta(days=31))
        keeping.clean()
        assert (only().ip, only().agent, only().text_as_sent) == (None, "", "")
        assert only().text

    def test_files_without_a_row_are_swept_a_day_later(self, client, sent_folder):
        send(client, files=[upload("a.txt")])
        (kept,) = sent_folder.iterdir()
        fresh, old = sent_folder / ("f" * 32), sent_folder / ("0" * 32)
        for path in (fresh, old, kept):
            path.touch()
        long_ago = time.time() - 2 * 86400
        for path in (old, kept):
            os.utime(path, (long_ago, long_ago))
        keeping.clean()
        assert sorted(sent_folder.iterdir()) == sorted([kept, fresh])


def test_somebody_known_is_not_called_new(client):
    blog = BlogPage.objects.get()
    make_comment(blog, email="ines@example.org")
    send(client)
    assert only().rules == ["unproven"]
