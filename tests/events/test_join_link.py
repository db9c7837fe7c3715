"""The link to the call is for registered people: nowhere else does a trace of it stand."""

import io
import logging
import re

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from icalendar import Calendar

from core.logs import DiscreetFormatter
from events import links
from events.calendar_files import invitation
from events.models import CalendarPage, Registration
from outbox.models import Mail
from search.models import Entry
from tests.factories.events import make_event, make_series, register_one

SECRET = "k7sesame9"
CALL = f"https://zoom.example.org/j/8123?pwd={SECRET}"
PRIVATE = {
    "join_url": CALL,
    "join_notes": f"Passcode {SECRET}",
    "arrival_notes": f"Ring {SECRET} twice.",
    "day_contact": f"Nell, {SECRET}",
}
ADDRESS = re.compile(r"https?://[^\s\"<>\\]+")

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def event():
    series = make_series(join_url=f"https://zoom.example.org/j/{SECRET}")
    return make_event(series=series, kind="Training", tags=["packing"], format="both", **PRIVATE)


def test_it_stands_on_no_page_in_no_feed_and_no_cache(client, event, home):
    calendar = CalendarPage.objects.get()
    register_one(event)
    start = event.starts_there
    addresses = [
        home.url,
        calendar.url,
        f"{calendar.url}{start.year}/{start.month}/",
        f"{calendar.url}past/",
        f"{calendar.url}embed/",
        f"{calendar.url}series/{event.series.slug}/",
        f"{calendar.url}calendar.ics",
        f"{calendar.url}feed.xml",
        f"{calendar.url}kinds/training/calendar.ics",
        f"{calendar.url}series/{event.series.slug}/feed.xml",
        event.url,
        f"{event.url}event.ics",
        f"/registrations/on/{event.pk}/",
        "/sitemap.xml",
        "/tags/",
    ]
    for moment in (event.starts_at, event.ends_at):
        with time_machine.travel(moment):
            for address in addresses:
                answer = client.get(address)
                assert answer.status_code == 200, address
                assert SECRET not in answer.content.decode(), address
    assert SECRET not in repr(getattr(cache, "_cache", {}))


def test_it_is_not_found_by_searching(client, archive, event):
    assert Entry.objects.filter(kind="event").exists()
    for entry in Entry.objects.all():
        assert SECRET not in f"{entry.title} {entry.text} {entry.context} {entry.stems}"
    answer = client.get(f"{archive.url}search.json", {"q": SECRET})
    assert answer.json()["total"] == 0


def test_it_leaves_in_no_mail(event):
    register_one(event)
    for mail in Mail.objects.all():
        sent = mail.content.decode().replace("=\r\n", "")
        assert CALL not in sent
        assert f"pwd=3D{SECRET}" not in sent


def test_it_is_written_to_no_log(client, event):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(DiscreetFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        own = register_one(event)
        with time_machine.travel(event.starts_at):
            client.post("/" + links.join_address(own).split("/", 3)[3])
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert own.attended is None
    assert Registration.objects.get().attended
    assert SECRET not in written.getvalue()


def test_the_calendar_entry_alone_lets_nobody_cancel(client, event):
    own = register_one(event)
    content = invitation(own, "REQUEST").content
    entry = Calendar.from_ical(content).walk("VEVENT")[0]
    said = " ".join(str(value) for _name, value in entry.property_items())
    addresses = set(ADDRESS.findall(said))
    assert links.join_address(own) in addresses
    for address in addresses:
        path = "/" + address.split("/", 3)[3]
        for sent in ({}, {"deed": "cancel"}, {"deed": "stop"}, {"deed": "change", "name": "X"}):
            client.post(path, sent)
            client.get(path, sent)
    own.refresh_from_db()
    assert own.is_confirmed
    assert own.name == "Ines Moreau"
    assert links.own_address(own) not in content.decode().replace("\r\n ", "")


def test_it_is_handed_over_with_nobodys_data(event):
    register_one(event)
    out = io.StringIO()
    call_command("personal_data", "export", "ines@example.org", stdout=out)
    assert SECRET not in out.getvalue()
