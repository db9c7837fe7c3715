"""What is said when there is nothing to show."""

import pytest
from lxml import html

from core.errors import search_words
from tests.factories.chats import make_chat


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/renewing/on-comcat/", "renewing on comcat"),
        ("/2021-12-08/", "2021"),
        ("/tags/lost_books/", "lost books"),
        ("/people/mara-lindqvist/", "mara lindqvist"),
        ("/ill/guide.php", "ill guide"),
        ("/%C3%A9l%C3%A8ves/", "élèves"),
        ("/<script>alert('x')</script>/", "script alert x script"),
        ("/" + "a-" * 50, "a a a a a a a a"),
        ("/", ""),
    ],
)
def test_the_words_of_an_address(path, words):
    assert search_words(path) == words


@pytest.mark.django_db
def test_a_missing_page_offers_its_words_to_the_search(client):
    response = client.get("/lost-books/")
    assert response.status_code == 404
    form = html.fromstring(response.content).cssselect("form.search")[0]
    assert (form.get("action"), form.get("method")) == ("/search/", "get")
    assert form.get("data-suggestions") == "/search/suggestions.json"
    assert ("q", "lost books") in form.form_values()
    assert not form.cssselect("[name=csrfmiddlewaretoken]")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/chats/lost_books/", "lost books"),
        ("/chats/2024-03-06/lost-books/", "lost books"),
        ("/chats/2024-03-06/chats/lost-books/", "chats lost books"),
        ("/calls/lost-books/", "calls lost books"),
        ("/%00/chats/lost%00books/", "chats lost books"),
        ("/" + "chats/" * 400, " ".join(["chats"] * 8)),
    ],
)
def test_the_way_to_a_page_that_is_there_is_not_among_the_words(client, archive, path, words):
    make_chat("2024-03-06")
    response = client.get(path)
    assert response.status_code == 404
    form = html.fromstring(response.content).cssselect("form.search")[0]
    assert ("q", words) in form.form_values()


def test_the_search_is_there_without_an_archive_too(client, archive):
    archive.unpublish()
    page = html.fromstring(client.get("/lost-books/").content)
    assert page.cssselect("form.search")[0].get("action") == "/search/"


@pytest.mark.django_db
def test_a_failure_says_that_it_is_ours(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("home.models.HomePage.get_context", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something broke here" in response.content.decode()
