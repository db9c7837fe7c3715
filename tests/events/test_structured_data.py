"""What search engines are told of an event."""

import json

import pytest
from wagtail.models import Site

from core.structured_data import as_script
from events.models import EventPage
from events.structured_data import event_data
from tests.events.reading import show
from tests.factories.events import make_event, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def told(event) -> dict | None:
    return event_data(event, Site.objects.get())


def test_an_event_as_search_engines_know_it():
    event = make_event(
        "Packing clinic",
        "2058-07-03",
        format="both",
        place="Room 12",
        address="61 Quadrangle Drive\nAmherst, MA",
        series=make_series(),
        tags=["boxes", "vans"],
        summary="What the van does.",
        time_zone="America/Los_Angeles",
    )
    address = "http://localhost/events/packing-clinic/"
    assert told(event) == {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Packing clinic",
        "url": address,
        "startDate": "2058-07-03T14:00:00-07:00",
        "endDate": "2058-07-03T15:00:00-07:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "Room 12",
                "address": "61 Quadrangle Drive, Amherst, MA",
            },
            {"@type": "VirtualLocation", "url": address},
        ],
        "organizer": {
            "@type": "Organization",
            "name": "Desk to Desk",
            "url": "http://localhost",
        },
        "description": "What the van does.",
        "keywords": "boxes, vans",
        "superEvent": {
            "@type": "EventSeries",
            "name": "Community chat",
            "url": "http://localhost/events/series/community-chat/",
        },
    }


@pytest.mark.parametrize(
    ("place", "mode", "kinds"),
    [("online", "Online", "VirtualLocation"), ("in_person", "Offline", "Place")],
)
def test_where_it_is_is_one_place(place, mode, kinds):
    data = told(make_event(format=place, join_url="https://zoom.example.org/j/1"))
    assert data["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    assert data["location"]["@type"] == kinds
    assert "zoom" not in json.dumps(data)


def test_a_cancelled_event_is_told_to_be():
    data = told(make_event(is_cancelled=True))
    assert data["eventStatus"] == "https://schema.org/EventCancelled"


def test_an_event_without_address_is_not_told():
    assert told(EventPage(title="New")) is None


def test_a_title_ends_no_script(client):
    event = make_event('</script><script>alert(1)</script> "a" & <!-- b')
    inside = as_script(told(event)).partition(">")[2].rpartition("<")[0]
    assert not set("<>&") & set(inside)
    (script,) = show(client, event.url).cssselect("script[type='application/ld+json']")
    assert json.loads(script.text) == told(event)
