"""Events in the search."""

import pytest
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from events.models import Kind, Series
from people.models import Person
from search.engines import Narrowing
from search.models import Entry
from search.results import find
from tests.factories.events import make_event, make_series

pytestmark = pytest.mark.django_db


def hits(words: str) -> list[tuple[str, str]]:
    return [(hit.entry.kind, hit.href) for hit in find(words, Narrowing()).hits]


@pytest.fixture
def event():
    return make_event(
        "Labels",
        hosts=["Winona Farrow"],
        tags=["packaging"],
        kind="Workshop",
        series=make_series("Wednesdays"),
        format="both",
        place="Frost Library",
        summary="What sticks.",
        body=[("text", "<p>Wrap the <b>cartographic</b> sheets.</p>")],
        join_url="https://zoom.example.org/j/zebra",
        join_notes="Passcode quagga",
        arrival_notes="Behind the okapi",
        day_contact="Axel Wolfe",
    )


@pytest.mark.parametrize(
    "words",
    [
        "labels",
        "sticks",
        "cartographic",
        "winona farrow",
        "packaging",
        "workshop",
        "wednesdays",
        "frost library",
    ],
)
def test_an_event_is_found_by_what_it_says_and_names(event, words):
    assert ("event", event.url) in hits(words)


@pytest.mark.parametrize("words", ["zebra", "quagga", "okapi", "wolfe"])
def test_it_is_not_found_by_what_is_for_registered_people(event, words):
    assert hits(words) == []


def test_what_is_taken_back_is_not_found(event):
    restriction = PageViewRestriction.objects.create(page=event, restriction_type="login")
    assert not Entry.objects.filter(kind="event").exists()
    restriction.delete()
    assert hits("cartographic") == [("event", event.url)]
    event.unpublish()
    assert hits("cartographic") == []
    assert not Entry.objects.filter(kind="event").exists()


@pytest.mark.parametrize(
    ("model", "old"),
    [(Person, "winona"), (Tag, "packaging"), (Kind, "workshop"), (Series, "wednesdays")],
)
def test_a_renamed_one_is_found_by_the_new_name(event, model, old):
    named = model.objects.get()
    named.name = "Marshmallow"
    named.save()
    assert ("event", event.url) in hits("marshmallow")
    assert hits(old) == []


@pytest.mark.parametrize(
    ("model", "old"),
    [(Person, "winona"), (Tag, "packaging"), (Kind, "workshop"), (Series, "wednesdays")],
)
def test_a_deleted_one_is_not_found_any_more(event, model, old):
    model.objects.get().delete()
    assert hits(old) == []
    assert hits("cartographic") == [("event", event.url)]


def test_the_archive_of_chats_does_not_lead_to_events(client, event):
    assert event.url not in client.get("/chats/?q=cartographic").content.decode()
