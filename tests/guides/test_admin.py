"""Guides in the admin: their list, shared texts, readers' words, the editor's form, the checker."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ReferenceIndex

from guides.models import Audience, Feedback, GuidePage, SharedText
from guides.places import places
from people.models import Person
from tests.comments.pages import parsed, text_of
from tests.factories.blog import make_post
from tests.factories.guides import make_guide
from tests.guides.conftest import staff
from tests.test_translation import bracketed, untranslated  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

GUIDES = "/admin/guides/"
FEEDBACK = "/admin/guides/desk/feedback/"
SETTLE = "/admin/guides/desk/feedback/settle/"
TEXTS = "/admin/snippets/guides/sharedtext/"
REPORT = "/admin/reports/guides/"
ROWS = "#listing-results tbody tr"


def titles(response, selector: str = "td.title a") -> list[str]:
    return [text_of(link) for link in parsed(response).cssselect(selector) if text_of(link)]


def menu_of(client) -> str:
    return client.get("/admin/").content.decode()


class TestTheList:
    @pytest.fixture(autouse=True)
    def guides(self):
        kept_by = Person.objects.create(name="Ines Moreau")
        one = make_guide("Renew a loan", subject="Lending", keeper=kept_by, type="how-to")
        make_guide("Lender strings", subject="Borrowing", type="reference", live=False)
        for helped in (True, True, False):
            Feedback.objects.create(guide=one, helped=helped)
        one.reviews.create()

    def test_tells_of_each_what_an_editor_asks(self, admin):
        rows = [text_of(row) for row in parsed(admin.get(GUIDES)).cssselect(ROWS)]
        assert "Lender strings" in rows[0]
        assert "draft" in rows[0]
        for words in ("How-to", "Lending", "Ines Moreau", "2 yes, 1 no", "live"):
            assert words in rows[1]

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("type=reference", ["Lender strings"]),
            ("q=renew", ["Renew a loan"]),
            ("review=late", []),
            ("review=soon", []),
            ("q=zebra", []),
        ],
    )
    def test_is_narrowed_and_searched(self, admin, query, shown):
        links = ".title-wrapper a"
        assert titles(admin.get(f"{GUIDES}?{query}"), links) == shown

    def test_is_narrowed_by_subject_and_keeper(self, admin):
        guide = GuidePage.objects.get(title="Renew a loan")
        for name in ("subject", "keeper"):
            query = {name: getattr(guide, f"{name}_id")}
            assert titles(admin.get(GUIDES, query), ".title-wrapper a") == ["Renew a loan"]

    def test_asks_as_much_for_fifty_as_for_two(self, admin, django_assert_max_num_queries):
        admin.get(GUIDES)
        for number in range(40):
            guide = make_guide(f"Guide {number}", subject=f"Subject {number % 7}")
            Feedback.objects.create(guide=guide, helped=True)
        with django_assert_max_num_queries(32):
            assert len(titles(admin.get(GUIDES), ".title-wrapper a")) == 42

    def test_is_no_entry_for_who_writes_no_pages(self, client):
        client.force_login(staff("Moderators"))
        assert '"/admin/guides/"' not in menu_of(client)
        assert FEEDBACK not in menu_of(client)


class TestSharedTexts:
    @pytest.fixture
    def shared(self) -> SharedText:
        return SharedText.objects.create(name="The desk", body=[("text", "<p>Call us.</p>")])

    @pytest.fixture
    def placed(self, shared) -> GuidePage:
        block = {"type": "shared", "value": shared.pk, "id": "11111111-1111-4111-8111-111111111111"}
        return make_guide("Renew a loan", [("Ask", [block])])

    def test_the_list_says_in_how_many_pages_each_stands(self, admin, shared, placed):
        SharedText.objects.create(name="Nowhere", body=[("text", "<p>A</p>")])
        rows = {
            text_of(row.cssselect(".title-wrapper")[0]): row
            for row in parsed(admin.get(TEXTS)).cssselect(ROWS)
        }
        assert text_of(rows["The desk"].cssselect("td")[-1]).startswith("1 page")
        assert "no page" in text_of(rows["Nowhere"])
        (link,) = rows["The desk"].cssselect("td:last-child a")
        assert titles(admin.get(link.get("href"))) == ["Renew a loan"]

    def test_the_editor_leads_to_where_it_is_used(self, admin, shared):
        edit = f"{TEXTS}edit/{shared.pk}/"
        links = [link.get("href") for link in parsed(admin.get(edit)).cssselect("a")]
        assert f"{TEXTS}usage/{shared.pk}/" in links
        said = text_of(parsed(admin.get(f"{TEXTS}usage/{shared.pk}/")))
        assert "It stands in no page" in said

    def test_what_only_a_draft_holds_counts(self, shared, placed):
        guide = make_guide("A draft", live=False)
        guide.body = placed.body
        guide.save_revision()
        assert [page.title for page in places([shared])[shared.pk]] == ["A draft", "Renew a loan"]
        guide = GuidePage.objects.get(pk=placed.pk)
        guide.body = []
        guide.save_revision().publish()
        assert [page.title for page in places([shared])[shared.pk]] == ["A draft"]
        assert not ReferenceIndex.get_references_to(shared).exists()

    @pytest.mark.parametrize("deed", ["one", "several"])
    def test_one_that_is_placed_is_not_deleted(self, admin, shared, placed, deed):
        other = SharedText.objects.create(name="Nowhere", body=[("text", "<p>A</p>")])
        if deed == "one":
            address = f"{TEXTS}delete/{shared.pk}/"
        else:
            keys = f"id={shared.pk}&id={other.pk}"
            address = f"/admin/bulk/guides/sharedtext/delete/?{keys}"
        for method in (admin.get, admin.post):
            response = method(address, follow=True)
            said = parsed(response).cssselect(".messages")[0]
            assert "“The desk” stays: it stands in 1 page." in text_of(said)
            (link,) = said.cssselect("li li a, .guides-kept a")
            assert link.get("href") == f"/admin/pages/{placed.pk}/edit/"
        assert SharedText.objects.count() == 2

    def test_one_that_stands_nowhere_is_deleted(self, admin, shared):
        admin.post(f"{TEXTS}delete/{shared.pk}/")
        assert not SharedText.objects.exists()

    def test_asks_as_much_for_forty_as_for_two(
        self, admin, shared, placed, django_assert_max_num_queries
    ):
        admin.get(TEXTS)
        for number in range(40):
            SharedText.objects.create(name=f"Text {number}", body=placed.body[0].value["body"])
        with django_assert_max_num_queries(24):
            assert len(titles(admin.get(TEXTS), ".title-wrapper a")) == 41

    def test_audiences_have_a_list(self, admin):
        Audience.objects.create(name="New colleagues")
        address = reverse("wagtailsnippets_guides_audience:list")
        assert titles(admin.get(address), ".title-wrapper a") == ["New colleagues"]


class TestFeedback:
    @pytest.fixture
    def guide(self) -> GuidePage:
        return make_guide("Renew a loan")

    @pytest.fixture
    def words(self, guide) -> list[Feedback]:
        said = ["Which form?", "Thanks.", "From abroad?"]
        return [
            Feedback.objects.create(guide=guide, helped=text == "Thanks.", words=text)
            for text in said
        ]

    def shown(self, client, **query) -> list[str]:
        return [
            text_of(one) for one in parsed(client.get(FEEDBACK, query)).cssselect(".entry-text")
        ]

    def test_open_words_newest_first_and_counted_in_the_menu(self, admin, guide, words):
        Feedback.objects.create(guide=guide, helped=False)
        assert self.shown(admin) == ["From abroad?", "Thanks.", "Which form?"]
        assert "Feedback (3)" in menu_of(admin)

    def test_is_narrowed_and_searched(self, admin, guide, words):
        other = Feedback.objects.create(guide=make_guide("Packing"), helped=False, words="Tape?")
        assert self.shown(admin, helped="yes") == ["Thanks."]
        assert self.shown(admin, guide=other.guide_id) == ["Tape?"]
        assert self.shown(admin, q="form") == ["Which form?"]
        assert self.shown(admin, state="settled") == []
        assert len(self.shown(admin, state="all")) == 4

    def test_one_is_settled_by_its_button_and_opened_again(self, admin, editor, words):
        button = parsed(admin.get(FEEDBACK)).cssselect(".entry-deeds button")[-1]
        press = {button.get("name"): button.get("value")}
        response = admin.post(SETTLE, {**press, "next": f"{FEEDBACK}?helped=no"})
        assert response["Location"] == f"{FEEDBACK}?helped=no"
        words[0].refresh_from_db()
        assert (words[0].settled_by, words[0].settled_at is not None) == (editor, True)
        assert self.shown(admin, state="settled") == ["Which form?"]
        admin.post(SETTLE, {"press": f"reopen-{words[0].pk}"})
        assert len(self.shown(admin)) == 3

    def test_several_are_ticked(self, admin, words):
        ticked = [words[0].pk, words[2].pk]
        admin.post(SETTLE, {"deed": "settle", "which": "ticked", "ticked": ticked})
        assert self.shown(admin) == ["Thanks."]

    def test_all_that_were_shown(self, admin, guide, words):
        shown = [one.pk for one in words]
        later = Feedback.objects.create(guide=guide, helped=False, words="Came since.")
        admin.post(SETTLE, {"deed": "settle", "which": "shown", "shown": shown})
        assert self.shown(admin) == [later.words]

    @pytest.mark.parametrize(
        "form",
        [{}, {"deed": "settle"}, {"deed": "burn", "ticked": "1"}, {"press": "settle-x"}],
    )
    def test_an_incomplete_form_changes_nothing(self, admin, words, form):
        response = admin.post(SETTLE, form, follow=True)
        assert "Nothing was changed" in response.content.decode()
        assert Feedback.objects.open().count() == 3

    def test_a_get_settles_nothing(self, admin, words):
        assert admin.get(SETTLE, {"press": f"settle-{words[0].pk}"}).status_code == 405

    def test_who_settled_first_stays(self, admin, words):
        second = staff("Editors", "second@example.org")
        Feedback.objects.update(settled_by=second, settled_at=timezone.now())
        response = admin.post(SETTLE, {"press": f"settle-{words[0].pk}"}, follow=True)
        assert "it is so already" in response.content.decode()
        words[0].refresh_from_db()
        assert words[0].settled_by == second

    @pytest.mark.parametrize("role", ["Moderators", "Organisers", "Guest hosts"])
    def test_who_may_not_sees_and_changes_nothing(self, client, words, role):
        client.force_login(staff(role))
        assert client.get(FEEDBACK).status_code in (302, 403)
        assert client.get(f"{FEEDBACK}results/").status_code in (302, 403)
        client.post(SETTLE, {"press": f"settle-{words[0].pk}"})
        assert Feedback.objects.open().count() == 3

    def test_words_of_strangers_are_no_markup(self, admin, guide):
        Feedback.objects.create(guide=guide, helped=False, words="<b>Now</b>\n\nand then")
        assert self.shown(admin)[0].startswith("<b>Now</b>")

    def test_asks_as_much_for_fifty_as_for_three(
        self, admin, guide, words, django_assert_max_num_queries
    ):
        admin.get(FEEDBACK)
        for number in range(60):
            Feedback.objects.create(guide=guide, helped=False, words=f"Word {number}")
        with django_assert_max_num_queries(20):
            assert len(self.shown(admin)) == 50

    def test_says_what_will_be_here(self, admin):
        assert "Nothing is open" in text_of(parsed(admin.get(FEEDBACK)))
        assert "Nothing is like this" in text_of(parsed(admin.get(f"{FEEDBACK}?q=zebra")))


class TestTheNoteOnChanges:
    def note_in(self, client, guide: GuidePage) -> str:
        edit = reverse("wagtailadmin_pages:edit", args=[guide.pk])
        return parsed(client.get(edit)).cssselect("[name=change_note]")[0].get("value") or ""

    def test_is_kept_in_a_draft_and_empty_once_it_is_told(self, admin):
        guide = make_guide()
        guide.change_note = "New: loans to schools"
        revision = guide.save_revision()
        assert self.note_in(admin, guide) == "New: loans to schools"
        revision.publish()
        assert self.note_in(admin, guide) == ""


class TestTheChecker:
    @pytest.mark.parametrize("make", [make_guide, make_post])
    def test_runs_in_previews_and_never_on_public_pages(self, admin, make):
        page = make()
        draft = reverse("wagtailadmin_pages:view_draft", args=[page.pk])
        previewed = parsed(admin.get(draft))
        assert len(previewed.cssselect("wagtail-userbar")) == 1
        sources = [script.get("src") or "" for script in previewed.cssselect("script")]
        assert any("userbar" in source for source in sources)
        assert not parsed(admin.get(page.url)).cssselect("wagtail-userbar")


@pytest.mark.usefixtures("bracketed")
def test_all_of_it_is_translated(admin, editor):
    guide = make_guide("Οδηγός", [("Βήμα", [("text", "<p>Ναι.</p>")])], summary="Ναι.")
    shared = SharedText.objects.create(name="Κείμενο", body=[("text", "<p>Ναι.</p>")])
    editor.first_name, editor.email = "Μαρία", "1@2.gr"
    editor.save()
    guide.reviews.create(reviewer=editor)
    Feedback.objects.create(guide=guide, helped=False, words="Γιατί;")
    review = reverse("guide_desk:review", args=[guide.pk])
    for address, selector in [
        (FEEDBACK, "#listing-results nav, .entries, .queue-bulk"),
        (f"{FEEDBACK}?q=ζ", "#listing-results p"),
        (f"{REPORT}?when=all", ".guides-reviews"),
        (REPORT, "#listing-results p"),
        (review, "main p, main form"),
        (TEXTS, "#listing-results td:last-child"),
        (f"{TEXTS}usage/{shared.pk}/", "#listing-results p"),
    ]:
        parts = parsed(admin.get(address)).cssselect(selector)
        assert parts, address
        assert not [words for part in parts for words in untranslated(part)], address
