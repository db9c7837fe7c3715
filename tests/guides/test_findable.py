"""Guides in the search: each guide, each section, each question answered."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from guides.models import Audience, GuidePage, SharedText
from people.models import Person, Subject
from search.engines import Narrowing
from search.entries import refresh_object
from search.models import Entry, GlossaryTerm
from search.results import find
from search.showing import shown
from tests.factories.guides import make_guide

pytestmark = pytest.mark.django_db

ID = "1a2b3c4d-0000-4000-8000-000000000000"
ITEM = "9f8e7d6c-0000-4000-8000-000000000000"


def text(words: str) -> tuple[str, str]:
    return "text", f"<p>{words}</p>"


def answers(question: str, answer: str) -> tuple[str, dict]:
    item = {
        "type": "item",
        "id": ITEM,
        "value": {"question": question, "answer": f"<p>{answer}</p>"},
    }
    return "answers", {"title": "", "answers": [item]}


def hits(words: str, **chosen) -> list[tuple[str, str]]:
    results = find(words, Narrowing(chosen=chosen), per_page=50)
    return [(hit.entry.kind, hit.href) for hit in results.hits]


def test_a_section_is_found_at_its_own_address(home):
    guide = make_guide(
        "Pack a book",
        [("Padding", [text("Two layers of <b>corrugated</b> board.")], ID)],
        summary="So that it arrives as it left.",
    )
    assert hits("corrugated") == [("section", f"{guide.url}#section-1a2b3c4d")]
    assert hits("arrives as it left") == [("guide", guide.url)]


def test_the_guide_itself_comes_before_its_sections(home):
    guide = make_guide("Pack a book", [("Padding", [text("Pack it.")]), ("Labels", [])])
    assert hits("pack a book")[0] == ("guide", guide.url)


def test_a_section_names_its_guide(home):
    make_guide("Pack a book", [("Padding", [text("Corrugated board.")], ID)])
    (hit,) = shown(find("corrugated", Narrowing()).hits)
    assert (str(hit.title), hit.about) == ("Padding", "Pack a book")


def test_a_question_is_found_by_itself_and_not_in_its_section(home):
    guide = make_guide(
        "Pack a book",
        [("Padding", [text("Board."), answers("May I use newspaper?", "It stains.")], ID)],
    )
    assert hits("newspaper stains") == [("answer", f"{guide.url}#answer-9f8e7d6c")]


def test_a_shared_text_is_found_in_every_guide_that_shows_it_and_follows_edits(home):
    shared = SharedText.objects.create(
        name="Scales", body=[text("The parcel scales stand beside the door.")]
    )
    guides = [
        make_guide(title, [("Weigh it", [("shared", shared.pk)], ID)])
        for title in ("Pack a book", "Pack a map")
    ]
    expected = {("section", f"{guide.url}#section-1a2b3c4d") for guide in guides}
    assert set(hits("scales door")) == expected
    shared.body = [text("The parcel scales stand under the window.")]
    shared.save()
    assert set(hits("scales window")) == expected
    assert hits("scales door") == []


def test_a_word_explained_follows_the_glossary_through_a_shared_text(home):
    term = GlossaryTerm.objects.create(term="TamCat", also="union list", meaning="Our catalog.")
    shared = SharedText.objects.create(name="Words", body=[("term", {"term": term})])
    guide = make_guide("Pack a book", [("Words", [("shared", shared.pk)], ID)])
    term.meaning = "What all libraries of the valley hold."
    term.save()
    assert hits("libraries valley") == [("section", f"{guide.url}#section-1a2b3c4d")]


def test_what_a_guide_is_filed_under_is_found_and_follows_new_names(home):
    keeper = Person.objects.create(name="Winona Farrow")
    audience = Audience.objects.create(name="Newcomers")
    guide = make_guide(
        "Pack a book", subject="Delivery", tags=["packaging"], keeper=keeper, audience=audience
    )
    for words in ("farrow", "newcomers", "delivery", "packaging"):
        assert ("guide", guide.url) in hits(words)
    subject, tag = Subject.objects.get(name="Delivery"), Tag.objects.get()
    for item, name in [
        (keeper, "Winona Marsh"),
        (audience, "Beginners"),
        (subject, "Couriers"),
        (tag, "wrapping"),
    ]:
        item.name = name
        item.save()
    for words in ("marsh", "beginners", "couriers", "wrapping"):
        assert ("guide", guide.url) in hits(words)
    for words in ("farrow", "newcomers", "delivery", "packaging"):
        assert ("guide", guide.url) not in hits(words)


def test_a_keeper_is_found_for_what_she_keeps(home):
    keeper = Person.objects.create(name="Winona Farrow")
    make_guide("Pack a book", keeper=keeper)
    assert ("person", keeper.get_absolute_url()) in hits("winona farrow")


@pytest.mark.parametrize("how", ["draft", "unpublished", "private", "expired", "deleted"])
def test_what_the_public_may_not_see_is_not_found(home, how):
    guide = make_guide(
        "Pack a book",
        [("Padding", [text("Corrugated."), answers("Newspaper?", "It stains.")], ID)],
        live=how != "draft",
    )
    match how:
        case "unpublished":
            guide.unpublish()
        case "private":
            PageViewRestriction.objects.create(page=guide, restriction_type="login")
        case "deleted":
            guide.delete()
        case "expired":
            guide.expire_at = "2030-01-01T00:00:00Z"
            guide.save_revision().publish()
    with time_machine.travel("2030-01-02" if how == "expired" else "2029-12-31"):
        assert hits("corrugated") == hits("newspaper") == []


def test_a_section_keeps_its_address_when_its_title_changes(home):
    guide = make_guide("Pack a book", [("Padding", [text("Corrugated.")], ID)])
    guide.body[0].value["title"] = "Wrapping"
    guide.save_revision().publish()
    assert hits("wrapping") == [("section", f"{guide.url}#section-1a2b3c4d")]
    assert hits("padding") == []


def test_a_copied_guide_has_entries_of_its_own(home):
    guide = make_guide("Pack a book", [("Padding", [text("Corrugated.")], ID)])
    copy = guide.copy(update_attrs={"title": "Pack a map", "slug": "pack-a-map"})
    assert {href for _kind, href in hits("corrugated")} == {
        f"{guide.url}#section-1a2b3c4d",
        f"{copy.url}#section-1a2b3c4d",
    }


def test_two_sections_of_the_same_id_do_not_break_the_save(home):
    make_guide("Pack a book", [("Padding", [], ID), ("Labels", [], ID)])
    assert GuidePage.objects.get().live


def test_a_long_guide_costs_as_many_queries_as_a_short_one(home):
    term = GlossaryTerm.objects.create(term="TamCat", also="union list", meaning="Our catalog.")
    counts = []
    for number in (1, 30):
        sections = [
            (f"Part {place}", [text("Board."), ("term", {"term": term.pk})])
            for place in range(number)
        ]
        guide = make_guide(f"Pack {number}", sections)
        Entry.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            refresh_object(guide)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_a_block_does_not_say_is_not_found_as_a_word(home):
    step = {"type": "item", "id": ITEM, "value": {"title": "Weigh it"}}
    steps = {"type": "steps", "value": {"steps": [step]}}
    make_guide("Pack a book", [("Padding", [steps], ID)])
    entry = Entry.objects.get(kind="section")
    assert entry.text == "Weigh it"
