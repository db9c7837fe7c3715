"""All guides by subject, narrowed by type and by whom they are for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.models import PageViewRestriction

from guides.models import Audience
from people.models import Person, Subject
from tests.factories.guides import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def newcomers():
    return Audience.objects.create(name="Newcomers")


@pytest.fixture
def schools():
    return Audience.objects.create(name="Schools")


def show(client, **query) -> html.HtmlElement:
    response = client.get("/guides/", query)
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def listed(tree: html.HtmlElement) -> dict[str, list[str]]:
    """Return the titles of guides, by the heading they stand under."""
    return {
        text_of(section.cssselect("h2")[0]): [text_of(a) for a in section.cssselect("h3 a")]
        for section in tree.cssselect(".guides section")
    }


def offered(tree: html.HtmlElement, name: str) -> list[str]:
    return [text_of(option) for option in tree.cssselect(f"select[name={name}] option")]


def test_guides_stand_under_their_subjects_and_those_of_none_come_last(client):
    for place, name in enumerate(["Requesting", "Lending"]):
        Subject.objects.create(name=name, sort_order=place, blurb=f"On {name}.")
    make_guide("Why we lend")
    make_guide("Straps", subject="Lending")
    make_guide("Boxes", subject="Lending")
    make_guide("Place a request", subject="Requesting")
    tree = show(client)
    assert list(listed(tree).items()) == [
        ("Requesting", ["Place a request"]),
        ("Lending", ["Boxes", "Straps"]),
        ("Other", ["Why we lend"]),
    ]
    assert "On Lending." in text_of(tree.cssselect('section[aria-labelledby="subject-lending"]')[0])


def test_a_list_of_subjects_leads_to_each_where_there_are_several(client):
    make_guide("Straps", subject="Lending")
    make_guide("Boxes", subject="Packing")
    assert not show(client).cssselect("nav.contents")
    make_guide("Why we lend")
    tree = show(client)
    hrefs = [link.get("href") for link in tree.cssselect("nav.contents a")]
    assert hrefs == ["#subject-lending", "#subject-packing", "#other"]
    assert all(tree.get_element_by_id(href[1:]) is not None for href in hrefs)


def test_a_guide_in_the_list_says_what_it_is(client, newcomers):
    guide = make_guide("Straps", type="reference", audience=newcomers, summary="All codes.")
    (line,) = show(client).cssselect(".guide-line")
    assert line.cssselect("a")[0].get("href") == guide.url
    assert text_of(line) == "Straps All codes. Reference For: Newcomers"


def test_filters_narrow_the_list_and_count_what_they_would_leave(client, newcomers, schools):
    make_guide("For all", type="how-to")
    make_guide("For newcomers", type="how-to", audience=newcomers)
    make_guide("Tutorial", type="tutorial", audience=newcomers)
    make_guide("For schools", type="reference", audience=schools)
    tree = show(client)
    assert offered(tree, "type") == ["Any type", "Tutorial (1)", "How-to (2)", "Reference (1)"]
    # What is for nobody in particular is for each of them.
    assert offered(tree, "audience") == ["Anybody", "Newcomers (3)", "Schools (2)"]
    tree = show(client, type="how-to", audience="newcomers")
    assert listed(tree)["Other"] == ["For all", "For newcomers"]
    assert offered(tree, "type") == ["Any type", "Tutorial (1)", "How-to (2)"]
    assert offered(tree, "audience") == ["Anybody", "Newcomers (2)", "Schools (1)"]
    chips = [(text_of(chip), chip.get("href")) for chip in tree.cssselect("a.chip")]
    assert chips == [
        ("Remove Type: How-to ×", "?audience=newcomers"),
        ("Remove For whom: Newcomers ×", "?type=how-to"),
    ]
    assert text_of(tree.cssselect('main [role="status"]')[0]) == "2 guides"
    assert tree.cssselect('meta[name="robots"]')[0].get("content") == "noindex"


@pytest.mark.parametrize("value", ["nowhere", "\0", "é" * 300, "tutorial"])
def test_an_unknown_value_is_said_to_be_so_and_narrows_nothing(client, value):
    make_guide("Straps", type="how-to")
    tree = show(client, type=value)
    assert listed(tree) == {"Other": ["Straps"]}
    assert "is not in this list" in text_of(tree.cssselect(".errors")[0])


def test_filters_that_leave_nothing_say_how_to_go_on(client, newcomers, schools):
    make_guide("For newcomers", type="how-to", audience=newcomers)
    make_guide("For schools", type="reference", audience=schools)
    tree = show(client, type="how-to", audience="schools")
    (empty,) = tree.cssselect(".empty")
    assert "Nothing found" in text_of(empty)
    assert empty.cssselect("a")[0].get("href") == "/guides/"
    assert offered(tree, "type") == ["Any type", "How-to (0)", "Reference (1)"]


def test_without_guides_it_says_what_will_be_here(client):
    make_guide("A draft", live=False)
    private = make_guide("Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    tree = show(client)
    assert "No guide yet" in text_of(tree.cssselect(".empty")[0])
    assert not tree.cssselect("form.search[action='/search/'], form.filters, .guide-line")


def test_guides_for_all_need_no_filter_of_whom_they_are_for(client):
    make_guide("Straps")
    assert not show(client).cssselect("select[name=audience]")


def test_its_search_box_looks_through_guides(client):
    make_guide("Straps")
    (form,) = show(client).cssselect("main form.search")
    assert form.get("action") == "/search/"
    assert {name: value for name, value in form.form_values() if value} == {"kind": "section"}


def test_it_can_be_followed(client):
    make_guide("Straps")
    fields = show(client).cssselect("details.by-mail input[type=hidden]")
    assert [field.get("value") for field in fields] == ["guides:"]


def test_queries_do_not_grow_with_guides(client):
    def queries() -> int:
        client.get("/guides/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/guides/")
        return len(caught)

    def make(count: int, place: str) -> None:
        for n in range(count):
            keeper, _made = Person.objects.get_or_create_named(f"{place} {n}")
            audience, _made = Audience.objects.get_or_create_named(f"{place} {n}")
            make_guide(
                f"{place} {n}", subject=f"{place} {n}", keeper=keeper, audience=audience, tags=["x"]
            )

    make(2, "Few")
    few = queries()
    make(20, "More")
    assert queries() <= few
