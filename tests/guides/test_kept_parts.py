"""What is kept of the pages of guides: no more than is the same for all, and all that is asked."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from guides.models import Audience, SharedText
from tests.factories.chats import make_chat, make_topic
from tests.factories.guides import make_guide
from tests.kept_parts import assert_same_for_all, keep_parts

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CATALOGUE = {
    "label": "Search the union catalog",
    "url": "https://www.catalog.example.org/find",
    "field": "q",
    "fixed": [],
}


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch, tmp_path):
    keep_parts(settings, monkeypatch, tmp_path / "pages")


@pytest.fixture
def guide():
    newcomers = Audience.objects.create(name="Newcomers")
    text = [("text", "<p>Look at the strap.</p>")]
    guide = make_guide("Packing", sections=[("Before", text)], audience=newcomers)
    make_chat(topics=[make_topic("Straps", 60, related_page=guide)])
    return guide


@pytest.fixture
def asked():
    """A function that has a page rendered for somebody, and returns the answer, with queries."""
    client = Client()
    client.cookies["author"] = "somebody"

    def ask(address: str):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        return response, [query["sql"] for query in queries]

    return ask


def text_of(response) -> str:
    return html.fromstring(response.content.decode()).text_content()


def form_action(response) -> str:
    policy = response["Content-Security-Policy"].split("; ")
    (said,) = [part for part in policy if part.startswith("form-action ")]
    return said.removeprefix("form-action ")


def test_is_the_same_for_all(guide):
    index = guide.get_parent().url
    narrowed = [index + query for query in ("?audience=newcomers", "?type=how-to&from=mail")]
    assert_same_for_all([guide.url, f"{guide.url}?from=mail", index, *narrowed])


def test_a_guide_whose_parts_are_kept_is_not_read_again(asked, guide):
    first, asked_first = asked(guide.url)
    again, asked_again = asked(guide.url)
    assert again.content == first.content
    assert "Straps" in text_of(again)
    assert len(asked_first) > 14 >= len(asked_again)
    assert not [sql for sql in asked_again if "chats_topic" in sql or "guides_audience" in sql]


def test_each_choice_has_a_list_of_its_own(asked, guide):
    make_guide("Labels", audience=Audience.objects.create(name="Schools"))
    index = guide.get_parent().url
    for _time in range(2):
        assert "2 guides" in text_of(asked(index)[0])
        response, queries = asked(f"{index}?audience=newcomers")
        assert "1 guide" in text_of(response)
    assert not [sql for sql in queries if "guides_guidepage" in sql]


def test_a_choice_that_is_not_known_is_told_to_nobody_else(asked, guide):
    index = guide.get_parent().url
    for audience in ("pirates", "sailors"):
        said = text_of(asked(f"{index}?audience={audience}")[0])
        assert f"“{audience}” is not in this list" in said
    assert "is not in this list" not in text_of(asked(index)[0])


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_catalogue_may_be_searched_from_a_text_that_is_kept(asked, guide, is_shared):
    block = ("catalogue", CATALOGUE)
    if is_shared:
        block = ("shared", SharedText.objects.create(name="Search", body=[block]).pk)
    with_one = make_guide("Searching", sections=[("Where", [block])])
    for _time in range(2):
        response, _queries = asked(with_one.url)
        assert "Search there" in text_of(response)
        assert "https:" in form_action(response)
        assert form_action(asked(guide.url)[0]) == "'self'"
