"""What is kept of the pages of chats: no more than is the same for all, and all that is asked."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from comments.models import CommentSettings
from tests.factories.chats import make_chat, make_topic
from tests.factories.comments import make_comment
from tests.factories.transcripts import make_transcript
from tests.kept_parts import assert_same_for_all, keep_parts

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch, tmp_path):
    keep_parts(settings, monkeypatch, tmp_path / "pages")


@pytest.fixture
def chat(archive):
    topics = [make_topic("Packing maps", 60, tags=["Packaging"]), make_topic("Courier bins", 120)]
    recording = "https://www.youtube.com/watch?v=abcdefghijk"
    chat = make_chat(topics=topics, recording_url=recording, summary="<p>How maps travel.</p>")
    make_transcript(chat, [(70, "Nell", "Roll them."), (130, "Theo", "Label the bins.")])
    make_comment(chat, "We roll them too.")
    # Else the first page with comments writes them, and ends what was kept.
    CommentSettings.load()
    return chat


@pytest.fixture
def asked():
    """A function that has a page rendered for somebody, and returns it with what that asked."""
    client = Client()
    client.cookies["author"] = "somebody"

    def ask(address: str) -> tuple[html.HtmlElement, list[str]]:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200
        return html.fromstring(response.content.decode()), [query["sql"] for query in queries]

    return ask


def chats_in(page: html.HtmlElement) -> list[str]:
    return [stamp.get("datetime") for stamp in page.cssselect(".chat .stamp-date")]


def test_is_the_same_for_all(chat, archive):
    make_chat("2024-04-03")
    narrowed = [archive.url + query for query in ("?tag=packaging", "?page=1", "?q=maps")]
    assert_same_for_all([chat.url, f"{chat.url}?t=70", archive.url, *narrowed])


@pytest.mark.parametrize("query", ["", "?t=70"])
def test_a_chat_whose_parts_are_kept_is_not_read_again(asked, chat, query):
    first, asked_first = asked(chat.url + query)
    again, asked_again = asked(chat.url + query)
    assert html.tostring(again) == html.tostring(first)
    assert "Label the bins." in again.text_content()
    assert len(asked_first) > 14 >= len(asked_again)
    assert not [sql for sql in asked_again if '"chats_topic"' in sql or "comments_" in sql]


def test_a_change_is_shown_at_once(asked, chat):
    asked(chat.url)
    chat.title = "Maps and bins"
    chat.save_revision().publish()
    assert "Maps and bins" in asked(chat.url)[0].text_content()


def test_each_choice_and_page_has_a_list_of_its_own(asked, chat, archive):
    for day in range(1, 22):
        make_chat(f"2023-01-{day:02}")
    addresses = [archive.url + query for query in ("", "?page=2", "?year=2024", "?tag=packaging")]
    shown = [chats_in(asked(address)[0]) for address in addresses]
    assert [len(dates) for dates in shown] == [20, 2, 1, 1]
    for address, dates in zip(addresses, shown, strict=True):
        page, queries = asked(address)
        assert chats_in(page) == dates
        assert not [sql for sql in queries if "chats_chatpage" in sql]


def test_a_list_keeps_what_else_its_address_says(asked, chat, archive):
    for day in range(1, 22):
        make_chat(f"2023-01-{day:02}")
    for extra in ("", "&from=mail"):
        page, _queries = asked(f"{archive.url}?state=&page=1{extra}")
        (following,) = page.cssselect("a[rel=next]")
        assert extra in following.get("href")
        assert ("from=mail" in following.get("href")) == bool(extra)


def test_a_choice_that_is_not_known_is_told_to_nobody_else(asked, chat, archive):
    for year in ("1901", "1902"):
        page, _queries = asked(f"{archive.url}?year={year}")
        assert f"“{year}” is not in this list" in page.text_content()
    assert "is not in this list" not in asked(archive.url)[0].text_content()


def test_of_many_pages_those_near_and_the_ends_are_offered(asked, archive):
    call_command("generate_load", chats=180)
    page, _queries = asked(f"{archive.url}?page=5")
    offered = [item.text_content().strip() for item in page.cssselect(".pages li")]
    assert [words.removeprefix("Page ") for words in offered] == [
        *("Previous", "1", "…", "4", "5", "6", "…", "9", "Next")
    ]
