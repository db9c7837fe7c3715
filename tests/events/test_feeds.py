"""The calendar for other programs."""

import datetime

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from wagtail.models import PageViewRestriction

from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PRIVATE = ("zoom.example.org", "Passcode 77", "Left door", "413-555-0142", "ines@example.org")
FEEDS = ["calendar.ics", "kinds/training/calendar.ics", "series/community-chat/calendar.ics"]


def read(client, path: str = "calendar.ics") -> Calendar:
    response = client.get(f"/events/{path}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def summaries(calendar: Calendar) -> list[str]:
    return [str(event["summary"]) for event in calendar.events]


def make_full_event(**fields):
    event = make_event(
        join_url="https://zoom.example.org/j/1",
        join_notes="Passcode 77",
        arrival_notes="Left door",
        day_contact="Bo 413-555-0142",
        summary="What the van does.",
        **fields,
    )
    register_one(event)
    return event


def test_the_feed_has_coming_events_and_those_of_the_last_half_year(client):
    make_event("Long ago", in_days(-182))
    make_event("Lately", in_days(-179))
    make_event("Far ahead", in_days(400))
    make_event("Snow", in_days(3), is_cancelled=True)
    make_event("Draft", in_days(3), live=False)
    hidden = make_event("Private", in_days(3))
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    calendar = read(client)
    assert summaries(calendar) == ["Lately", "Snow", "Far ahead"]
    assert [str(event["status"]) for event in calendar.events][1] == "CANCELLED"


def test_a_kind_and_a_series_have_feeds_of_their_own(client):
    make_event("A", in_days(1), kind="Training")
    make_event("B", in_days(2), series=make_series(summary="Every second Wednesday."))
    make_event("C", in_days(3))
    of_kind = read(client, "kinds/training/calendar.ics")
    assert summaries(of_kind) == ["A"]
    assert str(of_kind["x-wr-calname"]).startswith("Training · Events · ")
    assert summaries(read(client, "series/community-chat/calendar.ics")) == ["B"]
    atom = feedparser.parse(client.get("/events/series/community-chat/feed.xml").content)
    assert [entry.title for entry in atom.entries] == ["B"]
    assert atom.feed.link == "http://localhost/events/series/community-chat/"
    assert atom.feed.subtitle == "Every second Wednesday."


@pytest.mark.parametrize(
    "path",
    [
        "kinds/none/calendar.ics",
        "series/none/calendar.ics",
        "kinds/none/feed.xml",
        "series/none/feed.xml",
        "kinds/calendar.ics",
        "calendar.json",
    ],
)
def test_feeds_of_nothing_are_missing(client, path):
    assert client.get(f"/events/{path}").status_code == 404


@pytest.mark.parametrize("path", [*FEEDS, "feed.xml", "packing-clinic/event.ics"])
def test_an_unchanged_file_is_not_sent_again(client, path):
    event = make_event(kind="Training", series=make_series())
    first = client.get(f"/events/{path}")
    etag = {"If-None-Match": first["ETag"]}
    register_one(event)
    again = client.get(f"/events/{path}", headers=etag)
    assert (again.status_code, again.content) == (304, b"")
    event.title = "Another title"
    event.save_revision().publish()
    assert client.get(f"/events/{path}", headers=etag).status_code == 200


@pytest.mark.parametrize("path", [*FEEDS, "feed.xml", "packing-clinic/event.ics"])
@pytest.mark.parametrize("place", ["online", "both", "in_person"])
def test_no_feed_holds_what_is_for_registered_people(client, path, place):
    make_full_event(kind="Training", series=make_series(), format=place, place="Room 12")
    said = client.get(f"/events/{path}").content.decode().replace("\r\n ", "")
    assert "Packing clinic" in said
    assert not [private for private in PRIVATE if private in said]
    assert "ORGANIZER" not in said
    assert "ATTENDEE" not in said


def test_an_event_comes_as_a_file_with_a_name(client):
    make_event("Packing clinic")
    response = client.get("/events/packing-clinic/event.ics")
    assert response["Content-Disposition"] == 'attachment; filename="packing-clinic.ics"'
    assert summaries(Calendar.from_ical(response.content)) == ["Packing clinic"]
    make_event("Draft", live=False)
    assert client.get("/events/draft/event.ics").status_code == 404


def test_file_and_feed_know_an_event_by_one_name(client):
    event = make_event()
    names = {
        str(read(client, path).events[0]["uid"])
        for path in ("calendar.ics", "packing-clinic/event.ics")
    }
    event.slug = "another"
    event.save_revision().publish()
    names.add(str(read(client).events[0]["uid"]))
    assert len(names) == 1


def test_atom_says_when_where_and_whether_it_takes_place(client):
    make_event(
        "Boxes & <tape>",
        "2058-07-03",
        hosts=["Ines Moreau"],
        tags=["boxes"],
        summary="What the van does.",
        is_cancelled=True,
        cancel_reason="Snow day.",
        time_zone="America/Los_Angeles",
    )
    response = client.get("/events/feed.xml")
    parsed = feedparser.parse(
        response.content, response_headers={"content-type": response["Content-Type"]}
    )
    assert not parsed.bozo
    assert parsed.version == "atom10"
    (entry,) = parsed.entries
    assert entry.title == "Cancelled: Boxes & <tape>"
    assert entry.link.startswith("http://localhost/events/")
    assert entry.id.startswith("urn:uuid:")
    assert [tag.term for tag in entry.tags] == ["boxes"]
    assert entry.summary == (
        "Cancelled. Snow day. Wednesday, July 3, 2058, 2 p.m. – 3 p.m. PDT · Online"
        " · Hosted by Ines Moreau · What the van does."
    )


def test_pages_announce_their_feeds(client):
    make_event(kind="Training")
    said = client.get("/events/?kind=training").content.decode()
    assert 'href="http://localhost/events/kinds/training/calendar.ics"' in said
    assert 'type="application/atom+xml" href="/events/kinds/training/feed.xml"' in said


def test_a_feed_in_a_private_part_of_the_site_is_private(client):
    event = make_event()
    PageViewRestriction.objects.create(page=event.get_parent(), restriction_type="login")
    for path in ("calendar.ics", "feed.xml", "packing-clinic/event.ics"):
        assert client.get(f"/events/{path}").status_code == 302


@pytest.mark.parametrize("path", ["calendar.ics", "feed.xml"])
def test_queries_do_not_grow_with_events(client, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/events/{path}")
        return len(caught)

    series = make_series()
    make_event("First", hosts=["A"], tags=["x"], kind="K", series=series)
    queries()
    few = queries()
    for n in range(10):
        hosts, tags = [f"A{n}", f"B{n}"], [f"x{n}"]
        make_event(f"E{n}", in_days(n), hosts=hosts, tags=tags, kind=f"K{n}", series=series)
    assert queries() == few


def test_times_in_a_feed_are_the_instants_meant(client):
    make_event("Chat", "2058-07-03", time_zone="America/Los_Angeles")
    (event,) = read(client).events
    assert event["dtstart"].dt == datetime.datetime(2058, 7, 3, 21, tzinfo=datetime.UTC)
