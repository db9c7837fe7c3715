import datetime
import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html
from wagtail.models import PageLogEntry

from accounts.models import User
from events.models import (
    Answer,
    EndedBy,
    EventPage,
    EventQuestion,
    NotedBy,
    Registration,
    Seats,
    State,
)
from events.needs import needs_of_attendance
from events.registration import Person, cancel, register
from outbox.addresses import address_of, prove, stop
from outbox.models import Mail, StopReason
from tests.factories.events import in_days, make_event, register_one, seats_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def staff(client) -> User:
    user = User.objects.create_superuser("root@ill.example.org")
    client.force_login(user)
    return user


def address(name: str, event: EventPage, *of_one: Registration) -> str:
    return reverse(f"event_desk:{name}", args=[event.pk, *(one.pk for one in of_one)])


def tree(response) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def listed(client, event, **query) -> list[str]:
    page = tree(client.get(address("desk", event), query))
    return [words(row) for row in page.cssselect(".desk-list tbody tr")]


def names(client, event, **query) -> list[str]:
    page = tree(client.get(address("desk", event), query))
    return [words(link) for link in page.cssselect(".desk-list .title-wrapper a")]


def said(response) -> str:
    """Return what the message says on the page that a deed leads to."""
    return " ".join(words(message) for message in tree(response).cssselect(".messages"))


def queue(event) -> list[str]:
    return [one.name for one in event.registrations.waiting().in_order()]


def seated(event) -> list[str]:
    return [one.name for one in event.registrations.confirmed().in_order()]


def four_for_two(**fields) -> tuple[EventPage, list[Registration]]:
    """Return an event of two seats, and Ann, Ben, Cleo, Dora, of whom the last two wait."""
    event = make_event(seats=2, **fields)
    people = [
        Person(name, f"{name.lower()}@example.org") for name in ("Ann", "Ben", "Cleo", "Dora")
    ]
    return event, [one.registration for one in register(event, people)]


def deeds_noted(event) -> list[str]:
    entries = PageLogEntry.objects.filter(page=event.pk).order_by("pk")
    deeds = entries.filter(action__startswith="events.registrations.")
    return [entry.action.rpartition(".")[2] for entry in deeds]


@pytest.mark.usefixtures("staff")
class TestList:
    def test_says_which_event_when_and_how_many_seats(self, client):
        event, _people = four_for_two(time_zone="America/New_York", date="2030-07-03")
        top = words(tree(client.get(address("desk", event))).cssselect(".desk-event")[0])
        assert "July 3, 2030, 2 p.m." in top
        assert "2 of 2 seats taken, 2 wait" in top

    def test_shows_who_has_a_seat_then_the_queue_then_who_does_not_come(self, client):
        event, (ann, *_others) = four_for_two()
        cancel(ann, EndedBy.STAFF)
        rows = listed(client, event)
        assert [row.split()[0] for row in rows] == ["Ben", "Cleo", "Dora", "Ann"]
        assert "waits, place 1" in rows[2]
        assert "Cancelled by staff" in rows[3]

    def test_says_why_a_seat_was_given_up(self, client):
        event, (ann, *_others) = four_for_two()
        Registration.objects.filter(pk=ann.pk).update(
            state=State.RELEASED, ended_by=EndedBy.UNPROVEN, ended_at=timezone.now()
        )
        assert "Address not confirmed in time" in listed(client, event, state="released")[0]

    def test_says_whether_an_address_is_confirmed_and_whether_mail_arrives(self, client):
        event, (ann, ben, *_others) = four_for_two()
        prove(ann.email)
        stop(address_of(ben.email), StopReason.BOUNCED)
        Registration.objects.filter(pk=ann.pk).update(confirm_by=None)
        rows = listed(client, event)
        assert "Address confirmed" in rows[0]
        assert "Address to be confirmed by" in rows[1]
        assert "mail does not arrive" in rows[1]

    def test_shows_answers_private_ones_marked(self, client):
        diet = EventQuestion(key="diet", label="Diet?", kind="line", is_private=True)
        event = make_event(questions=[diet])
        register_one(event, answers={"diet": "No nuts"})
        assert "Diet? (private) No nuts" in listed(client, event)[0]

    def test_a_hostile_name_is_text(self, client):
        event = make_event()
        one = register_one(event, HOSTILE, library=HOSTILE)
        for name in ("desk", "person", "cancel"):
            response = client.get(address(name, event, *([one] if name != "desk" else [])))
            assert HOSTILE not in response.content.decode()
            assert HOSTILE in words(tree(response))
        response = client.post(address("cancel", event, one), follow=True)
        assert HOSTILE in said(response)
        assert HOSTILE not in response.content.decode()

    @pytest.mark.parametrize("query", ["zoe", "ZOË", "zoe@", "northern", "Zoe Bell"])
    def test_is_searched_by_name_address_and_library(self, client, query):
        event = make_event()
        register_one(event, "Zoë Bell", "zoe@example.org", library="Northern Library")
        register_one(event, "Theo Ray", "theo@example.org")
        assert names(client, event, q=query) == ["Zoë Bell"]

    def test_is_filtered_by_state(self, client):
        event, _people = four_for_two()
        assert names(client, event, state="waiting") == ["Cleo", "Dora"]
        assert names(client, event, state="confirmed") == ["Ann", "Ben"]

    def test_is_filtered_by_attendance_of_who_had_a_seat(self, client):
        event, (ann, *_others) = four_for_two()
        Registration.objects.filter(pk=ann.pk).update(attended=True)
        assert names(client, event, attended="yes") == ["Ann"]
        assert names(client, event, attended="unknown") == ["Ben"]

    def test_counts_each_state_beside_its_name(self, client):
        event, (ann, *_others) = four_for_two()
        cancel(ann)
        page = tree(client.get(address("desk", event)))
        assert [words(state) for state in page.cssselect(".state-tabs li")] == [
            "All 4",
            "Has a seat 2",
            "Waits 1",
            "Cancelled 1",
            "Seat given up 0",
        ]

    def test_says_who_was_erased_without_a_link(self, client):
        event = make_event()
        Registration.objects.filter(pk=register_one(event).pk).update(name="", email="")
        assert listed(client, event)[0].startswith("Erased")
        assert names(client, event) == []

    def test_says_what_will_be_there(self, client):
        response = client.get(address("desk", make_event()))
        assert "Nobody is registered yet." in words(tree(response))

    def test_a_hundred_are_on_a_page_and_the_queries_do_not_grow(
        self, client, django_assert_max_num_queries
    ):
        event = make_event(
            date=in_days(0),
            end_time="23:59",
            seats=60,
            questions=[EventQuestion(key="q1", label="System?", kind="line")],
        )
        people = [
            Registration(
                event=event,
                key=f"key{number:09}",
                name=f"Person {number}",
                folded_name=f"person {number}",
                email=f"person{number}@example.org",
                email_key=f"person{number}@example.org",
                state=State.CONFIRMED if number < 60 else State.WAITING,
            )
            for number in range(2000)
        ]
        Registration.objects.bulk_create(people)
        Answer.objects.bulk_create(
            Answer(registration=one, question="q1", label="System?", value="Alma")
            for one in event.registrations.all()
        )
        client.get(address("desk", event))
        with django_assert_max_num_queries(30):
            rows = listed(client, event)
        assert len(rows) == 100
        assert "waits, place 1" in rows[60]
        assert "waits, place 1940" in listed(client, event, p=20)[-1]

    def test_a_longer_list_asks_no_more_queries(self, client, django_assert_num_queries):
        event, _people = four_for_two()
        client.get(address("desk", event))
        with CaptureQueriesContext(connection) as few:
            client.get(address("desk", event))
        for number in range(20):
            register_one(event, f"Person {number}", f"person{number}@example.org")
        with django_assert_num_queries(len(few)):
            client.get(address("desk", event))


class TestCancel:
    def test_a_get_asks_who_moves_up_and_changes_nothing(self, client, staff):
        event, (ann, *_others) = four_for_two()
        question = words(tree(client.get(address("cancel", event, ann))).cssselect("main")[0])
        assert "Ann loses the seat" in question
        assert "Cleo moves up" in question
        assert seated(event) == ["Ann", "Ben"]

    def test_gives_the_seat_to_the_next_and_leads_back(self, client, staff):
        event, (ann, *_others) = four_for_two()
        where = f"{address('desk', event)}?state=confirmed"
        response = client.post(address("cancel", event, ann), {"next": where}, follow=True)
        assert response.redirect_chain == [(where, 302)]
        assert "Ann is not registered any more." in said(response)
        assert seated(event) == ["Ben", "Cleo"]
        ann.refresh_from_db()
        assert ann.ended_by == EndedBy.STAFF

    def test_leads_to_no_other_site(self, client, staff):
        event, (ann, *_others) = four_for_two()
        response = client.post(address("cancel", event, ann), {"next": "https://evil.example/"})
        assert response.url == address("desk", event)

    def test_pressed_twice_says_so_and_changes_nothing_more(self, client, staff):
        event, (ann, *_others) = four_for_two()
        client.post(address("cancel", event, ann))
        response = client.post(address("cancel", event, ann), follow=True)
        assert "Nothing was changed: Ann was not registered any more." in said(response)
        assert seated(event) == ["Ben", "Cleo"]
        assert deeds_noted(event) == ["cancel"]

    def test_of_a_registration_that_is_gone_says_so(self, client, staff):
        event, (ann, *_others) = four_for_two()
        where = address("cancel", event, ann)
        Registration.objects.filter(pk=ann.pk).delete()
        assert "This registration is gone." in said(client.post(where, follow=True))

    def test_needs_a_token(self, staff):
        event, (ann, *_others) = four_for_two()
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(staff)
        assert strict.post(address("cancel", event, ann)).status_code == 403
        assert seated(event) == ["Ann", "Ben"]


class TestPromote:
    def test_a_get_says_that_there_will_be_one_seat_more(self, client, staff):
        event, (*_others, dora) = four_for_two()
        question = words(tree(client.get(address("promote", event, dora))).cssselect("main")[0])
        assert "there will be one seat more, 3 from now on." in question
        assert seats_of(event) == (2, 2)

    def test_gives_a_seat_out_of_turn(self, client, staff):
        event, (*_others, dora) = four_for_two()
        response = client.post(address("promote", event, dora), follow=True)
        assert "Dora has a seat now." in said(response)
        assert seated(event) == ["Ann", "Ben", "Dora"]
        assert queue(event) == ["Cleo"]
        assert Seats.objects.get(event=event).capacity == 3

    def test_a_get_for_who_has_a_seat_asks_nothing(self, client, staff):
        event, (ann, *_others) = four_for_two()
        response = client.get(address("promote", event, ann), follow=True)
        assert "Ann does not wait any more." in said(response)

    def test_of_somebody_who_moved_up_meanwhile_says_so_and_adds_no_seat(self, client, staff):
        event, (ann, _ben, cleo, _dora) = four_for_two()
        cancel(ann)
        response = client.post(address("promote", event, cleo), follow=True)
        assert "Nothing was changed: Cleo does not wait any more." in said(response)
        assert Seats.objects.get(event=event).capacity == 2


class TestSequences:
    """One cancels while staff promote and the number of seats changes."""

    def deed(self, client, name: str, event: EventPage, one: Registration | int) -> None:
        if name == "seats":
            client.post(address("seats", event), {"capacity": one})
        elif name == "own":
            cancel(one)
        else:
            client.post(address(name, event, one))

    def test_each_order_moves_the_right_people_once(self, client, staff):
        for order, expected in (
            (["own", "promote", "seats"], (["Ben", "Cleo", "Dora"], [])),
            (["promote", "own", "seats"], (["Ben", "Cleo", "Dora"], [])),
            (["seats", "own", "promote"], (["Ben", "Cleo", "Dora"], [])),
            (["promote", "seats", "own"], (["Ben", "Cleo", "Dora"], [])),
        ):
            event, (ann, _ben, _cleo, dora) = four_for_two(slug="-".join(order))
            subject = {"own": ann, "promote": dora, "seats": 3}
            for name in order:
                self.deed(client, name, event, subject[name])
            assert (seated(event), queue(event)) == expected, order
            assert seats_of(event) == (3, 0), order
            moved = event.registrations.exclude(promoted_at=None).in_order()
            assert [one.name for one in moved] == ["Cleo", "Dora"], order

    def test_one_who_cancels_is_not_promoted(self, client, staff):
        event, (_ann, _ben, cleo, _dora) = four_for_two()
        client.post(address("cancel", event, cleo))
        client.post(address("promote", event, cleo))
        assert (seated(event), queue(event)) == (["Ann", "Ben"], ["Dora"])
        assert seats_of(event) == (2, 1)

    def test_fewer_seats_than_taken_after_a_promotion_are_refused(self, client, staff):
        event, (_ann, _ben, cleo, _dora) = four_for_two()
        client.post(address("promote", event, cleo))
        response = client.post(address("seats", event), {"capacity": "2"})
        assert response.status_code == 422
        assert (seated(event), queue(event)) == (["Ann", "Ben", "Cleo"], ["Dora"])


class TestSeats:
    def test_more_seats_let_as_many_move_up_in_order(self, client, staff):
        event, _people = four_for_two()
        response = client.post(address("seats", event), {"capacity": "3"}, follow=True)
        message = "There are 3 seats now. 1 person who waited has one of them."
        assert message in said(response)
        assert (seated(event), queue(event)) == (["Ann", "Ben", "Cleo"], ["Dora"])

    def test_fewer_than_are_taken_are_refused_with_their_number(self, client, staff):
        event, _people = four_for_two()
        response = client.post(address("seats", event), {"capacity": "1"})
        assert response.status_code == 422
        assert "2 people have a seat, and nobody loses one" in words(tree(response))
        assert Seats.objects.get(event=event).capacity == 2
        assert deeds_noted(event) == []

    def test_none_named_are_as_many_as_come(self, client, staff):
        event, _people = four_for_two()
        client.post(address("seats", event), {"capacity": ""})
        assert Seats.objects.get(event=event).capacity is None
        assert queue(event) == []

    @pytest.mark.parametrize("capacity", ["-1", "many", "1e9", "99999999999999999999"])
    def test_what_is_no_number_is_refused(self, client, staff, capacity):
        event, _people = four_for_two()
        response = client.post(address("seats", event), {"capacity": capacity})
        assert response.status_code == 422
        assert Seats.objects.get(event=event).capacity == 2


class TestAdd:
    ODA = {"name": "Oda Lind", "email": "oda@example.org", "library": "Main Library"}

    def test_registers_somebody_by_hand_with_answers_and_a_mail(self, client, staff):
        event = make_event(questions=[EventQuestion(key="q1", label="System?", kind="line")])
        response = client.post(
            address("add", event), {**self.ODA, "answer_q1": "Alma"}, follow=True
        )
        assert "Oda Lind has a seat." in said(response)
        oda = event.registrations.get()
        assert (oda.library, oda.added_by, oda.answers.get().value) == (
            "Main Library",
            staff,
            "Alma",
        )
        assert Mail.objects.filter(address__email="oda@example.org").count() == 1

    def test_needs_no_answer_that_readers_must_give(self, client, staff):
        question = EventQuestion(key="q1", label="System?", kind="line", is_required=True)
        event = make_event(questions=[question])
        client.post(address("add", event), self.ODA)
        assert event.registrations.get().answers.count() == 0

    @pytest.mark.parametrize("fields", [{"date": "2020-01-08"}, {"closes_date": "2020-01-01"}])
    def test_is_done_at_any_time(self, client, staff, fields):
        event = make_event(**fields)
        client.post(address("add", event), self.ODA)
        assert seated(event) == ["Oda Lind"]

    def test_says_who_waits_and_at_which_place(self, client, staff):
        event, _people = four_for_two()
        response = client.post(address("add", event), self.ODA, follow=True)
        assert "All seats are taken: Oda Lind waits, place 3." in said(response)

    def test_without_seat_and_waiting_list_keeps_what_was_typed(self, client, staff):
        event = make_event(seats=1, has_waiting_list=False)
        register_one(event)
        response = client.post(address("add", event), self.ODA)
        assert response.status_code == 422
        page = tree(response)
        assert "there is no waiting list" in words(page)
        assert page.cssselect("[name=email]")[0].value == "oda@example.org"
        assert seats_of(event) == (1, 0)

    def test_errors_stand_beside_their_fields_and_keep_the_rest(self, client, staff):
        event = make_event()
        response = client.post(address("add", event), {**self.ODA, "email": "nowhere"})
        assert response.status_code == 422
        page = tree(response)
        assert page.cssselect("[name=name]")[0].value == "Oda Lind"
        assert page.cssselect("[role=alert] a[href='#id_email']")
        assert not event.registrations.exists()

    def test_the_same_person_twice_is_one(self, client, staff):
        event = make_event()
        client.post(address("add", event), self.ODA)
        response = client.post(address("add", event), self.ODA, follow=True)
        assert "was registered with this address already" in said(response)
        assert event.registrations.count() == 1
        assert deeds_noted(event) == ["add"]


class TestPerson:
    def test_spells_a_name_and_a_library_otherwise(self, client, staff):
        event = make_event()
        one = register_one(event, "Ines Moro")
        said_so = {"name": " Inès  Moreau ", "library": "Main Library"}
        response = client.post(address("person", event, one), said_so, follow=True)
        assert "It is corrected." in said(response)
        one.refresh_from_db()
        assert (one.name, one.folded_name, one.library) == (
            "Inès Moreau",
            "ines moreau",
            "Main Library",
        )

    def test_refuses_the_name_of_another_at_the_address(self, client, staff):
        event = make_event()
        one = register_one(event, "Ann")
        register_one(event, "Ben")
        response = client.post(address("person", event, one), {"name": "BEN"})
        assert response.status_code == 422
        assert "Somebody of this name is registered with this address already." in words(
            tree(response)
        )
        one.refresh_from_db()
        assert one.name == "Ann"

    @pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 101])
    def test_refuses_what_is_no_name(self, client, staff, name):
        event = make_event()
        one = register_one(event)
        assert client.post(address("person", event, one), {"name": name}).status_code == 422
        one.refresh_from_db()
        assert one.name == "Ines Moreau"

    def test_of_one_who_was_erased_is_gone(self, client, staff):
        event = make_event()
        one = register_one(event)
        Registration.objects.filter(pk=one.pk).update(name="", email="")
        response = client.post(address("person", event, one), {"name": "Ines"}, follow=True)
        assert "This registration is gone." in said(response)
        one.refresh_from_db()
        assert one.name == ""

    def test_leads_to_the_mails_of_who_may_see_mail(self, client, staff):
        event = make_event()
        page = tree(client.get(address("person", event, register_one(event))))
        assert page.cssselect("a[href='/admin/mail/?q=ines%40example.org']")


class TestAttendance:
    def test_is_noted_from_the_list_and_taken_back(self, client, staff):
        event = make_event(date=in_days(-1))
        one = register(event, [Person("Ines", "ines@example.org")], by=staff)[0].registration
        button = tree(client.get(address("desk", event))).cssselect("button[value=yes]")[0]
        assert button.get("formaction") == address("attendance", event, one)
        response = client.post(address("attendance", event, one), {"attended": "yes"}, follow=True)
        assert "Ines was there." in said(response)
        one.refresh_from_db()
        assert (one.attended, one.noted_by) == (True, NotedBy.STAFF)
        client.post(address("attendance", event, one), {"attended": "unknown"})
        one.refresh_from_db()
        assert (one.attended, one.noted_by) == (None, "")

    def test_is_not_offered_before_the_day(self, client, staff):
        event = make_event()
        register_one(event)
        assert not tree(client.get(address("desk", event))).cssselect("button[value=yes]")

    def test_takes_minutes(self, client, staff):
        event = make_event()
        one = register_one(event)
        client.post(address("attendance", event, one), {"attended": "yes", "minutes": "50"})
        one.refresh_from_db()
        assert one.minutes == 50

    @pytest.mark.parametrize(
        "typed",
        [{}, {"attended": "perhaps"}, {"attended": "yes", "minutes": "-1"}],
    )
    def test_a_broken_form_notes_nothing(self, client, staff, typed):
        event = make_event()
        one = register_one(event)
        response = client.post(address("attendance", event, one), typed, follow=True)
        assert "Nothing was noted" in said(response)
        one.refresh_from_db()
        assert one.attended is None

    def test_of_who_lost_the_seat_meanwhile_says_so(self, client, staff):
        event = make_event()
        one = register_one(event)
        cancel(one)
        response = client.post(address("attendance", event, one), {"attended": "yes"}, follow=True)
        assert "has no seat any more" in said(response)


class TestMail:
    LETTER = {"to": "everybody", "subject": "Bring a box", "text": "Any box will do.\n\nInes"}

    def look(self, client, event, **fields) -> html.HtmlElement:
        return tree(client.post(address("mail", event), {**self.LETTER, **fields}))

    def send(self, client, event, once: str, **fields):
        data = {**self.LETTER, **fields, "once": once, "step": "send"}
        return client.post(address("mail", event), data, follow=True)

    def written(self) -> list[str]:
        mails = Mail.objects.filter(subject__contains="Bring a box").order_by("pk")
        return list(mails.values_list("address__email", flat=True))

    def test_is_looked_at_first_with_how_many_get_it(self, client, staff):
        event, _people = four_for_two()
        look = words(self.look(client, event).cssselect("main")[0])
        assert "It goes to 4 people" in look
        assert "Any box will do." in look
        assert self.written() == []

    def test_says_how_many_addresses_people_share(self, client, staff):
        event = make_event()
        register(event, [Person(name, "desk@example.org") for name in ("Ann", "Ben")])
        look = words(self.look(client, event).cssselect("main")[0])
        assert "It goes to 2 people at 1 address" in look

    @pytest.mark.parametrize(
        ("to", "readers"),
        [
            ("seated", ["ann@example.org", "ben@example.org"]),
            ("waiting", ["cleo@example.org", "dora@example.org"]),
            ("everybody", [f"{one}@example.org" for one in ("ann", "ben", "cleo", "dora")]),
        ],
    )
    def test_goes_to_whom_was_chosen_once_each(self, client, staff, to, readers):
        event, _people = four_for_two()
        once = self.look(client, event, to=to).cssselect("[name=once]")[0].value
        response = self.send(client, event, once, to=to)
        assert f"{len(readers)} mails leave now." in said(response)
        assert sorted(self.written()) == readers

    def test_a_second_press_sends_nothing(self, client, staff):
        event, _people = four_for_two()
        once = self.look(client, event).cssselect("[name=once]")[0].value
        self.send(client, event, once)
        response = self.send(client, event, once)
        assert "This mail was sent already." in said(response)
        assert len(self.written()) == 4
        assert deeds_noted(event) == ["mail"]

    def test_people_at_one_address_get_one_each(self, client, staff):
        event = make_event()
        register(event, [Person(name, "desk@example.org") for name in ("Ann", "Ben")])
        self.send(client, event, "abcdefghijkl")
        assert self.written() == ["desk@example.org"] * 2

    def test_who_cancelled_gets_none(self, client, staff):
        event, (ann, *_others) = four_for_two()
        cancel(ann)
        self.send(client, event, "abcdefghijkl")
        assert "ann@example.org" not in self.written()

    def test_can_be_changed_after_the_look(self, client, staff):
        event, _people = four_for_two()
        page = self.look(client, event, step="edit")
        assert page.cssselect("[name=subject]")[0].value == "Bring a box"

    def test_to_nobody_is_refused(self, client, staff):
        event = make_event()
        response = client.post(address("mail", event), self.LETTER)
        assert response.status_code == 422
        assert "Nobody is among these" in words(tree(response))

    @pytest.mark.parametrize("wrong", [{"subject": ""}, {"text": " "}, {"to": "all"}])
    def test_what_is_missing_is_said_and_nothing_sent(self, client, staff, wrong):
        event, _people = four_for_two()
        data = {**self.LETTER, **wrong, "once": "abcdefghijkl", "step": "send"}
        assert client.post(address("mail", event), data).status_code == 422
        assert self.written() == []

    def test_without_the_look_at_it_is_shown_first(self, client, staff):
        event, _people = four_for_two()
        self.send(client, event, "")
        assert self.written() == []


class TestCopy:
    def copied(self, client, event) -> EventPage:
        response = client.post(address("copy", event))
        made = EventPage.objects.latest("pk")
        assert response.url == reverse("wagtailadmin_pages:edit", args=[made.pk])
        return made

    def test_is_a_draft_a_week_later_with_seats_and_a_uid_of_its_own(self, client, staff):
        event = make_event(
            date="2030-07-03",
            closes_date=datetime.date(2030, 7, 1),
            seats=20,
            tags=["packing"],
            hosts=["Nell Cho"],
            questions=[EventQuestion(key="q1", label="System?", kind="line")],
        )
        register_one(event)
        made = self.copied(client, event)
        assert (made.date, made.closes_date) == (
            datetime.date(2030, 7, 10),
            datetime.date(2030, 7, 8),
        )
        assert made.starts_at - event.starts_at == datetime.timedelta(days=7)
        assert not made.live
        assert made.slug != event.slug
        assert (made.seats.capacity, made.seats.taken, made.registrations.count()) == (20, 0, 0)
        assert [question.key for question in made.questions] == ["q1"]
        assert made.hosts_line == event.hosts_line
        made.get_latest_revision().publish()
        assert EventPage.objects.get(pk=made.pk).entry.uid != event.entry.uid

    def test_of_a_cancelled_event_takes_place(self, client, staff):
        event = make_event(is_cancelled=True, cancel_reason="Snow day")
        made = self.copied(client, event)
        assert (made.is_cancelled, made.cancel_reason) == (False, "")

    def test_takes_what_editors_wrote_last(self, client, staff):
        event = make_event(live=False)
        event.title = "Packing clinic for maps"
        event.save_revision()
        assert self.copied(client, event).title == "Packing clinic for maps"

    def test_of_a_dated_address_has_the_new_date_in_it(self, client, staff):
        event = make_event(date="2030-07-03", slug="chat-2030-07-03")
        assert self.copied(client, event).slug == "chat-2030-07-10"

    def test_twice_finds_a_free_address_each_time(self, client, staff):
        event = make_event(slug="clinic")
        slugs = {self.copied(client, event).slug, self.copied(client, event).slug}
        assert len(slugs | {event.slug}) == 3

    def test_onto_an_hour_that_does_not_exist_says_so(self, client, staff):
        event = make_event(
            date="2030-03-03", start_time="02:30", time_zone="America/New_York", end_time="04:00"
        )
        response = client.post(address("copy", event), follow=True)
        assert "clocks in America/New York go forward" in said(response)
        assert EventPage.objects.count() == 1

    def test_a_get_asks_and_makes_nothing(self, client, staff):
        event = make_event(date="2030-07-03")
        assert "July 10, 2030" in words(tree(client.get(address("copy", event))))
        assert EventPage.objects.count() == 1


class TestExport:
    @pytest.mark.parametrize(
        ("ending", "media_type", "begins"),
        [
            ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
            (
                "xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                b"PK",
            ),
        ],
    )
    def test_hands_over_a_file(self, client, staff, ending, media_type, begins):
        event = make_event(slug="clinic")
        register_one(event)
        response = client.post(address("export", event), {"format": ending})
        assert response["Content-Type"] == media_type
        assert response["Content-Disposition"] == f'attachment; filename="clinic.{ending}"'
        assert "no-store" in response["Cache-Control"]
        assert response.content.startswith(begins)
        assert deeds_noted(event) == ["export"]

    def test_in_no_known_format_is_not_found(self, client, staff):
        assert client.post(address("export", make_event()), {"format": "exe"}).status_code == 404


def test_history_and_log_name_the_deed_and_nobody(client, staff, caplog):
    event, (ann, _ben, cleo, dora) = four_for_two()
    with caplog.at_level(logging.INFO, logger="events"):
        client.post(address("add", event), TestAdd.ODA)
        client.post(address("person", event, ann), {"name": "Anna Berg"})
        client.post(address("attendance", event, ann), {"attended": "yes"})
        client.post(address("promote", event, dora))
        client.post(address("cancel", event, cleo))
        client.post(address("seats", event), {"capacity": "9"})
        client.post(
            address("mail", event), {**TestMail.LETTER, "once": "abcdefghijkl", "step": "send"}
        )
        client.post(address("copy", event))
        client.post(address("export", event), {"format": "csv"})
    expected = ["add", "correct", "attend", "promote", "cancel", "seats", "mail", "copy", "export"]
    assert deeds_noted(event) == expected
    entries = PageLogEntry.objects.filter(action__startswith="events.registrations.")
    kept = caplog.text + " ".join(str(entry.data) for entry in entries)
    for name in ("Oda", "Anna", "Cleo", "Dora", "example.org"):
        assert name not in kept
    assert all(entry.user == staff and entry.message for entry in entries)
    history = client.get(reverse("wagtailadmin_pages:history", args=[event.pk]))
    assert "Gave somebody who waited a seat out of turn" in history.content.decode()


def test_the_editor_says_how_many_seats_are_taken_and_leads_to_the_desk(client, staff):
    event, _people = four_for_two()
    page = tree(client.get(reverse("wagtailadmin_pages:edit", args=[event.pk])))
    links = page.cssselect(f"a[href='{address('desk', event)}']")
    assert len(links) == 2
    assert "2 of 2 seats taken, 2 wait" in words(page)


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "line"),
    [
        (20, 14, 3, "14 of 20 seats taken, 3 wait"),
        (1, 1, 1, "1 of 1 seat taken, 1 waits"),
        (20, 0, 0, "0 of 20 seats taken"),
        (None, 14, 0, "14 registered"),
    ],
)
def test_seats_in_a_line(capacity, taken, waiting, line):
    assert Seats(capacity=capacity, taken=taken, waiting=waiting).line == line


class TestNeeds:
    def said(self, user: User) -> list[str]:
        return [need.said for need in needs_of_attendance(user)]

    def past(self, staff, **fields) -> EventPage:
        event = make_event(date=in_days(-2), **fields)
        register(event, [Person("Ines", "ines@example.org")], by=staff)
        return event

    def test_an_event_in_person_without_attendance_is_due_the_day_after(self, staff):
        event = self.past(staff, format="in_person", place="Library")
        need = next(iter(needs_of_attendance(staff)))
        assert need.said == "Note who was at “Packing clinic”."
        assert need.href == address("desk", event)
        assert need.due_on == event.date + datetime.timedelta(days=1)

    def test_an_event_that_certifies_hours_needs_it_too(self, staff):
        self.past(staff, contact_hours=1)
        assert self.said(staff)

    def test_a_call_that_certifies_none_needs_nothing(self, staff):
        self.past(staff)
        assert self.said(staff) == []

    def test_once_one_is_noted_it_needs_nothing_more(self, staff):
        event = self.past(staff, contact_hours=1)
        event.registrations.update(attended=False)
        assert self.said(staff) == []

    def test_an_event_without_anybody_a_cancelled_and_a_coming_one_need_nothing(self, staff):
        make_event(date=in_days(-2), contact_hours=1)
        self.past(staff, contact_hours=1, is_cancelled=True, slug="cancelled")
        register_one(make_event(contact_hours=1, slug="coming"))
        assert self.said(staff) == []

    def test_only_who_organises_it_is_asked(self, staff):
        self.past(staff, contact_hours=1)
        assert self.said(User.objects.create_user("reader@ill.example.org")) == []
