"""Help in the admin: its pages, the ways to them, and that they say the names of real screens."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from home.help import OF_EDITOR, PAGES, page_named
from home.screens import ADDRESSES
from tests.comments.pages import parsed, text_of
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.events import make_event
from tests.factories.guides import make_guide
from tests.test_translation import bracketed  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HELP = "/admin/help/"
ROOT = Path(__file__).parents[2]
PARTS = ".help-sheet :is(p, li, h2, label, button)"
BRACKETED = re.compile("⟦[^⟦⟧]*⟧")
"""A text that was translated; a link in it is another, so they lie within each other."""


def sign_in(client, role: str) -> User:
    user = User.objects.create_user("somebody@example.org")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


@pytest.fixture
def editor(client) -> User:
    return sign_in(client, "Editors")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
class TestEachPage:
    def test_has_contents_that_lead_to_its_parts(self, client, editor, page):
        tree = parsed(client.get(page.href))
        parts = [heading.get("id") for heading in tree.cssselect(".help-text h2")]
        links = [link.get("href") for link in tree.cssselect(".help-contents a")]
        assert links == [f"#{part}" for part in parts]
        assert len(parts) >= 3
        others = tree.cssselect(".help-others a")
        assert len(others) == len(PAGES) - 1

    def test_every_link_opens_for_an_editor(self, client, editor, page):
        links = parsed(client.get(page.href)).cssselect(".help-text a")
        for link in links:
            assert client.get(link.get("href"), follow=True).status_code == 200, link.get("href")

    @pytest.mark.parametrize("role", ["Moderators", "Guest hosts"])
    def test_leads_nobody_where_they_may_not_go(self, client, page, role):
        sign_in(client, role)
        for link in parsed(client.get(page.href)).cssselect(".help-text a"):
            answer = client.get(link.get("href"), follow=True)
            where = answer.request["PATH_INFO"]
            assert (answer.status_code, where != "/admin/") == (200, True), link.get("href")

    @pytest.mark.usefixtures("bracketed")
    def test_is_translated(self, client, editor, page):
        for part in parsed(client.get(page.href)).cssselect(PARTS):
            left = part.text_content()
            while BRACKETED.search(left):
                left = BRACKETED.sub("", left)
            assert not re.search("[A-Za-z]", left), left


def test_all_pages_are_listed_for_whoever_works_here(client):
    sign_in(client, "Guest hosts")
    links = parsed(client.get(HELP)).cssselect(".help-pages a")
    assert [link.get("href") for link in links] == [page.href for page in PAGES]
    assert "How things are done here" in client.get("/admin/").content.decode()


def test_nobody_else_reads_them(client):
    for address in (HELP, PAGES[0].href):
        assert "/admin/login/" in client.get(address)["Location"]


def test_no_such_page(client, editor):
    assert client.get(f"{HELP}nothing/").status_code == 404


class TestSearch:
    def hits(self, client, query: str) -> list[str]:
        tree = parsed(client.get(HELP, {"q": query}))
        return [link.get("href") for link in tree.cssselect(".help-hits a")]

    def test_leads_to_the_part_where_the_words_stand(self, client, editor):
        assert self.hits(client, "Waiting LIST")[:2] == [
            reverse("help:page", args=["events"]),
            f"{reverse('help:page', args=['events'])}#plan",
        ]
        assert self.hits(client, "shared text")[:2] == [
            reverse("help:page", args=["guides"]),
            f"{reverse('help:page', args=['guides'])}#shared",
        ]

    def test_says_when_nothing_tells_of_it(self, client, editor):
        assert self.hits(client, "zebra") == []
        said = text_of(parsed(client.get(HELP, {"q": "<b>zebra"})))
        assert "Nothing here tells of it" in said
        assert "<b>zebra" in said

    def test_markup_is_not_searched(self, client, editor):
        assert self.hits(client, "href") == []


@pytest.mark.parametrize("make", [make_post, make_chat, make_guide, make_event])
def test_an_editor_leads_to_its_page(client, editor, make):
    made = make()
    edit = reverse("wagtailadmin_pages:edit", args=[made.pk])
    links = [link.get("href") for link in parsed(client.get(edit)).cssselect("a")]
    assert page_named(OF_EDITOR[made._meta.label]).href in links


def test_only_screens_that_there_are_are_named():
    folder = ROOT / "templates/admin/help"
    named = {
        name
        for page in PAGES
        for name in re.findall(r'{% screen "(\w+)"', (folder / f"{page.slug}.html").read_text())
    }
    assert named == set(ADDRESSES)


def test_what_is_quoted_is_said_somewhere_in_the_admin():
    """Names of buttons and fields change: help that names an old one sends people astray."""
    sources = [*ROOT.glob("site/**/*.py"), *ROOT.glob("templates/**/*.html")]
    ours = "\n".join(
        path.read_text() for path in sources if "admin/help" not in str(path) and path.is_file()
    ).casefold()
    unknown = []
    for page in PAGES:
        text = strip_tags((ROOT / f"templates/admin/help/{page.slug}.html").read_text())
        for name in re.findall("“([^”]+)”", text):
            if name.casefold() not in ours and name not in OF_WAGTAIL | SPOKEN:
                unknown.append((page.slug, name))
    assert not unknown


OF_WAGTAIL = {
    "Search",
    "Save draft",
    "Publish",
    "Unpublish",
    "Preview",
    "Checks",
    "Status",
    "Set schedule",
    "History",
    "Account",
    "Usage",
    "Issues found",
    "Promote",
    "Submit to Moderators approval",
}
"""Names that Wagtail gives; looked up on its screens."""
SPOKEN = {
    "Parcel, taped twice",
    "Picture of",
    "The item has not come back",
    "About",
}
"""Examples of what one may write."""
