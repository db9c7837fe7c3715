"""The blog's lists and feeds."""

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from blog.lists import POSTS_PER_PAGE
from blog.models import Category
from tests.blog.test_posts import every_block, show, text_of
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.factories.pictures import make_image

pytestmark = pytest.mark.django_db


def titles(client, url: str) -> list[str]:
    response = client.get(url)
    assert response.status_code == 200
    tree = html.fromstring(response.content.decode())
    links = tree.cssselect("main .post-line > :first-child a")
    return [link.xpath("string(text()[last()])").strip() for link in links]


def test_newest_first_and_no_drafts(client):
    make_post("Old", "2020-01-01")
    make_post("New", "2024-01-01")
    make_post("Twin of new", "2024-01-01")
    make_post("Draft", "2024-06-01", live=False)
    assert titles(client, "/blog/") == ["Twin of new", "New", "Old"]


def test_an_empty_blog_says_what_will_be_here(client):
    tree = html.fromstring(client.get("/blog/").content.decode())
    assert "No post yet" in text_of(tree)
    assert tree.cssselect('a[href="/blog/send/"]')


def test_by_tag_author_category_year_and_month(client):
    category = Category.objects.create(name="Policy")
    make_post("A", "2024-03-06", tags=["Labels"], authors=["Winona Farrow"])
    make_post("B", "2024-04-06", category=category)
    make_post("C", "2023-03-06", tags=["Labels", "Boxes"], authors=["Winona Farrow", "Bo"])
    assert titles(client, "/blog/tags/labels/") == ["A", "C"]
    assert titles(client, "/blog/by/winona-farrow/") == ["A", "C"]
    assert titles(client, "/blog/by/bo/") == ["C"]
    assert titles(client, "/blog/category/policy/") == ["B"]
    assert titles(client, "/blog/2024/") == ["B", "A"]
    assert titles(client, "/blog/2024/3/") == ["A"]


@pytest.mark.parametrize(
    "address",
    [
        "2024/13/",
        "2024/0/",
        "0/",
        "99999/",
        "10000/1/",
        "1969/",
        "2019/",
        "tags/nothing/",
        "by/nobody/",
        "category/none/",
        "tags/nothing/feed.xml",
        "feed.json",
        "atom.xml",
    ],
)
def test_addresses_of_nothing(client, address):
    make_post()
    assert client.get(f"/blog/{address}").status_code == 404


def test_pages_of_a_long_list(client):
    for n in range(POSTS_PER_PAGE + 3):
        make_post(f"Post {n}", f"2024-01-{n + 1:02}")
    assert len(titles(client, "/blog/")) == POSTS_PER_PAGE
    assert titles(client, "/blog/?page=2") == ["Post 2", "Post 1", "Post 0"]
    assert len(titles(client, "/blog/?page=nonsense")) == POSTS_PER_PAGE
    assert len(titles(client, "/blog/?page=99")) == 3


def test_queries_do_not_grow_with_posts(client):
    def queries() -> int:
        client.get("/blog/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/blog/")
        return len(caught)

    category = Category.objects.create(name="Policy")
    make_comment(make_post("First", authors=["A"], tags=["x"], category=category))
    few = queries()
    for n in range(14):
        authors, tags = [f"B{n}", f"C{n}"], [f"y{n}", "x"]
        post = make_post(f"P{n}", f"20{10 + n}-05-05", authors, tags, category=category)
        make_comment(post)
    assert queries() == few


def test_counts_comments_that_readers_see(client):
    post = make_post()
    make_comment(post)
    make_comment(post, state="held")
    tree = html.fromstring(client.get("/blog/").content.decode())
    assert tree.cssselect(".post-line a[href$='#comments']")[0].text == "1 comment"


def test_feeds_are_announced(client):
    make_post(tags=["labels"])
    tree = html.fromstring(client.get("/blog/tags/labels/").content.decode())
    feeds = {link.get("href"): link.get("type") for link in tree.cssselect("link[rel=alternate]")}
    assert feeds == {
        "/blog/feed.xml": "application/atom+xml",
        "/blog/rss.xml": "application/rss+xml",
        "/blog/tags/labels/feed.xml": "application/atom+xml",
    }


PARTS = ("", "tags/labels/", "by/winona-farrow/", "category/policy/")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("kind", ["feed", "rss"])
def test_feeds_are_read_by_a_feed_library(client, part, kind):
    category = Category.objects.create(name="Policy")
    post = make_post(
        "Labels & <stamps>",
        authors=["Winona Farrow"],
        tags=["labels"],
        category=category,
        summary="What we learnt.",
        body=[*every_block(make_image()), ("text", '<p><a href="/chats/">Chats</a></p>')],
    )
    response = client.get(f"/blog/{part}{kind}.xml")
    read = feedparser.parse(
        response.content, response_headers={"content-type": response["Content-Type"]}
    )
    assert not read.bozo
    assert read.version == {"feed": "atom10", "rss": "rss20"}[kind]
    assert read.feed.title.endswith("Desk to Desk")
    (entry,) = read.entries
    assert entry.link == post.full_url
    assert entry.author == "Winona Farrow"
    assert entry.id.startswith("urn:uuid:")
    assert [tag.term for tag in entry.tags] == ["labels"]
    assert entry.published_parsed
    content = entry.content[-1].value
    assert "What helps" in content
    assert 'href="http://localhost/chats/"' in content
    assert 'src="/' not in content
    assert "What we learnt." in entry.summary


def test_a_feed_does_not_change_unasked(client):
    make_post()
    first = client.get("/blog/feed.xml")
    again = client.get("/blog/feed.xml", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    make_post("Another")
    changed = client.get("/blog/feed.xml", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_an_entry_keeps_its_id_when_its_address_changes(client):
    post = make_post()
    before = feedparser.parse(client.get("/blog/feed.xml").content).entries[0].id
    post.slug = "another"
    post.save_revision().publish()
    assert feedparser.parse(client.get("/blog/feed.xml").content).entries[0].id == before


def test_comment_feeds(client):
    post = make_post()
    comment = make_comment(post, "Two <b>lines</b>\nhttps://example.org", name="<i>Ines</i>")
    make_comment(post, "Held.", state="held")
    for url in ("/comments/feed.xml", f"/comments/on/{post.pk}/feed.xml"):
        read = feedparser.parse(client.get(url).content)
        assert not read.bozo
        (entry,) = read.entries
        assert entry.link == f"http://testserver/comments/{comment.key}/"
        assert "&lt;b&gt;lines" in entry.summary
    post.unpublish()
    assert client.get(f"/comments/on/{post.pk}/feed.xml").status_code == 404


def test_home_shows_the_newest_posts(client):
    for n in range(5):
        make_post(f"Post {n}", f"2024-01-0{n + 1}")
    tree = html.fromstring(client.get("/").content.decode())
    shown = [link.text_content()[-6:] for link in tree.cssselect(".post-line h3 a")]
    assert shown == ["Post 4", "Post 3", "Post 2"]


def test_the_sitemap_names_posts(client):
    post = make_post()
    assert post.url in client.get("/sitemap.xml").content.decode()
    assert show(client, post) is not None
