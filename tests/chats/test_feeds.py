"""Feeds of what can be followed in the archive: a tag, and what a search finds."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree, html
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from chats import feeds
from search import following
from search.models import SearchedWords
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript
from updates.following import Ref, find_followed

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["table", "index"])
def indexed(request, archive) -> Callable[[], None]:
    """A function that makes the index of what is there; for the table it does nothing."""
    return following.rebuild if request.param == "index" else lambda: None


def read(client, path: str, **asked):
    response = client.get(path, asked)
    assert response.status_code == 200
    etree.fromstring(response.content)
    return feedparser.parse(response.content)


def titles(feed) -> list[str]:
    return [entry.title for entry in feed.entries]


def queries(client, path: str, **asked) -> int:
    client.get(path, asked)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(path, asked)
    return len(captured)


def test_a_tag_has_a_feed_of_its_topics_the_newest_first(client, archive):
    make_chat("2024-02-21", [make_topic("Maps", 61, tags=["packaging"], answer="Use <b>tubes</b>")])
    newer = make_chat(
        "2024-03-06",
        [make_topic("Boxes", 200, tags=["packaging"]), make_topic("Dates", 900, tags=["renewals"])],
    )
    feed = read(client, "/tags/packaging/feed.xml")
    assert titles(feed) == ["Boxes", "Maps"]
    assert feed.feed.link == "http://testserver/tags/packaging/"
    key = newer.topics.get(title="Boxes").key
    first, last = feed.entries
    assert first.link == f"http://testserver/topics/{key}/"
    assert first.id == f"tag:testserver,2026:topic-{key}"
    assert first.published.startswith("2024-03-06")
    assert last.summary == (
        "<p>Use &lt;b&gt;tubes&lt;/b&gt;</p><p>Community chat, February 21, 2024</p>"
    )
    assert client.get(first.link.removeprefix("http://testserver")).url.endswith(f"#topic-{key}")


def test_the_page_of_a_tag_names_its_feed(client, archive):
    make_chat(topics=[make_topic("Boxes", tags=["配送 & maps"])])
    tag = Tag.objects.get()
    page = html.fromstring(client.get(f"/tags/{quote(tag.slug)}/").content)
    (link,) = page.cssselect("link[type='application/atom+xml']")
    assert titles(read(client, link.get("href"))) == ["Boxes"]
    followed = find_followed([Ref("recordings-tag", str(tag.pk))])
    assert [one.feed for one in followed.values()] == [link.get("href")]


def test_a_tag_that_nothing_public_bears_has_no_feed(client, archive):
    make_chat(topics=[make_topic("Not yet", tags=["secret"])], live=False)
    hidden = make_chat("2024-04-03", [make_topic("For members", tags=["inner"])])
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    Tag.objects.create(name="unused")
    for slug in ("secret", "inner", "unused", "nothing"):
        assert client.get(f"/tags/{slug}/feed.xml").status_code == 404


def test_a_republished_chat_keeps_the_ids_of_its_topics(client, archive):
    chat = make_chat(topics=[make_topic("Boxes", tags=["packaging"])])
    before = read(client, "/tags/packaging/feed.xml").entries[0].id
    chat.slug = "elsewhere"
    chat.save_revision().publish()
    assert read(client, "/tags/packaging/feed.xml").entries[0].id == before


def test_the_feed_of_a_tag_ends_and_asks_no_more_for_more(client, archive):
    topics = [make_topic(f"Topic {n}", n, tags=["packaging"]) for n in range(2)]
    make_chat("2024-01-03", topics)
    few = queries(client, "/tags/packaging/feed.xml")
    for month in range(2, 7):
        topics = [make_topic(f"Topic {n}", n, tags=["packaging"], answer="A") for n in range(12)]
        make_chat(f"2024-0{month}-03", topics)
    assert queries(client, "/tags/packaging/feed.xml") <= few
    assert len(read(client, "/tags/packaging/feed.xml").entries) == 50


@pytest.mark.parametrize("path", ["/tags/packaging/feed.xml", "/chats/feed.xml?q=boxes"])
def test_a_feed_that_has_not_changed_is_not_sent_again(client, archive, path):
    make_chat(topics=[make_topic("Boxes", tags=["packaging"])])
    etag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    make_chat("2024-04-03", [make_topic("More boxes", tags=["packaging"])])
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("asked", ["q=nothing", "tag=none", "q=x&host=nobody"])
def test_an_empty_feed_is_one_and_stays_the_same(client, archive, asked):
    response = client.get(f"/chats/feed.xml?{asked}")
    assert not feedparser.parse(response.content).entries
    again = client.get(f"/chats/feed.xml?{asked}", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_a_search_has_a_feed_of_the_newest_chats_that_have_its_words(client, indexed):
    make_chat("2024-02-21", [make_topic("Boxes and boxes", 61)], title="Old")
    newer = make_chat("2024-03-06", [make_topic("Maps", 10), make_topic("A box", 70)], title="New")
    make_chat("2024-03-20", [make_topic("Discs", 10)], title="Other")
    make_chat("2099-01-01", title="Boxes ahead")
    indexed()
    feed = read(client, "/chats/feed.xml", q="boxes")
    assert titles(feed) == ["New", "Old"]
    assert feed.feed.title.startswith("“boxes” · ")
    assert feed.feed.link == "http://localhost/chats/?q=boxes"
    first = feed.entries[0]
    assert first.id == f"urn:uuid:{newer.translation_key}"
    summary = html.fromstring(first.summary)
    key = newer.topics.get(title="A box").key
    assert [a.get("href") for a in summary.cssselect("a")] == [f"{newer.full_url}#topic-{key}"]
    assert "1:10 A box" in summary.text_content()
    assert not SearchedWords.objects.exists()


def test_what_was_said_is_found_with_its_second(client, indexed):
    chat = make_chat(topics=[make_topic("Welcome", 0)])
    make_transcript(chat, [(2, "Jo", "Good morning."), (300, "Jo", "A yellow band & boxes.")])
    indexed()
    (entry,) = read(client, "/chats/feed.xml", q="yellow").entries
    assert "yellow" in html.fromstring(entry.summary).text_content()


def test_a_search_can_be_narrowed_by_host_and_tag_alone_too(client, indexed):
    make_chat("2024-02-21", [make_topic("Boxes", 1, tags=["maps"])], hosts=["Jo"], title="A")
    make_chat("2024-03-06", [make_topic("Boxes", 1)], hosts=["Jo"], title="B")
    make_chat("2024-03-20", [make_topic("Boxes", 1, tags=["maps"])], hosts=["Bo"], title="C")
    indexed()
    for asked, found in (
        ({"q": "boxes", "host": "jo"}, ["B", "A"]),
        ({"q": "boxes", "host": "jo", "tag": "maps"}, ["A"]),
        ({"tag": "maps"}, ["C", "A"]),
        ({"host": "jo"}, ["B", "A"]),
        ({"q": "boxes", "tag": "none"}, []),
        ({"q": "   "}, ["C", "B", "A"]),
    ):
        assert titles(read(client, "/chats/feed.xml", **asked)) == found, asked


def test_a_word_perhaps_meant_is_not_what_was_asked(client, archive):
    make_chat(topics=[make_topic("Packaging", 1)])
    assert titles(read(client, "/chats/feed.xml", q="packagign")) == []


def test_enough_is_found_however_far_back(client, indexed, monkeypatch):
    monkeypatch.setattr(feeds, "LOOKED_THROUGH", (1, 2, None))
    monkeypatch.setattr(feeds, "MOST_IN_FEED", 3)
    for month, title in enumerate(["Boxes", "Maps", "Boxes", "Maps", "Boxes", "Boxes"], 1):
        make_chat(f"2024-0{month}-03", [make_topic(title, 1)], title=f"{title} {month}")
    indexed()
    assert titles(read(client, "/chats/feed.xml", q="boxes")) == ["Boxes 6", "Boxes 5", "Boxes 3"]
    assert titles(read(client, "/chats/feed.xml", q="maps")) == ["Maps 4", "Maps 2"]


ODD = [
    "\x00\x0b\x1f boxes",
    "]]><script>alert(1)</script>",
    "&#0; &amp;",
    "\ud800\ufffe",
    "💥" * 400,
    '"' * 50,
    "-" * 50,
    "OR OR NOT",
    "%" * 30,
]


@pytest.mark.parametrize("words", ODD)
def test_odd_words_make_a_feed_that_can_be_read(client, indexed, words):
    make_chat(topics=[make_topic("Boxes", 1, tags=["maps"])])
    indexed()
    query = urlencode(dict.fromkeys(("q", "host", "tag"), words), errors="surrogatepass")
    assert client.get(f"/chats/feed.xml?{query}").status_code == 200
    read(client, f"/chats/feed.xml?{query}")
    read(client, f"/chats/feed.xml?{urlencode({'q': words}, errors='surrogatepass')}")


def test_control_characters_in_what_was_written_break_no_feed(client, archive):
    topics = [make_topic("Bo\x0bxes", 1, tags=["maps"], answer="Use\x1f tubes.")]
    make_chat(topics=topics, title="A\x07 title")
    for path in ("/tags/maps/feed.xml", "/chats/feed.xml", "/chats/feed.xml?tag=maps"):
        assert len(read(client, path).entries) == 1
    assert len(read(client, "/chats/feed.xml?q=tubes").entries) == 1


def test_one_searchs_answer_is_not_anothers(client, archive):
    make_chat("2024-02-21", [make_topic("Boxes", 1)], title="A")
    make_chat("2024-03-06", [make_topic("Maps", 1)], title="B")
    asked = ["q=boxes", "q=maps", "q=discs", ""]
    found = [titles(read(client, f"/chats/feed.xml?{query}")) for query in asked * 2]
    assert found == [["A"], ["B"], [], ["B", "A"]] * 2


def test_the_page_of_a_search_names_its_feed(client, archive):
    make_chat(topics=[make_topic("Boxes", 1, tags=["maps"])], hosts=["Jo"], title="A")
    page = client.get("/chats/?q=boxes+%26+co+OR+boxes&tag=maps&year=2024").content
    whole, narrowed = html.fromstring(page).cssselect("link[type='application/atom+xml']")
    assert whole.get("href") == "/chats/feed.xml"
    assert narrowed.get("href") == "/chats/feed.xml?q=boxes+%26+co+OR+boxes&tag=maps"
    assert titles(read(client, narrowed.get("href"))) == ["A"]
    page = html.fromstring(client.get("/chats/?year=2024").content)
    assert len(page.cssselect("link[type='application/atom+xml']")) == 1


def test_a_searchs_feed_asks_no_more_for_more(client, indexed):
    make_chat("2024-01-03", [make_topic("Boxes", 1)], hosts=["A"])
    indexed()
    few = queries(client, "/chats/feed.xml", q="boxes")
    for month in range(2, 10):
        topics = [make_topic(f"Boxes {n}", n, tags=["x"]) for n in range(5)]
        make_chat(f"2024-0{month}-03", topics, hosts=["B"], teams=["T"])
    indexed()
    assert queries(client, "/chats/feed.xml", q="boxes") <= few + 2
