"""Calendar files, read back from their bytes by three parsers."""

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.utils import timezone
from icalendar import Calendar

from events.calendar_files import event_file, feed, invitation
from events.models import EventPage, Registration, Series
from events.registration import Person, follow
from outbox.models import Letterhead
from tests.events.mailing import edit, entry_of, file_of, mails, method_of
from tests.factories.events import make_event, make_series, register_one
from tests.ical_js import read_with_ical_js
from tests.run import provide_ical_js

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = datetime.date(2026, 2, 18), datetime.date(2026, 11, 25)
FORTNIGHT = datetime.timedelta(days=14)
HOSTILE = "Maps, boxes; tapes\\discs\r\nBEGIN:VALARM\nATTENDEE:mailto:all@example.org 📦"

Reader = Callable[[bytes], dict[str, tuple[datetime.datetime, datetime.datetime]]]


@pytest.fixture(scope="session")
def _ical_js():
    try:
        provide_ical_js()
    except SystemExit as missing:
        pytest.fail(str(missing))


def by_icalendar(content: bytes):
    events = Calendar.from_ical(content).events
    return {str(one["uid"]): (one["dtstart"].dt, one["dtend"].dt) for one in events}


def by_vobject(content: bytes):
    calendar = vobject.readOne(content.decode())
    return {
        one.uid.value: (one.dtstart.value, one.dtend.value) for one in calendar.contents["vevent"]
    }


def by_ical_js(content: bytes):
    def moment(milliseconds: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)

    events = read_with_ical_js(content)["events"]
    return {one["uid"]: (moment(one["starts"]), moment(one["ends"])) for one in events}


PARSERS = [by_icalendar, by_vobject, by_ical_js]


@pytest.fixture
def fortnightly(time_machine) -> Series:
    """Every second Wednesday at 14:00 in New York, across both changes of its clocks."""
    time_machine.move_to(datetime.datetime(2026, 2, 1, 12, tzinfo=datetime.UTC))
    series = make_series(begins_on=FIRST)
    day = FIRST
    while day <= LAST:
        make_event(f"Chat of {day}", day, "14:00", "15:30", series=series)
        day += FORTNIGHT
    return series


def expected() -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Return the instants as the zone says, without a word of ours."""
    found, day = [], FIRST
    while day <= LAST:
        begins = datetime.datetime.combine(day, datetime.time(14), NEW_YORK)
        ends = datetime.datetime.combine(day, datetime.time(15, 30), NEW_YORK)
        found.append((begins.astimezone(datetime.UTC), ends.astimezone(datetime.UTC)))
        day += FORTNIGHT
    return found


def events_of(series: Series) -> list[EventPage]:
    return list(EventPage.objects.filter(series=series).in_order())


@pytest.mark.usefixtures("_ical_js")
@pytest.mark.parametrize("read", PARSERS)
class TestInstants:
    def test_of_a_series_in_a_feed(self, fortnightly, read: Reader):
        events = events_of(fortnightly)
        found = read(feed(events, "Chats", "http://localhost/events/"))
        assert [found[event.entry.uid] for event in events] == expected()
        hours = {begins.hour for begins, _ends in found.values()}
        assert hours == {18, 19}, "both sides of a change are among them"

    def test_of_each_download(self, fortnightly, read: Reader):
        events = events_of(fortnightly)
        found = [read(event_file(event))[event.entry.uid] for event in events]
        assert found == expected()

    def test_of_one_mail_with_all_dates(self, fortnightly, read: Reader):
        events = events_of(fortnightly)
        follow(fortnightly, events[0], [Person("Ines Moreau", "ines@example.org")])
        (mail,) = mails("following")
        found = read(file_of(mail))
        assert [found[event.entry.uid] for event in events] == expected()

    def test_of_a_mail_for_each_date(self, fortnightly, read: Reader):
        events = events_of(fortnightly)
        for event in events:
            register_one(event)
        found = [read(file_of(mail)) for mail in mails("registered")]
        assert [
            one[event.entry.uid] for one, event in zip(found, events, strict=True)
        ] == expected()


@pytest.mark.usefixtures("_ical_js")
class TestForm:
    def test_titles_come_through_whole_and_bring_no_property(self):
        event = make_event(HOSTILE, summary=HOSTILE, place=HOSTILE, format="in_person")
        register_one(event, HOSTILE.replace("\r\n", " ")[:90], "ines@example.org")
        (mail,) = mails("registered")
        title = "Maps, boxes; tapes\\discs BEGIN:VALARM ATTENDEE:mailto:all@example.org 📦"
        for content in (event_file(event), feed([event], HOSTILE, "http://x/"), file_of(mail)):
            calendar = Calendar.from_ical(content)
            assert len(list(calendar.walk())) == 2
            (entry,) = calendar.events
            assert str(entry["summary"]) == title
            assert str(entry["location"]) == title
            assert str(entry["description"]).startswith("Maps, boxes; tapes\\discs\nBEGIN:VALARM")
            (read,) = read_with_ical_js(content)["events"]
            assert (read["summary"], read["location"]) == (title, title)
            there = vobject.readOne(content.decode()).vevent
            assert (there.summary.value, there.location.value) == (title, title)
            assert "VALARM" not in {line.partition(":")[2] for line in lines_of(content)}

    def test_lines_are_folded_at_75_octets_and_split_no_character(self):
        # A character of four octets at each place around the 75th of its line.
        titles = ["x" * length + "📦 and ü" * 9 for length in range(62, 70)]
        for title in titles:
            make_event(title)
        content = feed(EventPage.objects.in_order(), "All", "http://localhost/")
        for line in content.split(b"\r\n"):
            assert len(line) <= 75
            line.decode()
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert [str(one["summary"]) for one in Calendar.from_ical(content).events] == titles
        assert [one["summary"] for one in read_with_ical_js(content)["events"]] == titles

    def test_a_mail_keeps_the_lines_of_its_file(self):
        register_one(make_event("Boxes " + "📦" * 60))
        content = file_of(mails("registered")[0])
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert max(map(len, content.split(b"\r\n"))) <= 75


def lines_of(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


class TestWhatAnybodyMayFetch:
    @pytest.fixture
    def event(self):
        Letterhead.objects.create(reply_to="desk@ill.example.org")
        return make_event(
            kind="Community chat",
            tags=["boxes, tapes", "maps"],
            summary="We try three ways.",
            format="both",
            place="Mill Lane Library",
            address="12 Mill Lane\nOwlfield",
            join_url="https://zoom.example.com/j/123",
            join_notes="Passcode 4711",
            arrival_notes="The side door",
            day_contact="Jo, 555 0100",
            hosts=["Jo Okafor"],
        )

    def test_says_what_it_is(self, event):
        for content in (event_file(event), feed([event], "All", "http://x/")):
            calendar = Calendar.from_ical(content)
            (entry,) = calendar.events
            assert "method" not in calendar
            assert (str(calendar["version"]), "prodid" in calendar) == ("2.0", True)
            assert str(entry["uid"]) == event.entry.uid
            assert entry["sequence"] == 0
            assert str(entry["location"]) == "Mill Lane Library, 12 Mill Lane, Owlfield, and online"
            assert str(entry["description"]) == f"We try three ways.\n\n{event.full_url}"
            assert str(entry["url"]) == event.full_url
            assert str(entry["status"]) == "CONFIRMED"
            assert entry["categories"].cats == ["Community chat", "boxes, tapes", "maps"]

    def test_holds_nothing_private(self, event):
        register_one(event)
        for content in (event_file(event), feed([event], "All", "http://x/")):
            whole = "\n".join(lines_of(content))
            private = (
                "zoom",
                "Passcode",
                "side door",
                "555 0100",
                "ines",
                "desk@",
                "/registrations/",
            )
            assert not [word for word in (*private, "ATTENDEE", "ORGANIZER") if word in whole]

    def test_a_feed_has_a_name_and_says_how_often_to_look(self, event):
        content = feed([event], "Chats, all; of them", "http://x/?a=1,2;b")
        calendar = Calendar.from_ical(content)
        names = {"NAME:Chats\\, all\\; of them", "X-WR-CALNAME:Chats\\, all\\; of them"}
        assert names <= set(lines_of(content))
        assert calendar["refresh-interval"].dt == datetime.timedelta(hours=6)
        assert str(calendar["url"]) == "http://x/?a=1,2;b"

    def test_a_feed_of_nothing_new_is_the_same_bytes(self, event, time_machine):
        before = feed([event], "All", "http://x/"), event_file(event)
        time_machine.move_to(timezone.now() + datetime.timedelta(hours=5))
        again = EventPage.objects.get(pk=event.pk)
        assert (feed([again], "All", "http://x/"), event_file(again)) == before
        time_machine.shift(datetime.timedelta(hours=5))
        changed = edit(event, title="Another title")
        assert feed([changed], "All", "http://x/") != before[0]
        (entry,) = Calendar.from_ical(event_file(changed)).events
        assert entry["last-modified"].dt == entry["dtstamp"].dt
        assert entry["dtstamp"].dt == changed.last_published_at.replace(microsecond=0)

    def test_a_cancelled_one_stays_and_says_why(self, event):
        edit(event, is_cancelled=True, cancel_reason="Snow day")
        (entry,) = Calendar.from_ical(feed(EventPage.objects.all(), "All", "http://x/")).events
        assert (str(entry["status"]), entry["sequence"]) == ("CANCELLED", 1)
        assert str(entry["description"]).startswith("Cancelled: Snow day\n\n")

    def test_what_was_never_published_is_left_out(self, event):
        make_event("A draft", live=False)
        assert len(Calendar.from_ical(feed(EventPage.objects.all(), "A", "http://x/")).events) == 1

    def test_an_online_one_and_one_without_a_place_say_so(self):
        online, there = make_event(), make_event("There", format="in_person")
        found = [Calendar.from_ical(event_file(one)).events[0] for one in (online, there)]
        assert [str(entry["location"]) for entry in found] == ["Online", "In person"]

    def test_queries_do_not_grow_with_the_events(self, event, django_assert_max_num_queries):
        for n in range(12):
            make_event(f"Event {n}", kind=f"Kind {n}", tags=[f"tag {n}"])
        with django_assert_max_num_queries(6):
            feed(EventPage.objects.all(), "All", "http://x/")


class TestWhatComesByMail:
    @pytest.fixture(autouse=True)
    def _desk(self):
        Letterhead.objects.create(reply_to="desk@ill.example.org")

    def test_names_the_two_sides_and_lets_nobody_cancel(self):
        event = make_event(join_url="https://zoom.example.com/j/123", join_notes="Passcode 4711")
        register_one(event, 'Ines "Box" Moreau')
        (mail,) = mails("registered")
        assert method_of(mail) == "REQUEST"
        entry = entry_of(mail)
        assert str(entry["organizer"]) == "mailto:desk@ill.example.org"
        attendee = entry["attendee"]
        assert str(attendee) == "mailto:ines@example.org"
        assert attendee.params["CN"] == "Ines 'Box' Moreau"
        assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
        assert "/registrations/join/" in str(entry["location"])
        assert str(entry["location"]) in str(entry["description"])
        content = "\n".join(lines_of(file_of(mail)))
        for forbidden in ("/mine/", "/confirm/", "/series/", "zoom", "Passcode"):
            assert forbidden not in content

    def test_in_person_the_place_is_where_and_nothing_is_to_join(self):
        register_one(make_event(format="in_person", place="Library", address="12 Mill Lane"))
        entry = entry_of(mails("registered")[0])
        assert str(entry["location"]) == "Library, 12 Mill Lane"
        assert "/join/" not in str(entry["description"])

    def test_of_both_the_place_is_where_and_the_link_stands_in_the_text(self):
        register_one(make_event(format="both", place="Library"))
        entry = entry_of(mails("registered")[0])
        assert str(entry["location"]) == "Library, and online"
        assert "/registrations/join/" in str(entry["description"])

    def test_a_cancelled_event_is_not_raised_twice(self):
        event = make_event()
        registration = register_one(event)
        edit(event, is_cancelled=True)
        registration = Registration.objects.get(pk=registration.pk)
        entry = Calendar.from_ical(invitation(registration, "CANCEL").content).events[0]
        assert (entry["sequence"], str(entry["status"])) == (1, "CANCELLED")


def test_the_uid_is_one_everywhere_and_lasts(client):
    event = make_event()
    uid = event.entry.uid
    register_one(event)
    event = edit(event, title="A new title", slug="a-new-slug")
    register_one(event, "Bo")
    from_mail = {str(entry_of(mail)["uid"]) for mail in mails("registered")}
    (entry,) = Calendar.from_ical(event_file(event)).events
    (fed,) = Calendar.from_ical(feed([event], "All", "http://x/")).events
    assert from_mail | {str(entry["uid"]), str(fed["uid"])} == {uid}
    assert {one["sequence"] for one in (entry, fed, entry_of(mails("registered")[1]))} == {0}
    copied = event.copy(update_attrs={"slug": "copy"}, keep_live=True)
    assert copied.entry.uid != uid
