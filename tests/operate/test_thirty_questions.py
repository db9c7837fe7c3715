"""Thirty questions as staff type them, each with what must come first of all that the site has.

They were written down, with their answers, before the search was asked any of them. The site is
the demonstration's.
"""

import pytest
from django.test import Client

from operate.demonstration import loading
from search import following
from search.engines import Narrowing
from search.models import GlossaryTerm
from search.query import parse, widen
from search.results import find
from search.words import STOP_WORDS, words_of

IN_OTHER_WORDS = {
    "board games": ("section", "Discs, film, maps and other things that break"),
    "paying a royalty to the CCC": ("section", "The sixth request of the year"),
    "forget readers after 30 days": ("section", "What to keep, and what to delete"),
    "message on an answering machine": ("section", "Straps, hold shelves and messages"),
    "median days a reader waits": ("section", "Number seven: turnaround"),
    "are renewals counted in statistics": (
        "section",
        "Which loans count as interlibrary loan",
    ),
    "undo a check-in": ("section", "Day five: five mistakes everyone makes once"),
    "open access article, does it count": ("section", "What counts, and what does not"),
    "billing a child": ("answer", "Do we bill a twelve-year-old?"),
    "freezing holds": ("answer", "What is a frozen hold?"),
    "scanning with phones": ("topic", "Phone camera as scanner in a two-person library"),
    "upland libraries compare notes": ("event", "Uplands round table"),
    "delivery manager": ("person", "Gus Paradiso"),
    "who reads our licenses": ("person", "Priya Hollander"),
    "mentor for packing": ("person", "Mateus Oldfield"),
    "wet paint": ("announcement", "The sort room is closed on Monday"),
    "new ferry timetable": ("announcement", "Saltbury and Eastwether swap their days"),
    "hosting without slides": ("announcement", "Would you host a chat?"),
}
WITH_TYPOS = {
    "days to repsond": ("topic", "Days to respond on OCLC, and why four isn't always four"),
    "copyrigth spreadsheet": (
        "post",
        "Counting to five: a spreadsheet for the copyright rule",
    ),
    "holliday closing list": (
        "topic",
        "Holiday closing list: who keeps it and where is it?",
    ),
    "packing clinc": ("event", "Packing clinic: straps, sleeves and the two-finger rule"),
    "Ingird Okonjo": ("person", "Ingrid Okonjo-Vale"),
    "answer a conditionel request": ("section", "Answer a conditional request"),
}
BY_SYNONYM = {
    "sixty totes short": ("announcement", "Spare bins: how many are in your back room?"),
    "Tamarack Catalog update": ("announcement", "TamCat sleeps on Sunday evening"),
    "paging slip": ("section", "Every morning: the pull list"),
    "books on CD packed": ("post", "Packing audiobooks so that disc seven comes home too"),
    "first steps ILL": ("event", "First steps in interlibrary loan"),
    "charging customers postage": ("topic", "Do you charge patrons for postage?"),
}
ASKED = {**IN_OTHER_WORDS, **WITH_TYPOS, **BY_SYNONYM}


@pytest.mark.any_database
@pytest.mark.django_db
def test_what_was_asked_comes_first(settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path
    loading.load()
    following.rebuild()
    answers = {words: find(words, Narrowing()).hits for words in ASKED}
    first = {
        words: (hits[0].entry.kind, hits[0].entry.title) if hits else ("nothing", "")
        for words, hits in answers.items()
    }
    assert first == ASKED
    for words, (kind, title) in ASKED.items():
        hit = Client().get("/search.json", {"q": words}).json()["hits"][0]
        assert (hit["kind"], hit["title"], hit["url"]) == (kind, title, answers[words][0].href)
    # Each leads where the words are read: a part of a guide to its place on the page.
    for words in ASKED:
        address, _mark, fragment = answers[words][0].href.partition("#")
        page = Client().get(address, follow=True)
        assert page.status_code == 200
        assert f'id="{fragment}"' in page.content.decode() or not fragment, words
    synonyms = GlossaryTerm.objects.synonyms()
    for words in BY_SYNONYM:
        terms = widen(parse(words), synonyms).terms
        assert any(len(term.alternatives) > 1 for term in terms), words


def test_they_are_thirty_and_of_every_sort():
    assert len(ASKED) == 30
    assert len(WITH_TYPOS) >= 5
    assert len(BY_SYNONYM) >= 5
    assert {kind for kind, _title in ASKED.values()} == {
        *["section", "answer", "topic", "post", "event", "person", "announcement"]
    }
    shares_nothing = [
        words
        for words, (_kind, title) in ASKED.items()
        if words not in WITH_TYPOS
        and not (set(words_of(words)) - STOP_WORDS) & set(words_of(title))
    ]
    assert set(shares_nothing) >= set(IN_OTHER_WORDS)
    assert len(shares_nothing) >= 15
