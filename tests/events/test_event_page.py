"""An event's own page."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import EventPage, EventQuestion, Sequel
from tests.events.reading import show, text_of, twice
from tests.factories.chats import make_chat
from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PRIVATE = {
    "join_url": "https://zoom.example.org/j/1",
    "join_notes": "Passcode 77",
    "arrival_notes": "Left door",
    "day_contact": "Bo 413-555-0142",
}
FORM = "form.registration-form"


def facts(tree) -> dict[str, str]:
    names, texts = (map(text_of, tree.cssselect(f".event-facts {name}")) for name in ("dt", "dd"))
    return dict(zip(names, texts, strict=True))


def test_it_says_what_when_where_and_who(client):
    event = make_event(
        "Packing clinic",
        "2058-07-03",
        format="both",
        place="Room 12",
        address="61 Quadrangle Drive\nAmherst",
        hosts=["Ines Moreau", "Bo"],
        kind="Training",
        series=make_series(),
        tags=["boxes"],
        summary="What the van does.",
        time_zone="America/Los_Angeles",
        body=[("heading", "What to bring"), ("text", "<p>A <b>parcel</b>.</p>")],
    )
    tree = show(client, event.url)
    assert text_of(tree.cssselect("h1")[0]) == "3 Jul 2058 Packing clinic"
    told = facts(tree)
    assert told["When"] == "Wednesday, July 3, 2058, 2 p.m. – 3 p.m. PDT (America/Los Angeles)"
    assert told["Where"].startswith("Room 12 · Online")
    assert "61 Quadrangle Drive" in told["Where"]
    assert told["Hosts"] == "Ines Moreau, Bo"
    links = {link.get("href") for link in tree.cssselect("main a")}
    assert {
        "/events/?kind=training",
        "/events/series/community-chat/",
        "/events/?tag=boxes",
        "/events/packing-clinic/event.ics",
    } <= links
    assert "What the van does." in text_of(tree.cssselect(".lead")[0])
    assert [text_of(part) for part in tree.cssselect(".prose h2, .prose b")] == [
        "What to bring",
        "parcel",
    ]
    assert not twice(tree)


def test_times_are_told_for_programs_with_their_offset(client):
    event = make_event("Chat", "2058-07-03", time_zone="America/Los_Angeles")
    (place,) = show(client, event.url).cssselect("[data-local]")
    assert place.get("data-local") == "Where you are: {time}"
    times = [time.get("datetime") for time in place.cssselect("time")]
    assert times == ["2058-07-03T14:00:00-07:00", "2058-07-03T15:00:00-07:00"]


@pytest.mark.parametrize("place", ["online", "in_person", "both"])
@pytest.mark.parametrize("days", [7, -7])
def test_what_is_for_registered_people_is_never_there(client, place, days):
    event = make_event("Chat", in_days(days), format=place, place="Room 12", **PRIVATE)
    series = make_series(join_url="https://zoom.example.org/j/2")
    of_series = make_event("Date", in_days(days), series=series)
    for address in (event.url, of_series.url, "/events/", "/events/past/", "/"):
        said = client.get(address).content.decode()
        assert not [value for value in PRIVATE.values() if value in said]
        assert "zoom.example.org" not in said


def test_open_registration_has_its_form_under_a_heading_to_link_to(client):
    event = make_event(seats=20, questions=[EventQuestion(label="Which desk?")])
    register_one(event)
    tree = show(client, event.url)
    assert tree.cssselect("h2#register")
    (form,) = tree.cssselect(FORM)
    assert form.get("data-stamp") == f"/registrations/on/{event.pk}/stamp/"
    assert "Which desk?" in text_of(form)
    assert facts(tree)["Seats"] == "19 of 20 seats left"
    assert tree.cssselect('a.button[href="#register"]')
    assert not twice(tree)


def test_a_stored_page_holds_neither_token_nor_stamp(client):
    response = client.get(make_event().url)
    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content
    tree = show(client, response.request["PATH_INFO"])
    assert [field.get("value") for field in tree.cssselect("input[name=stamp]")] == [""]


def test_as_many_as_come_is_no_number_to_tell(client):
    assert "Seats" not in facts(show(client, make_event().url))


def test_full_with_a_waiting_list_says_how_many_wait_and_keeps_its_form(client):
    event = make_event(seats=1)
    for n in range(4):
        register_one(event, f"Person {n}")
    tree = show(client, event.url)
    assert facts(tree)["Seats"] == "Full: 3 people wait; you can join the waiting list"
    assert tree.cssselect(FORM)
    assert tree.cssselect(".event-facts svg")


def test_full_without_a_waiting_list_has_no_form(client):
    event = make_event(seats=1, has_waiting_list=False)
    register_one(event)
    tree = show(client, event.url)
    assert facts(tree)["Seats"] == "Full"
    assert "there is no waiting list" in text_of(tree)
    assert not tree.cssselect(f"{FORM}, a[href='#register']")


def test_before_it_opens_the_page_says_when(client):
    event = make_event(
        date="2058-07-03",
        opens_date=datetime.date(2058, 6, 1),
        opens_time=datetime.time(9),
        time_zone="America/Los_Angeles",
    )
    tree = show(client, event.url)
    assert "Registration opens on June 1, 2058, 9 a.m. PDT." in text_of(tree)
    assert not tree.cssselect(FORM)


def test_after_it_has_closed_the_page_says_so(client):
    event = make_event(closes_date=in_days(-1))
    tree = show(client, event.url)
    assert "Registration closed on " in text_of(tree)
    assert not tree.cssselect(FORM)


def test_an_open_one_says_until_when(client):
    event = make_event(date="2058-07-03", closes_date=datetime.date(2058, 7, 1))
    assert "Open until July 1, 2058, 11:59 p.m. EDT." in text_of(show(client, event.url))


def test_registration_elsewhere_is_a_button_to_there(client):
    event = make_event(registration="elsewhere", register_url="https://example.org/register")
    tree = show(client, event.url)
    assert tree.cssselect('a.button[href="https://example.org/register"]')
    assert not tree.cssselect(FORM)


def test_where_no_registration_is_needed_the_page_says_so(client):
    tree = show(client, make_event(registration="none").url)
    assert "You need not register: just come." in text_of(tree)
    assert not tree.cssselect(FORM)


def test_a_cancelled_event_says_why_and_takes_nobody(client):
    event = make_event(is_cancelled=True, cancel_reason="Snow day.", is_recorded=True)
    tree = show(client, event.url)
    assert "Snow day." in text_of(tree.cssselect(".notice-problem")[0])
    assert not tree.cssselect(f"{FORM}, #register, .notice-info")


def test_who_is_recorded_is_told_beforehand(client):
    tree = show(client, make_event(is_recorded=True).url)
    said = text_of(tree.cssselect(".notice-info")[0])
    assert "recorded and published" in said
    assert "“a participant”" in said


def test_a_past_event_leads_to_its_recording(client):
    event = make_event("Chat", in_days(-3), is_recorded=True)
    assert not show(client, event.url).cssselect("a.button")
    chat = make_chat(in_days(-3).isoformat())
    Sequel.objects.create(event=event, page=chat)
    tree = show(client, event.url)
    assert [link.get("href") for link in tree.cssselect("a.button")] == [chat.url]
    assert not tree.cssselect(f"{FORM}, #register, .notice-info")
    chat.unpublish()
    assert not show(client, event.url).cssselect("a.button")


def test_an_event_is_over_when_it_has_ended_and_not_before(client):
    event = make_event("Chat", "2058-07-03")
    with time_machine.travel("2058-07-03 18:59:59 +0000"):
        assert show(client, event.url).cssselect(FORM)
    with time_machine.travel("2058-07-03 19:00:00 +0000"):
        assert not show(client, event.url).cssselect(FORM)


def test_an_editor_sees_an_event_that_was_never_saved(rf):
    event = EventPage(
        title="New",
        date=in_days(7),
        start_time=datetime.time(14),
        end_time=datetime.time(15),
    )
    event.full_clean(exclude=["path", "depth", "slug", "content_type"])
    parent = make_event().get_parent()
    event.path, event.depth = f"{parent.path}9999", parent.depth + 1
    response = event.make_preview_request(rf.get("/"))
    assert response.status_code == 200
    assert "New" in response.content.decode()


def test_queries_do_not_grow_with_what_an_event_has(client):
    def queries(event) -> int:
        client.get(event.url)
        with CaptureQueriesContext(connection) as caught:
            client.get(event.url)
        return len(caught)

    one = make_event("A", hosts=["A"], tags=["x"], kind="K", seats=5)
    several = make_event("B", hosts=["B", "C", "D"], tags=["x", "y", "z"], kind="K", seats=5)
    assert queries(several) == queries(one)
