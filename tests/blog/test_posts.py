"""A post as readers, search engines and other sites see it."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from wagtail.images.models import Image
from wagtail.models import PageViewRestriction

from blog.models import BlogPage, Category, PostPage
from people.models import Person
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.comments import make_comment
from tests.factories.guides import make_guide
from tests.factories.pictures import make_image

pytestmark = pytest.mark.django_db


def show(client, page, **query) -> html.HtmlElement:
    response = client.get(page.url, query)
    assert response.status_code == 200
    return html.fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def structured(tree: html.HtmlElement) -> dict:
    (script,) = tree.cssselect('script[type="application/ld+json"]')
    return json.loads(script.text)


def every_block(image: Image, chat=None, topic: str = "") -> list:
    table = PostPage.body.field.stream_block.child_blocks["table"].child_blocks["table"]
    rows = {
        "columns": [{"type": "text", "heading": "Days"}, {"type": "text", "heading": "Libraries"}],
        "rows": [{"values": ["5", "3"]}, {"values": ["7", "14"]}],
        "caption": "",
    }
    blocks = [
        ("heading", "What helps"),
        ("text", "<p>Ask <b>twice</b>.</p>"),
        ("quote", {"text": "Pack once.", "source": "Over the table"}),
        ("image", {"image": image, "alt": "A padded box", "caption": "Ours"}),
        (
            "gallery",
            {"caption": "Two", "images": [{"image": image, "alt": "One", "caption": ""}] * 2},
        ),
        ("callout", {"kind": "careful", "title": "Mind", "text": "<p>The date runs on.</p>"}),
        ("code", {"language": "CSV", "text": "request,<title>"}),
        ("table", {"caption": "Days on the shelf", "table": table.to_python(rows)}),
        ("recording", {"title": "Labels", "url": "https://youtu.be/aqz-KE-bpKQ"}),
        ("questions", {"title": "", "questions": ["How many days?"]}),
    ]
    if chat:
        blocks += [("chat", {"chat": chat}), ("topics", {"title": "", "topics": [topic]})]
    return blocks


def test_every_block_is_shown(client):
    chat = make_chat(topics=[make_topic("Orange labels", 402)])
    topic = chat.topics.get()
    tree = show(client, make_post(body=every_block(make_image(), chat, topic.key)))
    prose = tree.cssselect(".prose")[0]
    assert prose.cssselect("h2#what-helps")
    assert prose.cssselect("blockquote + figcaption")[0].text == "Over the table"
    assert prose.cssselect("figure > img")[0].get("alt") == "A padded box"
    assert len(prose.cssselect(".gallery li a")) == 2
    assert "Careful" in text_of(prose.cssselect(".notice-warning")[0])
    assert prose.cssselect("pre code")[0].text == "request,<title>"
    assert [th.get("scope") for th in prose.cssselect("thead th")] == ["col", "col"]
    assert prose.cssselect("caption")[0].text == "Days on the shelf"
    assert not prose.cssselect("iframe")
    assert prose.cssselect(".recording a")[0].get("href").startswith("https://www.youtube.com/")
    assert "6:42" in text_of(prose.cssselect(".cards")[0])
    assert prose.cssselect("article.chat a")[0].get("href") == chat.url


def test_cards_of_what_readers_may_not_see_are_left_out(client):
    chat = make_chat(topics=[make_topic("Orange labels", 402)])
    post = make_post(body=every_block(make_image(), chat, chat.topics.get().key))
    chat.unpublish()
    prose = show(client, post).cssselect(".prose")[0]
    assert not prose.cssselect(".cards, article.chat")
    chat.delete()
    assert show(client, post).cssselect(".prose")


def test_head_of_the_page(client):
    category = Category.objects.create(name="How we do it")
    post = make_post(
        "Labels & “stamps” </script>",
        authors=["Winona Farrow", "Rafael Bly"],
        tags=["labels"],
        summary="What we learnt.",
        category=category,
        lead_image=make_image(),
        lead_image_alt="A box",
        canonical_url="https://example.org/first",
    )
    make_comment(post)
    tree = show(client, post)
    assert tree.cssselect("link[rel=canonical]")[0].get("href") == "https://example.org/first"
    told = {meta.get("property"): meta.get("content") for meta in tree.cssselect("meta[property]")}
    assert told["og:type"] == "article"
    assert told["og:title"] == post.title
    assert told["og:url"] == post.full_url
    assert told["og:image"].startswith("http")
    assert told["og:image:alt"] == "A box"
    data = structured(tree)
    assert data["@type"] == "BlogPosting"
    assert data["headline"] == post.title
    assert [author["name"] for author in data["author"]] == ["Winona Farrow", "Rafael Bly"]
    assert data["commentCount"] == 1
    assert data["image"].startswith("http")
    assert data["articleSection"] == "How we do it"
    assert "datePublished" in data


def test_head_of_a_bare_post(client):
    tree = show(client, make_post())
    assert (
        tree.cssselect("link[rel=canonical]")[0].get("href").endswith("/blog/packing-audiobooks/")
    )
    assert "author" not in structured(tree)
    assert not tree.cssselect('meta[property="og:image"]')


def test_byline_and_reading_time(client):
    words = "<p>" + "word " * 450 + "</p>"
    post = make_post(authors=["Winona Farrow"], body=[("text", words)])
    said = text_of(show(client, post).cssselect(".post-meta")[0])
    assert "By Winona Farrow" in said
    assert "3 minutes to read" in said


def test_related_share_tags_and_else_are_the_newest(client):
    post = make_post("This", tags=["labels", "packing"])
    make_post("Both", "2020-01-01", tags=["labels", "packing"])
    make_post("One", "2021-01-01", tags=["labels"])
    for n in range(5):
        make_post(f"Other {n}", f"2023-01-0{n + 1}")
    tree = show(client, post)
    section = tree.get_element_by_id("related").getparent()
    titles = [link.text for link in section.cssselect(".hit a > span")]
    assert titles == ["Both", "One", "Other 4"]


def test_related_are_of_whatever_kind(client):
    post = make_post("This", tags=["labels", "packing"])
    make_guide("Stick a label", tags=["labels"])
    make_chat(topics=[make_topic("Boxes", 9, tags=["labels", "packing"])])
    make_post("Else", "2020-01-01")
    section = show(client, post).get_element_by_id("related").getparent()
    titles = [link.text for link in section.cssselect(".hit a > span")]
    assert titles == ["Boxes", "Stick a label", "Else"]


def test_before_and_after(client):
    first = make_post("First", "2024-01-01")
    twin = make_post("Twin", "2024-01-01")
    last = make_post("Last", "2024-02-01")
    make_post("Draft", "2024-01-15", live=False)
    tree = show(client, twin)
    assert tree.cssselect("a[rel=prev]")[0].get("href") == first.url
    assert tree.cssselect("a[rel=next]")[0].get("href") == last.url
    assert not show(client, first).cssselect("a[rel=prev]")
    assert not show(client, last).cssselect("a[rel=next]")


def test_drafts_private_and_expired_posts_are_not_read(client):
    post = make_post()
    PageViewRestriction.objects.create(page=post, restriction_type="login")
    assert client.get(post.url).status_code == 302
    assert "Packing" not in client.get("/blog/").content.decode()
    draft = make_post("Unseen", live=False)
    assert client.get(f"/blog/{draft.slug}/").status_code == 404
    PostPage.objects.filter(pk=post.pk).update(expire_at=timezone.now())
    PageViewRestriction.objects.all().delete()
    assert client.get(post.url).status_code == 404


def test_scheduled_posts_appear_in_their_time(client):
    from operate.schedule import keep_schedule

    post = make_post("Later", live=False)
    post.go_live_at = timezone.now() + timezone.timedelta(hours=1)
    post.save_revision().publish()
    assert client.get(f"/blog/{post.slug}/").status_code == 404
    post.go_live_at = timezone.now() - timezone.timedelta(minutes=1)
    revision = post.save_revision(approved_go_live_at=post.go_live_at)
    assert revision
    keep_schedule()
    assert client.get(f"/blog/{post.slug}/").status_code == 200


@pytest.mark.parametrize("slug", ["2026", "send", "tags", "by", "category"])
def test_slugs_of_the_blog_itself_are_refused(slug):
    post = make_post()
    post.slug = slug
    with pytest.raises(ValidationError) as told:
        post.full_clean()
    assert "slug" in told.value.message_dict


def test_an_author_who_wrote_cannot_be_deleted_unseen():
    from django.db.models import ProtectedError

    make_post(authors=["Winona Farrow"])
    with pytest.raises(ProtectedError):
        Person.objects.get().delete()


def test_queries_do_not_grow_with_a_post(client):
    def queries(post) -> int:
        client.get(post.url)
        with CaptureQueriesContext(connection) as caught:
            client.get(post.url)
        return len(caught)

    image = make_image()
    few = make_post("Few", authors=["A"], tags=["x"], body=every_block(image))
    body = every_block(image) * 4
    authors, tags = [f"Author {n}" for n in range(8)], [f"tag {n}" for n in range(20)]
    many = make_post("Many", authors=authors, tags=tags, body=body)
    for n in range(8):
        make_post(f"Other {n}", authors=authors, tags=tags)
    assert queries(many) <= queries(few) + 20


def test_the_editors_preview_shows_a_post_never_saved(client, admin_user):
    post = PostPage(title="New", slug="new")
    BlogPage.objects.get().add_child(instance=post)
    draft = PostPage.objects.get(pk=post.pk)
    response = draft.make_preview_request(preview_mode=draft.default_preview_mode)
    assert response.status_code == 200
