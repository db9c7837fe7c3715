"""What the demonstration's posts, comments and pictures name is there, and fits.

Nothing is loaded here: the files are read as they lie.
"""

import re
import tomllib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from operate import demonstration

DATA = Path(demonstration.__file__).parent
MEDIA = DATA / "media"


def read(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


WRITTEN = read("posts")
POSTS = {post["slug"]: post for post in WRITTEN["posts"]}
COMMENTS = {comment["key"]: comment for comment in read("comments")["comments"]}
CHATS = {chat["weeks_ago"]: chat for chat in read("chats")["chats"]}
PEOPLE = read("people")
EVENTS = {event.get("title") for event in read("events")["events"]}
STARTS = {
    (chat["weeks_ago"], topic["start"])
    for chat in CHATS.values()
    for topic in chat.get("topics", [])
    if "start" in topic
}
AUTHORS = [*PEOPLE["people"], *WRITTEN["guests"]]
BLOCKS = [(slug, block) for slug, post in POSTS.items() for block in post["body"]]

KEYS_OF_BLOCKS = {
    "paragraph": {"html"},
    "heading": {"text"},
    "quote": {"text", "source"},
    "callout": {"kind", "title", "html"},
    "code": {"language", "text"},
    "table": {"caption", "head", "rows"},
    "image": {"image", "alt", "caption"},
    "gallery": {"caption", "images"},
    "topics": {"title", "topics"},
    "chat": {"weeks_ago"},
    "event": {"title"},
    "questions": {"title", "questions"},
    "recording": {"url"},
}
ONLY_ONCE = {"gallery", "recording"}
KEYS_OF_POSTS = {
    *["slug", "title", "days_ago", "authors", "category", "tags", "summary", "comments"],
    *["canonical_url", "image", "image_alt", "body"],
}
KEYS_OF_COMMENTS = {
    *["post", "chat", "key", "reply_to", "question", "name", "email", "library", "hours_after"],
    *["state", "staff", "edited", "reasons", "text", "reported"],
}
RULES = {
    *["first", "links", "words", "barcode", "phone", "flood", "honeypot", "too_fast", "too_old"],
    *["name", "akismet_down"],
}
REASONS = {"held": RULES, "spam": {"akismet_spam", "links", "words"}}
EXAMPLE_DOMAIN = re.compile(r"@(\w[\w.-]*\.)?(example|example\.(org|net|com))\Z")


class Reader(HTMLParser):
    """Notes what a piece of HTML is made of; an end without its start is an error."""

    def __init__(self, html: str):
        super().__init__()
        self.seen: set[tuple[str, ...]] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.add((tag, *(name for name, _value in attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert self.open or not data.strip(), f"outside of any element: {data}"


def page_of(comment: dict) -> str | int:
    return comment["post"] if "post" in comment else comment["chat"]


def questions_of(slug: str) -> list[str]:
    blocks = (block for block in POSTS[slug]["body"] if block["type"] == "questions")
    return next(blocks)["questions"]


def depth_of(comment: dict) -> int:
    parent = comment.get("reply_to")
    return 1 + depth_of(COMMENTS[parent]) if parent else 1


def pictures() -> list[tuple[str, str]]:
    """Every picture that a post shows, with what is said of it."""
    shown = [(post["image"], post["image_alt"]) for post in POSTS.values() if "image" in post]
    for _slug, block in BLOCKS:
        listed = block["images"] if block["type"] == "gallery" else [block]
        shown += [(one["image"], one["alt"]) for one in listed if "image" in one]
    return shown


def test_nothing_has_the_name_of_another():
    assert len(POSTS) == len(WRITTEN["posts"]) == 25
    assert len(COMMENTS) == len(read("comments")["comments"])
    for name in ("title", "days_ago", "summary"):
        assert len({post[name] for post in POSTS.values()}) == len(POSTS)
    assert len({author["slug"] for author in AUTHORS}) == len(AUTHORS)
    assert len({author["name"] for author in AUTHORS}) == len(AUTHORS)
    texts = Counter(comment["text"] for comment in COMMENTS.values())
    assert texts.most_common(1)[0][1] == 1


@pytest.mark.parametrize("slug", POSTS)
def test_a_post_fits(slug):
    post = POSTS[slug]
    assert set(post) <= KEYS_OF_POSTS
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert 0 < len(post["title"]) <= 80
    assert 0 < len(post["summary"]) <= 220
    assert "<" not in post["title"] + post["summary"]
    assert 3 <= post["days_ago"] <= 800
    assert 1 <= len(post["tags"]) == len(set(post["tags"])) <= 4
    assert post["category"] in {category["name"] for category in WRITTEN["categories"]}
    assert post.get("comments", "open") in {"open", "closed", "off"}
    assert post["authors"]
    assert set(post["authors"]) <= {author["slug"] for author in AUTHORS}
    assert ("image" in post) == ("image_alt" in post)


@pytest.mark.parametrize(("slug", "block"), BLOCKS)
def test_a_block_is_complete(slug, block):
    assert set(block) - {"type"} == KEYS_OF_BLOCKS[block["type"]]
    for name, value in block.items():
        # The corner of a table may be empty, nothing else.
        assert value or value == 0, name
    if block["type"] == "table":
        assert {len(row) for row in block["rows"]} == {len(block["head"])}
    if block["type"] == "callout":
        assert block["kind"] in {"note", "tip", "careful"}
    if html := block.get("html"):
        parts = Reader(html)
        assert not parts.open
        assert parts.seen <= {("p",), ("ul",), ("ol",), ("li",), ("b",), ("i",), ("a", "href")}


def test_posts_speak_only_of_chats_that_are_there_and_were_held():
    for slug, block in BLOCKS:
        day = POSTS[slug]["days_ago"]
        if block["type"] == "chat":
            assert block["weeks_ago"] in CHATS
            assert block["weeks_ago"] * 7 >= day
        if block["type"] == "event":
            assert block["title"] in EVENTS
        for topic in block.get("topics", []):
            assert (topic["weeks_ago"], topic["start"]) in STARTS, slug
            assert topic["weeks_ago"] * 7 >= day, slug


def test_every_kind_of_block_is_shown():
    counts = Counter(block["type"] for _slug, block in BLOCKS)
    for kind in KEYS_OF_BLOCKS:
        assert counts[kind] == 1 if kind in ONLY_ONCE else counts[kind] >= 2, kind


def test_guests_and_categories_have_posts():
    authors = {slug for post in POSTS.values() for slug in post["authors"]}
    assert {guest["slug"] for guest in WRITTEN["guests"]} <= authors
    categories = {category["name"] for category in WRITTEN["categories"]}
    assert categories == {post["category"] for post in POSTS.values()}


def test_tags_join_posts_and_chats():
    topics = [topic for chat in CHATS.values() for topic in chat.get("topics", [])]
    known = {tag for topic in topics for tag in topic.get("tags", [])}
    for slug, post in POSTS.items():
        assert known & set(post["tags"]), slug


def test_some_posts_are_new_and_one_is_told_again():
    assert len([post for post in POSTS.values() if post["days_ago"] <= 30]) >= 3
    [told_again] = [post["canonical_url"] for post in POSTS.values() if post.get("canonical_url")]
    assert told_again.startswith("https://example.org/")


def test_pictures_are_there_and_small():
    for name, alt in pictures():
        assert len(alt) > 20
        path = MEDIA / f"{name}.png"
        assert path.stat().st_size < 40_000
        with Image.open(path) as image:
            assert image.size == (1200, 675)


@pytest.mark.parametrize("key", COMMENTS)
def test_a_comment_fits(key):
    comment = COMMENTS[key]
    assert set(comment) <= KEYS_OF_COMMENTS
    assert ("post" in comment) != ("chat" in comment)
    assert 0 < len(comment["name"]) <= 100
    assert len(comment["email"]) <= 254
    assert EXAMPLE_DOMAIN.search(comment["email"])
    assert 0 < len(comment["text"]) <= 10_000
    assert comment["text"] == comment["text"].strip()
    hosts = re.findall(r"https?://([^/\s]+)", comment["text"])
    assert set(hosts) <= {"example.org", "example.com", "example.net"}


@pytest.mark.parametrize("key", COMMENTS)
def test_a_comment_stands_in_its_place(key):
    comment = COMMENTS[key]
    page = page_of(comment)
    if "post" in comment:
        assert POSTS[page].get("comments", "open") != "off"
        oldest = POSTS[page]["days_ago"] * 24
    else:
        assert CHATS[page].get("topics")
        oldest = page * 7 * 24
    assert 0 < comment["hours_after"] <= oldest - 12
    if "question" in comment:
        assert 1 <= comment["question"] <= len(questions_of(page))
    if parent := COMMENTS.get(comment.get("reply_to")):
        assert page_of(parent) == page
        assert parent["hours_after"] < comment["hours_after"]
        assert parent["state"] == "approved"
    else:
        assert not comment.get("reply_to")


@pytest.mark.parametrize("key", COMMENTS)
def test_a_comment_has_the_state_it_may_have(key):
    comment = COMMENTS[key]
    assert comment["state"] in {"approved", "held", "spam", "deleted"}
    assert bool(comment.get("reasons")) == (comment["state"] in REASONS)
    assert set(comment.get("reasons", [])) <= REASONS.get(comment["state"], set())
    if comment.get("staff"):
        assert comment["state"] == "approved"
        assert comment["name"] in {person["name"] for person in PEOPLE["people"]}
    else:
        assert comment["name"] not in {person["name"] for person in PEOPLE["people"]}
    if comment.get("edited"):
        assert "removed by a moderator" in comment["text"]
    if "reported" in comment:
        assert comment["reported"]
        assert comment["state"] == "approved"


def test_who_has_no_approved_comment_is_held_as_new():
    approved = {one["email"] for one in COMMENTS.values() if one["state"] == "approved"}
    for comment in COMMENTS.values():
        if comment["state"] == "held":
            assert ("first" in comment["reasons"]) == (comment["email"] not in approved)


def test_one_name_has_one_address_where_it_was_approved():
    approved = [one for one in COMMENTS.values() if one["state"] == "approved"]
    addresses = {(one["name"], one["email"]) for one in approved}
    assert len(addresses) == len({name for name, _email in addresses})


def test_all_states_rules_and_shapes_of_talk_are_there():
    states = Counter(comment["state"] for comment in COMMENTS.values())
    assert min(states[state] for state in ("approved", "held", "spam", "deleted")) >= 4
    held = {reason for one in COMMENTS.values() for reason in one.get("reasons", [])}
    assert held >= RULES
    assert max(map(depth_of, COMMENTS.values())) == 6
    pages = Counter(page_of(one) for one in COMMENTS.values() if one["state"] == "approved")
    assert pages.most_common(1)[0][1] >= 30
    assert len([page for page in pages if isinstance(page, int)]) == 4
