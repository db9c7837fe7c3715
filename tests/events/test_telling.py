"""What people at events are told, read from the bytes of their mails."""

import datetime
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import serializers
from django.utils import timezone
from icalendar import Calendar

from core.timestamps import Moment
from events import due, telling
from events.calendar_entries import SETTLES_IN
from events.links import (
    confirm_address,
    follower_address,
    join_address,
    own_address,
)
from events.models import EndedBy, Follower, Registration
from events.registration import (
    Person,
    cancel,
    change_capacity,
    follow,
    register,
    register_followers,
    stop_following,
)
from events.registration import (
    confirm_address as confirm,
)
from outbox.addresses import prove
from outbox.messages import message_named
from outbox.models import Mail
from tests.events.mailing import (
    addresses,
    edit,
    entry_of,
    file_of,
    files_of,
    html_of,
    kinds,
    links_of,
    mails,
    message,
    method_of,
    text_of,
)
from tests.factories.chats import make_chat
from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CALL = "https://zoom.example.com/j/123"
MOMENTS = [Moment("11:28", "Boxes", "http://localhost:8000/chats/a/?t=688")]


@pytest.fixture
def staff():
    return get_user_model().objects.create_superuser(
        "jo@example.org", "x", first_name="Jo", last_name="Okafor"
    )


@pytest.fixture
def later(time_machine):
    """A function that lets time pass."""

    def let_pass(**duration: float) -> None:
        time_machine.move_to(timezone.now() + datetime.timedelta(**duration))

    return let_pass


def again(registration: Registration) -> Registration:
    return Registration.objects.get(pk=registration.pk)


def tell_changes(later) -> None:
    later(seconds=SETTLES_IN.total_seconds() + 1)
    while due.tell_changes():
        pass


def wanted(mail: Mail) -> bool:
    """Say whether the worker would still send a mail."""
    asked = message_named(mail.kind).still_wanted
    return asked is None or asked(mail.about)


class TestRegistered:
    def test_says_when_where_and_who_in_both_parts(self):
        event = make_event(
            "Maps & more", "2031-03-05", format="both", place="Library", address="12 Mill Lane",
            hosts=["Jo Okafor", "Bo Lind"], is_recorded=True, arrival_notes="The side door.",
            day_contact="Jo, 555 0100",
        )  # fmt: skip
        registration = register_one(event)
        (mail,) = mails("registered")
        assert message(mail)["Subject"] == "You have a seat: Maps & more"
        for said in (text_of(mail), html_of(mail).text_content()):
            told = " ".join(said.split())
            assert "Wednesday, March 5, 2031, 2 p.m. to 3 p.m., America/New York (EST)" in told
            assert "Library, 12 Mill Lane, and online" in told
            assert "Jo Okafor, Bo Lind" in told
            assert "The side door." in told
            assert "Jo, 555 0100" in told
            assert "recording is published" in told
            assert "Ines Moreau" in told
        assert own_address(registration) in text_of(mail)
        assert {own_address(registration), join_address(registration)} <= set(links_of(mail))
        assert (method_of(mail), entry_of(mail)["sequence"]) == ("REQUEST", 0)

    def test_online_says_nothing_of_arriving(self):
        register_one(make_event(arrival_notes="The side door.", day_contact="Jo, 555 0100"))
        (mail,) = mails("registered")
        assert "side door" not in text_of(mail) and "555 0100" not in text_of(mail)

    def test_in_person_says_nothing_of_joining(self):
        register_one(make_event(format="in_person", place="Library"))
        (mail,) = mails("registered")
        assert "/join/" not in text_of(mail) + "".join(links_of(mail))

    def test_an_address_to_confirm_comes_first_and_is_the_only_button(self):
        event = make_event(seats=3)
        registration = register_one(event)
        (mail,) = mails("registered")
        (button,) = html_of(mail).cssselect("a.button")
        assert button.get("href") == confirm_address(registration)
        text = text_of(mail)
        assert text.index("/confirm/") < text.index("When:") < text.index("/mine/")
        confirm(registration)
        later = register_one(event, "Bo")
        assert confirm_address(later) not in text_of(mails("registered")[1])

    def test_each_of_a_shared_mailbox_gets_links_of_their_own_and_one_entry(self):
        people = [Person(name, "desk@example.org") for name in ("Ines", "Bo", "Ada")]
        registered = register(make_event(), people)
        found = mails("registered")
        assert addresses(found) == ["desk@example.org"] * 3
        for one, mail in zip(registered, found, strict=True):
            own = [link for link in links_of(mail) if "/mine/" in link]
            assert own == [own_address(one.registration)]
        assert len({str(entry_of(mail)["uid"]) for mail in found}) == 1

    def test_who_waits_is_told_the_place_and_gets_no_entry(self):
        event = make_event(seats=1)
        register(event, [Person(f"P {n}", "desk@example.org") for n in range(3)])
        assert kinds() == ["registered", "waiting", "waiting"]
        for mail, place in zip(mails("waiting"), (1, 2), strict=True):
            assert f"you are number {place}." in text_of(mail)
            assert not files_of(mail)

    def test_again_within_ten_minutes_sends_nothing_and_later_the_links(self, time_machine, later):
        time_machine.move_to(datetime.datetime(2026, 12, 1, 12, 1, tzinfo=datetime.UTC))
        event = make_event()
        for _time in range(3):
            register_one(event)
        assert kinds() == ["registered"]
        later(minutes=11)
        register_one(event)
        assert kinds() == ["registered"] * 2
        assert Registration.objects.count() == 1

    def test_names_and_titles_of_ill_will_do_no_harm(self):
        event = make_event("Maps <b>\r\nBcc: all@example.org", place="A\r\nB", format="in_person")
        register_one(event, "Ines <script>\r\nBcc: all@example.org")
        (mail,) = mails("registered")
        read = message(mail)
        assert "Bcc" not in read and len(read.get_all("To")) == 1
        assert "\n" not in read["Subject"]
        page = html_of(mail)
        assert not page.cssselect("script, b")
        assert "Ines <script> Bcc: all@example.org" in " ".join(page.text_content().split())

    @pytest.mark.parametrize("email", ["nowhere", "ines@example.org\r\nBcc: all@example.org"])
    def test_what_is_no_address_is_skipped(self, email):
        register_one(make_event(), email=email)
        assert not mails()
        assert Registration.objects.get().told_sequence == 0

    def test_it_is_not_sent_to_who_has_cancelled_meanwhile(self):
        registration = register_one(make_event())
        (mail,) = mails("registered")
        assert wanted(mail)
        cancel(registration)
        assert not wanted(mail)

    def test_after_the_event_nothing_is_written(self, staff):
        past = make_event(date=in_days(-3))
        register(past, [Person("Ines", "ines@example.org")], by=staff)
        assert not mails()


class TestMovedUpAndEnded:
    def test_who_moves_up_gets_the_entry(self):
        event = make_event(seats=1)
        first, second = register_one(event), register_one(event, "Bo", "bo@example.org")
        (waiting,) = mails("waiting")
        cancel(first)
        (mail,) = mails("moved_up")
        assert addresses([mail]) == ["bo@example.org"]
        assert method_of(mail) == "REQUEST"
        assert confirm_address(second) in links_of(mail)
        assert again(second).told_sequence == 0
        assert not wanted(waiting) and wanted(mail)

    @pytest.mark.parametrize(
        ("by", "words"),
        [
            (EndedBy.THEMSELVES, "as you asked"),
            (EndedBy.STAFF, "organisers have taken"),
            (EndedBy.UNPROVEN, "not confirmed in time"),
            (EndedBy.SILENT, "have not heard"),
        ],
    )
    def test_why_it_ended_and_how_to_come_again(self, by, words):
        event = make_event()
        cancel(register_one(event), by)
        (mail,) = mails("ended")
        assert words in text_of(mail)
        assert event.full_url in links_of(mail)
        assert method_of(mail) == "CANCEL"
        assert entry_of(mail)["sequence"] == 1
        assert str(entry_of(mail)["status"]) == "CANCELLED"

    def test_one_who_waited_had_no_entry_to_cancel(self):
        event = make_event(seats=1)
        register_one(event)
        cancel(register_one(event, "Bo", "bo@example.org"))
        assert not files_of(mails("ended")[0])

    def test_a_mailbox_keeps_its_entry_until_the_last_has_gone(self):
        people = [Person(name, "Desk@example.org") for name in ("Ines", "Bo")]
        first, second = (one.registration for one in register(make_event(), people))
        cancel(first)
        assert not files_of(mails("ended")[0])
        cancel(second)
        assert method_of(mails("ended")[1]) == "CANCEL"

    def test_who_comes_again_has_a_newer_entry_than_was_cancelled(self):
        event, sequences = make_event(), []
        for _time in range(3):
            cancel(register_one(event))
        for mail in mails():
            sequences.append((method_of(mail), int(entry_of(mail)["sequence"])))
        assert sequences == [
            ("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3), ("REQUEST", 4),
            ("CANCEL", 5),
        ]  # fmt: skip

    def test_in_a_shared_mailbox_no_entry_is_older_than_the_one_before(self):
        event = make_event()
        cancel(register_one(event, "Ines"))
        register_one(event, "Bo")
        ines = register_one(event, "Ines")
        cancel(Registration.objects.live().get(name="Bo"))
        cancel(ines)
        found = [int(entry_of(mail)["sequence"]) for mail in mails() if files_of(mail)]
        assert found == [0, 1, 2, 2, 3]

    def test_one_who_waits_in_the_same_mailbox_gets_a_newer_entry_on_moving_up(self):
        event = make_event(seats=2)
        here, _other = register_one(event, "Ines"), register_one(event, "Zed", "zed@example.org")
        register_one(event, "Ada", "ada@example.org")
        bo = register_one(event, "Bo")
        cancel(here)
        (gone,) = mails("ended")
        assert (method_of(gone), entry_of(gone)["sequence"]) == ("CANCEL", 1)
        change_capacity(event, 3)
        moved = mails("moved_up")[-1]
        assert addresses([moved]) == [bo.email]
        assert entry_of(moved)["sequence"] == 2


class TestLinks:
    def test_all_that_is_coming_in_one_mail(self, later):
        series = make_series()
        single, dated = make_event("Single"), make_event("Dated", series=series)
        soon = make_event("Over soon", in_days(1))
        mine = register_one(single)
        register_one(soon)
        theirs = register_one(single, "Bo", "bo@example.org")
        gone = register_one(single, "Gone")
        cancel(gone)
        (follower,), (at_event,) = follow(
            series, dated, [Person("Ines Moreau", "Ines@example.org")]
        )
        later(days=3)
        telling.tell_links(" INES@example.org ")
        (mail,) = mails("links")
        links = links_of(mail)
        expected = {own_address(mine), own_address(at_event.registration)}
        assert {link for link in links if "/mine/" in link} == expected
        assert follower_address(follower) in links
        assert own_address(theirs) not in text_of(mail)
        assert {own_address(mine), follower_address(follower)} <= set(text_of(mail).split())
        assert mail.is_secret

    def test_nothing_for_who_has_none(self):
        telling.tell_links("nobody@example.org")
        telling.tell_links("no address")
        assert not mails()


class TestSeries:
    def test_all_dates_in_one_mail_with_one_file(self):
        series = make_series()
        events = [make_event(f"Chat {n}", in_days(7 * n), series=series) for n in (1, 2, 3)]
        full = make_event("Full", in_days(5), series=series, seats=1)
        register_one(full, "First", "first@example.org")
        (follower,), _at = follow(series, events[0], [Person("Ines", "ines@example.org")])
        (mail,) = mails("following")
        text = text_of(mail)
        assert text.index("Full: Ines waits") < text.index("Chat 1: Ines has a seat")
        assert follower_address(follower) in links_of(mail)
        assert len([link for link in links_of(mail) if "/mine/" in link]) == 2 * 4
        assert method_of(mail) == "PUBLISH"
        entries = Calendar.from_ical(file_of(mail)).events
        assert {str(one["uid"]) for one in entries} == {event.entry.uid for event in events}
        assert not Registration.objects.filter(follower=follower, told_sequence=None).exists()

    def test_new_dates_are_told_once_and_confirmed_with_all(self):
        series = make_series()
        first = make_event("Chat 1", series=series)
        (follower,), _at = follow(series, first, [Person("Ines", "ines@example.org")])
        new = make_event("Chat 2", in_days(21), series=series, seats=9)
        (registered,) = register_followers(new)
        assert kinds() == ["following"]
        telling.tell_new_dates(follower, [registered.registration])
        (mail,) = mails("new_dates")
        assert "Chat 2" in text_of(mail) and "Chat 1" not in text_of(mail)
        (button,) = html_of(mail).cssselect("a.button")
        assert button.get("href") == confirm_address(registered.registration)
        assert again(registered.registration).told_sequence == 0

    def test_stopping_is_one_mail_that_takes_all_dates_out_of_the_calendar(self):
        series = make_series()
        events = [make_event(f"Chat {n}", in_days(7 * n), series=series) for n in (1, 2)]
        (follower,), _at = follow(series, events[0], [Person("Ines", "ines@example.org")])
        (told,) = mails("following")
        assert wanted(told)
        assert stop_following(follower) == 2
        assert kinds() == ["following", "stopped"]
        assert not wanted(told)
        (mail,) = mails("stopped")
        entries = Calendar.from_ical(file_of(mail)).events
        assert method_of(mail) == "PUBLISH"
        assert [(str(one["status"]), one["sequence"]) for one in entries] == [("CANCELLED", 1)] * 2
        assert stop_following(follower) == 0
        assert len(mails()) == 2


class TestRecording:
    def test_everyone_with_topics_as_stamps_that_are_links(self, archive):
        event, chat = make_event("Packing"), make_chat(title="Packing, the chat")
        register_one(event)
        register_one(event, "Bo", "bo@example.org")
        register_one(event, "Shares Bo's", "bo@example.org")
        cancel(register_one(event, "Gone", "gone@example.org"))
        for _time in range(2):
            assert not telling.tell_recording(event, chat, MOMENTS)
        found = mails("recording")
        assert addresses(found) == ["ines@example.org", "bo@example.org"]
        stamp, topic = html_of(found[0]).cssselect(f"a[href='{MOMENTS[0].href}']")
        assert (stamp.text, topic.text) == ("11:28", "Boxes")
        assert f"11:28 Boxes\n{MOMENTS[0].href}" in text_of(found[0])
        assert not [link for link in links_of(found[0]) if "/registrations/" in link]
        assert not Registration.objects.live().filter(recording_told_at=None).exists()

    def test_not_while_the_page_is_withdrawn(self, archive):
        event, chat = make_event(), make_chat()
        register_one(event)
        telling.tell_recording(event, chat, [])
        (mail,) = mails("recording")
        assert wanted(mail)
        chat.unpublish()
        assert not wanted(mail)


class TestMessage:
    def test_plain_text_becomes_paragraphs_and_links_and_no_markup(self, staff):
        event = make_event()
        registrations = [register_one(event), register_one(event, "Bo", "bo@example.org")]
        text = "Bring a box & <b>tape</b>.\n\nSee https://example.org/boxes."
        said = telling.tell_message(event, registrations, "Please\r\nbring: a box", text, staff)
        assert said == 2
        found = mails("message")
        assert message(found[0])["Subject"] == "Please bring: a box"
        page = html_of(found[0])
        assert not page.cssselect("b")
        assert "Bring a box & <b>tape</b>." in page.text_content()
        assert "https://example.org/boxes" in links_of(found[0])
        assert text in text_of(found[0])
        assert "Jo Okafor" in text_of(found[0])
        assert len({mail.batch for mail in found}) == 1 and found[0].batch
        assert own_address(registrations[0]) in links_of(found[0])
        assert own_address(registrations[0]) not in text_of(found[1])

    def test_what_bears_a_key_is_sent_once_also_after_the_event(self, staff, later):
        event = make_event()
        registration = register_one(event)
        later(days=30)
        for number in (1, 0):
            assert telling.tell_message(event, [registration], "A", "B", staff, "k1") == number
        assert telling.tell_message(event, [registration], "A", "B", staff, "k2") == 1


def test_only_the_address_itself_may_read_what_lets_cancel():
    for one in telling.mails.MESSAGES:
        assert one.is_secret == (one.name != "event_recording")


class Scenario:
    """All kinds of mail about events, sent as the site sends them."""

    def __init__(self, archive, staff, later) -> None:
        series = make_series(join_url=f"{CALL}9")
        event = make_event(
            "Scenario", format="both", place="Library", join_url=CALL, join_notes="Code 4711",
            seats=2, date=in_days(9), still_coming_days=8,
        )  # fmt: skip
        first = register_one(event)
        register_one(event, "Bo", "bo@example.org")
        register_one(event, "Ada", "ada@example.org")
        cancel(first)
        dated = make_event("Dated", series=series, date=in_days(30))
        (follower,), _at = follow(series, dated, [Person("Ines", "ines@example.org")])
        new = make_event("New", series=series, date=in_days(37))
        telling.tell_new_dates(follower, [one.registration for one in register_followers(new)])
        later(days=2)
        due.ask_still_coming()
        event = edit(event, start_time=datetime.time(16), end_time=datetime.time(17))
        tell_changes(later)
        event = edit(event, is_cancelled=True, cancel_reason="Snow day")
        tell_changes(later)
        event = edit(event, is_cancelled=False)
        tell_changes(later)
        telling.tell_links("bo@example.org")
        telling.tell_message(event, event.registrations.live(), "Hello", "Boxes", staff)
        telling.tell_recording(event, make_chat(), MOMENTS)
        prove("bo@example.org")
        starts = event.starts_at
        later(seconds=(starts - timezone.now()).total_seconds() - 23 * 3600)
        due.remind()
        later(hours=22.5)
        due.remind()
        other = Follower.objects.get(pk=follower.pk)
        self.stop = lambda: stop_following(other)


def test_prefetching_every_link_of_every_mail_changes_nothing(client, archive, staff, later):
    scenario = Scenario(archive, staff, later)
    before_stop = mails()
    hrefs = {link for mail in before_stop for link in links_of(mail)}
    scenario_kinds = {mail.kind for mail in before_stop}
    assert scenario_kinds == {one.name for one in telling.mails.MESSAGES} - {"event_stopped"}
    for mail in before_stop:
        in_text = {word for word in text_of(mail).split() if word.startswith("http")}
        assert {link for link in links_of(mail) if "/registrations/" in link} >= {
            link for link in in_text if "/registrations/" in link
        }
        hrefs |= in_text
    kinds_of_link = {
        urlsplit(href).path.split("/")[2] for href in hrefs if "/registrations/" in href
    }
    assert kinds_of_link == {"mine", "confirm", "join", "series"}

    before = dump()
    for href in sorted(hrefs):
        parts = urlsplit(href)
        for ask in (client.get, client.head):
            response = ask(f"{parts.path}?{parts.query}")
            assert response.status_code < 500
            if "/registrations/" in href:
                assert response.status_code == 200, href
    assert dump() == before

    scenario.stop()
    assert mails("stopped")


def test_the_link_to_the_call_is_in_no_mail(archive, staff, later):
    Scenario(archive, staff, later).stop()
    for mail in mails():
        parts = [text_of(mail), message(mail).get_body(("html",)).get_content()]
        parts += [part.get_payload(decode=True).decode() for part in files_of(mail)]
        whole = " ".join(parts).replace("\r\n ", "")
        assert CALL not in whole and "Code 4711" not in whole
        for part in files_of(mail):
            content = part.get_payload(decode=True).decode().replace("\r\n ", "")
            assert not [w for w in ("/mine/", "/confirm/", "/series/") if w in content]


def dump() -> str:
    """Return all rows of the events' tables, of pages and of mails."""
    models = [*apps.get_app_config("events").get_models(), Mail]
    rows = [row for model in models for row in model.objects.order_by("pk")]
    return serializers.serialize("json", rows)
