"""A guide for paper: nothing folded, nothing around it, every address in full."""

import pytest
from lxml import html

from guides.models import Audience, GuideReview
from people.models import Person
from tests.factories.chats import make_chat, make_topic
from tests.factories.guides import make_guide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TEXT = (
    '<p>See <a href="/chats/">the chats</a>, <a href="https://example.org/a">them</a>, '
    '<a href="//cdn.example.org/">there</a> and <a href="mailto:a@example.org">write</a>.</p>'
)


@pytest.fixture
def guide():
    return make_guide(
        "Renew a loan",
        sections=[("Before you ask", [("text", TEXT)]), ("Ask", [("heading", "In the system")])],
        subject="Renewals",
        audience=Audience.objects.create(name="Newcomers"),
        keeper=Person.objects.create(name="Winona Farrow"),
        tags=["renewals"],
    )


def show(client, guide) -> html.HtmlElement:
    response = client.get(f"{guide.url}print/")
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def test_it_shows_the_guide_and_nothing_around_it(client, guide):
    GuideReview.objects.create(guide=guide, reviewed_on="2024-06-01")
    tree = show(client, guide)
    said = text_of(tree.cssselect("main")[0])
    for words in (
        "Renew a loan",
        "How-to Renewals For: Newcomers",
        "1 Jun 2024 Reviewed",
        "Kept right by Winona Farrow",
        "Before you ask",
        "In the system",
        guide.full_url,
    ):
        assert words in said
    assert not tree.cssselect("nav, header, footer, form, details, script, .permalink, .chips")


def test_search_engines_are_led_to_the_guide(client, guide):
    tree = show(client, guide)
    assert tree.cssselect('meta[name="robots"]')[0].get("content") == "noindex"
    assert tree.cssselect("link[rel=canonical]")[0].get("href") == guide.full_url
    assert tree.cssselect(".to-guide a")[0].get("href").endswith(guide.url)


def test_links_within_the_site_have_their_whole_address(client, guide):
    links = show(client, guide).cssselect(".prose a")
    assert [link.get("href") for link in links] == [
        "http://localhost/chats/",
        "https://example.org/a",
        "//cdn.example.org/",
        "mailto:a@example.org",
    ]


def test_all_topics_are_shown_each_with_an_address_short_enough_to_be_typed(client, guide):
    topics = [
        make_topic(f"Topic {n}", 60 + n, related_page=guide, key=f"topic{n}aa") for n in range(8)
    ]
    make_chat(topics=topics)
    links = show(client, guide).cssselect(".lines a")
    assert [text_of(link)[-7:] for link in links] == [f"Topic {n}" for n in range(8)]
    assert links[0].get("href") == "http://localhost/topics/topic0aa/"


def test_an_empty_guide_says_so(client):
    tree = show(client, make_guide(sections=[]))
    assert "Nothing is written yet" in text_of(tree)
