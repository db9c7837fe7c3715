"""What the demonstration's guides, people and words name is there, and fits.

Nothing is loaded here: the files are read as they lie.
"""

import csv
import datetime
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from guides.blocks import SectionBlock
from guides.models import GuidePage, GuideType, ReviewInterval
from guides.reviews import next_review_on
from operate import demonstration
from search.words import words_of

DATA = Path(demonstration.__file__).parent
MEDIA = DATA / "media"


def read(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


WRITTEN = read("guides")
GUIDES = {guide["slug"]: guide for guide in WRITTEN["guides"]}
SECTIONS = [(slug, one) for slug, guide in GUIDES.items() for one in guide["sections"]]
SHARED = {text["name"]: text for text in WRITTEN["shared"]}
BLOCKS = [
    *((slug, block) for slug, section in SECTIONS for block in section["body"]),
    *((name, block) for name, text in SHARED.items() for block in text["body"]),
]
PEOPLE = read("people")
PERSONS = {one["slug"]: one for one in [*PEOPLE["people"], *PEOPLE["members"]]}
SUBJECTS = {subject["name"] for subject in WRITTEN["subjects"]}
CHATS = {chat["weeks_ago"]: chat for chat in read("chats")["chats"]}
TOPICS = {
    (chat["weeks_ago"], topic["start"]): topic
    for chat in CHATS.values()
    for topic in chat.get("topics", [])
    if "start" in topic
}
GLOSSARY = read("glossary")
PAGES = {*GUIDES, "chats", "blog", "events", "people", "committee", "contact"}
RICH = {"p", "ul", "ol", "li", "b", "i", "a"}


class Reader(HTMLParser):
    """Notes the elements of a piece of HTML; an end without its start is an error."""

    def __init__(self, html: str):
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert {name for name, _value in attrs} == ({"page"} if tag == "a" else set())
        self.seen.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert self.open or not data.strip(), f"outside of any element: {data}"


def topics_in(entries: list[dict]) -> list[tuple[int, int]]:
    return [(one["weeks_ago"], one["start"]) for one in entries]


def html_in(block: dict) -> Iterator[str]:
    for one in (block, *block.get("steps", ()), *block.get("answers", ())):
        if "html" in one:
            yield one["html"]


def test_twelve_guides_of_all_types():
    assert len(GUIDES) == len(WRITTEN["guides"]) == 12
    assert {guide["type"] for guide in GUIDES.values()} == set(GuideType.values)
    assert {guide["subject"] for guide in GUIDES.values()} == SUBJECTS
    audiences = {audience["name"] for audience in WRITTEN["audiences"]}
    assert {guide["audience"] for guide in GUIDES.values() if "audience" in guide} == audiences
    assert len({guide["title"] for guide in GUIDES.values()}) == 12


@pytest.mark.parametrize("slug", GUIDES)
def test_a_guide_fits(slug):
    guide = GUIDES[slug]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert 0 < len(guide["title"]) <= 80
    assert 0 < len(guide["summary"]) <= GuidePage._meta.get_field("summary").max_length
    assert guide["keeper"] in PERSONS
    assert guide["review_every"] in ReviewInterval
    assert 2 <= len(set(guide["tags"])) == len(guide["tags"]) <= 5
    assert set(guide["related"]) <= set(GUIDES) - {slug}
    assert 3 <= len(guide["sections"]) <= 7
    keys = [section["key"] for section in guide["sections"]]
    assert len(set(keys)) == len(keys)
    days = [guide["days_ago"], *(change["days_ago"] for change in guide["changes"])]
    assert days == sorted(days, reverse=True)
    assert all(0 < len(change["note"]) <= 250 for change in guide["changes"])
    assert max(guide["reviewed_days_ago"]) <= guide["days_ago"]
    assert all(one["days_ago"] < guide["days_ago"] for one in guide.get("feedback", []))


@pytest.mark.parametrize(("slug", "block"), BLOCKS)
def test_a_block_names_what_is_there(slug, block):
    for html in html_in(block):
        parts = Reader(html)
        assert not parts.open
        assert parts.seen <= RICH
        assert set(re.findall(r"page=([\w-]+)", html)) <= PAGES
    match block["type"]:
        case "table":
            assert {len(row) for row in block["rows"]} == {len(block["head"])}
        case "callout":
            assert block["kind"] in {"note", "tip", "careful"}
        case "topics":
            assert set(topics_in(block["topics"])) <= set(TOPICS)
        case "contact":
            assert PERSONS[block["person"]]["email"]
        case "shared":
            assert block["name"] in SHARED
        case "term":
            words = {term["term"] for term in GLOSSARY["terms"]} | set(GLOSSARY["meanings"])
            assert block["term"] in words
        case "file":
            assert (MEDIA / block["document"]).is_file()
        case "list_sign_up":
            assert block["list"] in {one["name"] for one in read("updates")["lists"]}
        case "event":
            assert block["title"] in {one.get("title") for one in read("events")["events"]}
        case "upcoming_events":
            assert block["series"] in {one["name"] for one in read("events")["series"]}
    for one in [block, *block.get("images", ()), *block.get("steps", ())]:
        if "image" in one:
            assert (MEDIA / f"{one['image']}.png").is_file()
            assert len(one["alt"]) > 20
    for link in block.get("links", ()):
        assert len({"page", "post", "url"} & set(link)) == 1
        assert link.get("page", "chats") in PAGES
        posts = {post["slug"] for post in read("posts")["posts"]}
        assert link.get("post", "counting-to-five") in posts


def test_every_kind_of_block_is_shown():
    kinds = SectionBlock().child_blocks["body"].child_blocks
    assert {block["type"] for _slug, block in BLOCKS} == set(kinds)


def test_a_text_is_shared_by_three_guides():
    shown = Counter(block["name"] for _slug, block in BLOCKS if block["type"] == "shared")
    assert set(shown) == set(SHARED)
    assert shown.most_common(1)[0][1] >= 3


def test_topics_name_the_section_that_explains_them():
    named = [topic for _slug, section in SECTIONS for topic in topics_in(section.get("topics", []))]
    assert len(set(named)) == len(named) >= 20
    assert set(named) <= set(TOPICS)
    for topic in named:
        assert TOPICS[topic].get("kind") not in {"icebreaker"}
    keys = {(slug, section["key"]) for slug, section in SECTIONS}
    assert len(keys) == len(SECTIONS)


def test_tags_join_guides_and_chats():
    known = {tag for topic in TOPICS.values() for tag in topic.get("tags", [])}
    for guide in GUIDES.values():
        assert set(guide["tags"]) <= known, guide["slug"]


def test_two_guides_are_overdue_for_review():
    today = datetime.date(2026, 3, 10)
    overdue = [
        slug
        for slug, guide in GUIDES.items()
        if next_review_on(
            today - datetime.timedelta(days=min(guide["reviewed_days_ago"])),
            None,
            guide["review_every"],
        )
        < today
    ]
    assert sorted(overdue) == ["pack-label-and-send", "what-each-status-means"]


def test_readers_said_something_of_some():
    words = [one for guide in GUIDES.values() for one in guide.get("feedback", [])]
    assert len([one for one in words if not one.get("settled")]) >= 4
    assert any(one.get("settled") for one in words)
    assert {one["helped"] for one in words} == {True, False}
    assert all(guide["helped"] > guide["not_helped"] for guide in GUIDES.values())


def test_every_subject_has_somebody_to_ask_and_some_have_mentors():
    answered = [subject for one in PERSONS.values() for subject in one.get("answers", [])]
    assert set(answered) == SUBJECTS
    mentors = [one for one in PERSONS.values() if one.get("mentors_in")]
    assert 4 <= len(mentors) <= 8
    assert {subject for one in mentors for subject in one["mentors_in"]} <= SUBJECTS
    for one in PEOPLE["people"]:
        assert one["email"].endswith("@example.org")
        assert re.fullmatch(r"1\d\d", one["extension"])
    extensions = [one["extension"] for one in PEOPLE["people"]]
    assert len(set(extensions)) == len(extensions)


def test_the_committee_had_has_and_will_have_members():
    terms = PEOPLE["terms"]
    assert {term["person"] for term in terms} <= set(PERSONS)
    ends = {term["person"]: term["begins"] + term.get("years", 99) for term in terms}
    assert any(end <= 0 for end in ends.values())
    assert any(term["begins"] <= 0 < ends[term["person"]] for term in terms)
    assert any(term["begins"] > 0 for term in terms)
    assert PEOPLE["contact"]["telephone"].startswith("555-01")


def test_every_word_of_the_glossary_is_explained_once():
    names = [name for one in GLOSSARY["terms"] for name in (one["term"], *one["also"])]
    assert len({tuple(words_of(name)) for name in names}) == len(names)
    assert len([one for one in GLOSSARY["terms"] if one["meaning"]]) == len(GLOSSARY["terms"])
    assert not {one["term"] for one in GLOSSARY["terms"]} & set(GLOSSARY["meanings"])
    meanings = [*(one["meaning"] for one in GLOSSARY["terms"]), *GLOSSARY["meanings"].values()]
    assert all(0 < len(meaning) <= 500 for meaning in meanings)


def test_the_sheet_for_counting_is_whole_and_names_nobody():
    with (MEDIA / "counting-to-five.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {7}
    assert not any("reader" in column.lower() for column in rows[0])
    assert all((row[4] == "yes" and row[5] == "CCG") == (row[6] == "1") for row in rows[1:])
