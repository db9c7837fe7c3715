"""What is said when there is nothing to show."""

import pytest
from lxml import html

from core.errors import search_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/renewing/on-comcat/", "renewing on comcat"),
        ("/chats/2021-12-08/", "2021"),
        ("/chats/lost_books/", "lost books"),
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
    assert (form.get("action"), form.get("method")) == ("/chats/", "get")
    assert ("q", "lost books") in form.form_values()
    assert not form.cssselect("[name=csrfmiddlewaretoken]")


@pytest.mark.django_db
def test_a_failure_says_that_it_is_ours(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("home.models.HomePage.get_context", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something broke here" in response.content.decode()
