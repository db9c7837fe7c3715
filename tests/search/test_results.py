"""What a question brings, beyond what an engine finds (tests/search/test_engines.py)."""

import pytest

from chats.findable import CHATS
from search import following
from search.engines import Narrowing
from search.engines.table import TableEngine
from search.engines.whoosh_index import WhooshEngine
from search.models import Entry, GlossaryTerm
from search.results import complete, find
from tests.factories.chats import make_chat, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def chats(archive, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path
    make_chat(
        "2024-03-06",
        topics=[
            make_topic("Interstate delivery slips", 61, tags=["delivery"]),
            make_topic("Packing maps", 900, answer="Use a tube, and two people."),
            make_topic("Icebreaker: the strangest map", 15),
        ],
        hosts=["Mara Lindqvist"],
    )
    make_chat(
        "2023-11-08",
        topics=[make_topic(f"Question {n} of the mailbag", n) for n in range(1, 46)],
        hosts=["Theo Abara"],
    )
    following.rebuild()


def titles(results):
    return [hit.entry.title for hit in results.hits]


def test_a_hit_leads_to_its_place(chats):
    hit = find("interstate", Narrowing()).hits[0]
    assert hit.href == f"/chats/2024-03-06/#topic-{hit.entry.key}"
    assert hit.title == "<mark>Interstate</mark> delivery slips"
    assert hit.entry.start == 61


def test_what_was_said_shows_where(chats):
    hit = find("tube", Narrowing()).hits[0]
    assert hit.text == hit.excerpt == "Use a <mark>tube</mark>, and two people."
    by_tag = find("lindqvist tube", Narrowing()).hits[0]
    assert by_tag.entry.title == "Packing maps"
    only_beside = find("mara slips", Narrowing()).hits[0]
    assert only_beside.excerpt == "Interstate delivery <mark>slips</mark>"


def test_who_is_named_beside_it_is_shown_where_nothing_else_says_why(chats):
    by_host = [hit for hit in find("abara", Narrowing()).hits if hit.entry.kind == "topic"]
    assert by_host[0].context == "Theo <mark>Abara</mark>"


def test_a_person_leads_to_their_page(chats):
    hit = find("mara lindqvist", Narrowing()).hits[0]
    assert (hit.entry.kind, hit.href) == ("person", "/people/mara-lindqvist/")


def test_asides_come_after_what_colleagues_look_for(chats):
    assert titles(find("map", Narrowing(kinds=("topic",))))[-1].startswith("Icebreaker")


def test_pages_hold_every_hit_once(chats):
    pages = [find("mailbag", Narrowing(), page=number) for number in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [20, 20, 5]
    refs = [hit.entry.ref for page in pages for hit in page.hits]
    assert len(set(refs)) == pages[0].total == 45


@pytest.mark.parametrize(
    ("asked", "given"), [("0", 1), ("x", 1), ("", 1), (None, 1), ("-3", 1), ("4", 3), ("9" * 30, 1)]
)
def test_a_page_that_is_not_there_is_the_first_or_the_last(chats, asked, given):
    results = find("mailbag", Narrowing(), page=asked)
    assert results.page.number == given
    assert results.hits


def test_words_probably_meant_are_answered_and_said(chats):
    results = find("intersate delivry -label", Narrowing())
    assert results.suggestion == "interstate delivery -label"
    assert titles(results) == ["Interstate delivery slips"]


def test_nothing_is_suggested_where_something_is_found_or_nothing_is_near(chats):
    assert find("delivery", Narrowing()).suggestion == ""
    assert find("zzyzx", Narrowing()).suggestion == ""


def test_what_has_most_of_the_words_is_near(chats):
    results = find("zebra slips of a giraffe", Narrowing())
    assert (results.total, results.hits) == (0, [])
    assert results.left_out == "zebra giraffe"
    assert [hit.entry.title for hit in results.near] == ["Interstate delivery slips"]


def test_a_blank_question_brings_everything_newest_first(chats):
    results = find("  ", Narrowing(chosen={"year": "2024"}))
    assert results.total == 4
    assert {hit.entry.date.year for hit in results.hits} == {2024}


def test_words_not_wanted_alone_bring_the_rest(chats):
    results = find("-mailbag", Narrowing(kinds=("topic",)))
    assert results.total == 3


def test_counts_say_what_another_choice_would_leave(chats):
    counts = find("map", Narrowing(chosen={"host": "theo-abara"})).counts
    assert counts["host"] == {"mara-lindqvist": 2}
    assert counts["year"] == {}


def test_the_glossary_widens_at_once(chats):
    assert find("poster tube", Narrowing()).total == 0
    GlossaryTerm.objects.create(term="tube", also="poster case\nmap roll")
    assert titles(find("map roll people", Narrowing())) == ["Packing maps"]


def test_beginnings_are_completed(chats):
    assert complete("inter", Narrowing()) == ["interstate"]
    assert set(complete("packing ma", Narrowing())) == {"packing maps", "packing mara"}
    assert complete("slips ma", Narrowing()) == ["slips mara"]
    for typed in ("", " ", "p", "packing ", "zz", "-", '"', "\0"):
        assert complete(typed, Narrowing()) == []


def test_an_entry_of_a_page_no_longer_to_be_seen_is_neither_shown_nor_counted(chats):
    """The last guard: whatever went wrong before, reading asks the database."""
    CHATS.model.objects.update(live=False)
    assert Entry.objects.filter(kind="topic").exists()
    results = find("interstate", Narrowing())
    assert (results.total, results.hits) == (0, [])


@pytest.mark.parametrize(
    "words",
    [
        "a" * 5000,
        "b " * 2500,
        '"' * 99,
        '"open',
        "*",
        "ma* ?ap te~2",
        "\0",
        "map\0map",
        "\u202eיוד",
        "'; DROP TABLE search_entry; --",
        "<script>alert(1)</script>",
        "title:map AND (year:[2020 TO *])",
        "-" * 300,
        "- - -a",
        "%_\\",
        "\ud800",
        "OR OR OR",
        "{}[]()^$.|?*+",
    ],
)
def test_nothing_typed_is_too_odd(chats, words):
    results = find(words, Narrowing())
    assert results.total >= 0
    complete(words, Narrowing())


@pytest.mark.parametrize("engine", [WhooshEngine, TableEngine])
@pytest.mark.parametrize("is_waiting", [False, True])
def test_an_answer_is_of_before_a_change_or_after_it(
    corpus, monkeypatch, settings, engine, is_waiting
):
    """What changes half way through has already been found in part: the reader gets one state."""

    def say(state, parts):
        for part in range(parts):
            corpus.put(f"{part}", f"Courier part{part} state{state}", of="chat")

    say(1, 3)
    corpus.tell()
    if is_waiting:
        say(2, 3)
        corpus.write()
    if not is_waiting:
        settings.SEARCH_ENGINE = f"{engine.__module__}.{engine.__qualname__}"
    look_up = engine.search

    def overtaken(self, *asked):
        found = look_up(self, *asked)
        monkeypatch.setattr(engine, "search", look_up)
        say(3, 5)
        corpus.tell()
        return found

    monkeypatch.setattr(engine, "search", overtaken)
    results = find("courier", Narrowing(kinds=("topic",)))
    assert {title.partition("state")[2] for title in titles(results)} == {"3"}
    assert results.total == len(results.hits) == results.counts["kind"]["topic"] == 5
