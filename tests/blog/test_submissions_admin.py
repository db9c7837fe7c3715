"""The inbox of the team: who sees it, what each button does, how files are handed over."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from blog.models import Deed, PostPage, State, Step, Submission
from blog.submissions import inbox
from blog.submissions.needs import needs_of_the_blog
from comments import announcing
from comments.models import LONGEST_TEXT, Comment
from comments.models import State as CommentState
from outbox.models import Mail
from people.models import Person
from tests.blog import sent
from tests.blog.sent import send, upload
from tests.comments.pages import parsed, text_of
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.test_translation import bracketed, untranslated  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

INBOX = "/admin/submissions/"
MOVES = ["done", "spam", "delete"]


@pytest.fixture
def editor() -> User:
    user = User.objects.create_user("editor@example.org", first_name="Mara")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def admin(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def submission(client) -> Submission:
    send(client, files=[upload("a.docx"), upload("a.jpg")])
    return Submission.objects.get()


def url(name: str, *args: object) -> str:
    return reverse(f"submissions:{name}", args=args)


def deeds(submission: Submission) -> list[str]:
    file = submission.files.first()
    step = Step.objects.create(submission=submission, deed=Deed.DONE, before="new", after="new")
    of_one = [url(name, submission.pk) for name in ("draft", "place", "move")]
    return [*of_one, url("undo", step.pk), url("file", file.pk), url("one", submission.pk)]


class TestWhoMay:
    @pytest.mark.parametrize("role", ["Moderators", "Guest hosts"])
    def test_who_may_add_no_posts_sees_nothing(self, client, submission, role):
        user = User.objects.create_user("other@example.org")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        page = make_post().pk
        for address in [INBOX, f"{INBOX}results/", *deeds(submission)]:
            for method in (client.get, client.post):
                response = method(address, {"deed": "spam", "page": page})
                assert response.status_code in (302, 403, 405), address
                if response.status_code == 302:
                    assert response["Location"] == "/admin/"
        submission.refresh_from_db()
        assert (submission.state, submission.post) == (State.NEW, None)
        assert not Comment.objects.exists()
        assert not list(needs_of_the_blog(user))
        assert "Sent in" not in client.get("/admin/").content.decode()

    def test_nobody_who_is_not_signed_in(self, client, submission):
        for address in [INBOX, *deeds(submission)]:
            assert "/admin/login/" in client.get(address)["Location"]

    def test_a_get_decides_nothing(self, admin, submission):
        for address in deeds(submission)[:4]:
            assert admin.get(address).status_code == 405
        submission.refresh_from_db()
        assert (submission.state, submission.post) == (State.NEW, None)


class TestTheList:
    def test_shows_what_is_new_and_counts_it(self, admin, submission):
        send(admin, text="Buy", title="Cheap", website="x")
        said = text_of(parsed(admin.get(INBOX)))
        assert "What a padded box saves" in said
        assert "2 files" in said
        assert "Cheap" not in said
        assert "Sent in (1)" in admin.get("/admin/").content.decode()

    def test_is_narrowed_and_searched(self, admin, submission):
        send(admin, kind="idea", title="A map", text="of all desks", name="Jörg")
        for query, found in [
            ("kind=idea", ["A map"]),
            ("source=mail", []),
            ("q=desks", ["A map"]),
            ("q=moreau", ["What a padded box saves"]),
            ("q=ines@", ["What a padded box saves", "A map"]),
            ("state=spam", []),
            ("state=all", ["What a padded box saves", "A map"]),
        ]:
            tree = parsed(admin.get(f"{INBOX}?{query}"))
            shown = {text_of(link) for link in tree.cssselect("td.title a")}
            assert shown == set(found), query

    def test_asks_as_much_for_fifty_as_for_two(
        self, admin, submission, django_assert_max_num_queries
    ):
        admin.get(INBOX)
        for number in range(55):
            Submission.objects.create(kind="idea", name="A", text=f"Text {number}")
        with django_assert_max_num_queries(22):
            tree = parsed(admin.get(INBOX))
        assert len(tree.cssselect("td.title a")) == 50

    def test_says_what_will_be_here(self, admin):
        assert "Nothing new" in text_of(parsed(admin.get(INBOX)))
        assert "Nothing is like this" in text_of(parsed(admin.get(f"{INBOX}?q=zebra")))


class TestOne:
    def test_shows_all_that_helps_to_decide(self, admin, submission):
        tree = parsed(admin.get(url("one", submission.pk)))
        said = text_of(tree.cssselect("main")[0])
        for words in [
            "Ines Moreau",
            "ines@example.org",
            "a.docx",
            "first comment from",
            "127.0.0.1",
        ]:
            assert words in said
        assert "<b>what</b>" in said, "words of a stranger are no markup"
        assert [text_of(b) for b in tree.cssselect(".queue-bulk button")] == [
            *("Done", "Spam", "Delete")
        ]

    def test_says_what_was_left_out_of_a_mail(self, admin, submission):
        Submission.objects.update(left_out=["“run.exe” is of no kind that we take."])
        assert "run.exe" in admin.get(url("one", submission.pk)).content.decode()

    def test_a_file_is_handed_over_and_never_shown(self, admin, submission):
        file = submission.files.first()
        response = admin.get(url("file", file.pk))
        assert b"".join(response.streaming_content) == sent.DOCX
        assert response["Content-Disposition"] == 'attachment; filename="a.docx"'
        assert response["Content-Type"] == "application/octet-stream"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "no-store" in response["Cache-Control"]
        file.file.storage.delete(file.file.name)
        assert admin.get(url("file", file.pk)).status_code == 404


class TestADraft:
    def test_one_click_leads_to_where_it_is_edited(self, admin, submission):
        response = admin.post(url("draft", submission.pk), follow=True)
        post = PostPage.objects.get(title=submission.title)
        assert response.request["PATH_INFO"] == f"/admin/pages/{post.pk}/edit/"
        assert response.status_code == 200
        assert not post.live
        again = admin.post(url("draft", submission.pk))
        assert again["Location"] == f"/admin/pages/{post.pk}/edit/"
        assert PostPage.objects.count() == 1
        page = parsed(admin.get(url("one", submission.pk)))
        assert "To the post made of it" in text_of(page)
        assert "made a draft post by Mara" in text_of(page)

    def test_a_person_known_here_is_chosen_by_hand(self, admin, submission):
        known = Person.objects.create(name="ines moreau", role="Head of delivery")
        other = Person.objects.create(name="Theo")
        tree = parsed(admin.get(url("one", submission.pk)))
        values = [option.get("value") for option in tree.cssselect("#author option")]
        assert values == ["", str(known.pk)]
        admin.post(url("draft", submission.pk), {"author": other.pk})
        assert PostPage.objects.get().authors[0] not in (known, other)
        PostPage.objects.get().delete()
        admin.post(url("draft", submission.pk), {"author": known.pk})
        assert PostPage.objects.get().authors == [known]


class TestAComment:
    @pytest.mark.parametrize("make", [make_post, make_chat])
    def test_is_placed_in_one_step(self, admin, submission, make):
        page = make()
        response = admin.post(url("place", submission.pk), {"page": page.pk}, follow=True)
        assert "It stands beneath" in response.content.decode()
        comment = Comment.objects.get()
        assert (comment.page_id, comment.state) == (page.pk, CommentState.PUBLISHED)
        assert (comment.name, comment.library) == ("Ines Moreau", "Harbour Town Library")
        assert comment.text == submission.text
        assert comment.created_at == submission.created_at
        assert comment.rules == ["mailed"]
        submission.refresh_from_db()
        assert (submission.comment, submission.state) == (comment, State.DONE)
        inbox.place(submission, page, User.objects.get())
        assert Comment.objects.count() == 1
        assert sent.WRITTEN["name"] in admin.get(page.url).content.decode()

    def test_its_author_hears_and_moderators_do_not(self, admin, submission):
        admin.post(url("place", submission.pk), {"page": make_post().pk})
        comment = Comment.objects.get()
        comment.decisions.update(at=timezone.now() - timedelta(minutes=1))
        announcing.announce()
        announcing.tell_moderators()
        assert [mail.kind for mail in Mail.objects.all()] == ["comment_published"]

    @pytest.mark.parametrize("fields", [{}, {"live": False}, {"discussion_state": "off"}])
    def test_only_where_readers_see_it(self, admin, submission, fields):
        page = make_post(**fields).pk if fields else ""
        response = admin.post(url("place", submission.pk), {"page": page})
        assert response.status_code == 422
        assert not Comment.objects.exists()

    def test_not_at_any_length(self, admin, submission):
        Submission.objects.update(text="a" * (LONGEST_TEXT + 1))
        response = admin.post(url("place", submission.pk), {"page": make_post().pk})
        assert response.status_code == 422
        assert "too long for a comment" in response.content.decode()

    def test_who_may_not_decide_there_is_told(self, admin, submission, monkeypatch):
        monkeypatch.setattr(inbox, "may_moderate", lambda user, page: False)
        response = admin.post(url("place", submission.pk), {"page": make_post().pk})
        assert "You may not decide" in response.content.decode()
        assert not Comment.objects.exists()


class TestOtherDeeds:
    @pytest.mark.parametrize("deed", MOVES)
    def test_can_be_undone(self, admin, submission, deed):
        response = admin.post(url("move", submission.pk), {"deed": deed}, follow=True)
        submission.refresh_from_db()
        assert submission.state == {"delete": "deleted"}.get(deed, deed)
        forms = parsed(response).cssselect("form.comments-undo")
        admin.post(forms[0].get("action"))
        submission.refresh_from_db()
        assert submission.state == State.NEW
        assert [step.deed for step in submission.steps.order_by("pk")] == [deed, "undo"]

    def test_twice_is_once(self, admin, submission):
        for _time in range(2):
            response = admin.post(url("move", submission.pk), {"deed": "spam"}, follow=True)
        assert "so already" in response.content.decode()
        assert submission.steps.count() == 1

    def test_nothing_else_can_be_done(self, admin, submission):
        for deed in ("", "draft", "undo", "burn"):
            admin.post(url("move", submission.pk), {"deed": deed})
        assert not submission.steps.exists()

    def test_what_was_done_since_is_not_undone(self, admin, submission, editor):
        first = inbox.move(submission, Deed.DONE, editor)
        inbox.move(submission, Deed.SPAM, editor)
        response = admin.post(url("undo", first.pk), follow=True)
        assert "done since" in response.content.decode()
        submission.refresh_from_db()
        assert submission.state == State.SPAM

    def test_it_comes_back(self, admin, submission, editor):
        inbox.move(submission, Deed.DELETE, editor)
        admin.post(url("move", submission.pk), {"deed": "reopen"})
        submission.refresh_from_db()
        assert submission.state == State.NEW


def test_the_day_says_what_waits(editor, submission):
    (need,) = needs_of_the_blog(editor)
    assert need.said.startswith("1 entry")
    assert need.href == INBOX
    inbox.move(submission, Deed.DONE, editor)
    assert not list(needs_of_the_blog(editor))


@pytest.mark.usefixtures("bracketed")
def test_all_of_it_is_translated(client, editor, home):
    Site.objects.update(site_name="Γραφείο")
    for page in (home, *home.get_children()):
        page = page.specific
        page.title = "Σελίδα"
        page.save_revision().publish()
    said = {"title": "Χάρτης", "text": "Ναι.", "name": "Μαρία", "email": "1@2.gr", "library": ""}
    pages = [
        client.get(sent.address()),
        send(client, kind="", text=""),
        send(client, **said, stamp=""),
    ]
    thanks = send(client, **said)
    client.force_login(editor)
    submission = Submission.objects.get()
    inbox.move(submission, Deed.DONE, editor)
    Step.objects.update(by="Μαρία")
    Submission.objects.update(agent="")
    whole = "main .one"
    for response, selector in [
        *((page, "main") for page in pages),
        (thanks, "title, main h1, main a"),
        (client.get(INBOX), "#listing-results p, #listing-results nav"),
        (client.get(f"{INBOX}?state=all"), "#listing-results th, #listing-results td .help"),
        (client.get(url("one", submission.pk)), f"{whole} h2, {whole} h3, {whole} dt, {whole} p"),
        (
            client.get(url("one", submission.pk)),
            f"{whole} button:not([data-chooser-action-choose])",
        ),
        (client.post(url("move", submission.pk), {"deed": "spam"}, follow=True), ".messages"),
    ]:
        parts = parsed(response).cssselect(selector)
        assert parts
        assert not [words for part in parts for words in untranslated(part)]
