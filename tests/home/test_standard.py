"""Standard pages: a text, and what lies beneath it."""

import pytest
from lxml import html

from home.models import StandardPage

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def make_page(home, title, **fields) -> StandardPage:
    page = home.add_child(instance=StandardPage(title=title, live=False, **fields))
    page.save_revision().publish()
    return StandardPage.objects.get(pk=page.pk)


def shown(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.content)


def test_it_shows_its_text(client, home):
    body = [
        ("heading", "What it costs"),
        ("text", "<p>Nothing.</p>"),
        ("steps", {"title": "", "steps": [{"title": "Ask"}, {"title": "Wait"}]}),
    ]
    make_page(home, "Joining", summary="How a library joins.", body=body)
    page = shown(client, "/joining/")
    assert page.cssselect("title")[0].text == "Joining · Desk to Desk"
    assert page.cssselect("h1")[0].text == "Joining"
    assert page.cssselect(".prose h2")[0].text_content().strip() == "What it costs"
    assert "Nothing." in page.cssselect(".prose")[0].text_content()
    assert page.cssselect("meta[name=description]")[0].get("content") == "How a library joins."
    assert page.cssselect("link[rel=canonical]")[0].get("href").endswith("/joining/")
    assert not page.cssselect(".pages-below")


def test_the_way_back_stands_above_it(client, home):
    parent = make_page(home, "Joining")
    make_page(parent, "Forms")
    crumbs = shown(client, "/joining/forms/").cssselect(".crumbs a")
    assert [crumb.get("href") for crumb in crumbs] == ["/", "/joining/"]


def test_pages_beneath_it_are_listed_as_far_as_readers_may_see_them(client, home):
    parent = make_page(home, "Joining")
    make_page(parent, "Forms", summary="To be signed.")
    make_page(parent, "Not yet").unpublish()
    (below,) = shown(client, "/joining/").cssselect("nav.pages-below")
    assert [link.get("href") for link in below.cssselect("a")] == ["/joining/forms/"]
    assert "To be signed." in below.text_content()


def test_its_queries_do_not_grow_with_what_lies_beneath(
    client, home, django_assert_max_num_queries
):
    parent = make_page(home, "Joining")
    make_page(parent, "Form")
    shown(client, "/joining/")
    with django_assert_max_num_queries(30) as few:
        shown(client, "/joining/")
    for n in range(10):
        make_page(parent, f"Form {n}")
    with django_assert_max_num_queries(len(few)):
        shown(client, "/joining/")


def test_a_page_not_saved_yet_can_be_previewed(home, rf):
    request = rf.get("/")
    response = StandardPage(title="New").make_preview_request(request, "")
    assert response.status_code == 200
    assert "New" in response.render().content.decode()
