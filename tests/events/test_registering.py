import datetime
import re

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from lxml import html

from core.public_forms import new_stamp
from events import links, views
from events.models import (
    EventPage,
    EventQuestion,
    Follower,
    NotedBy,
    Registration,
    Seats,
    State,
)
from events.registration import Person as Who
from events.registration import follow, register
from outbox.models import Address, Mail
from tests.factories.events import in_days, make_event, make_series, register_one, seats_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CALL = "https://zoom.example.org/j/8123?pwd=sesame"
MINUTE = datetime.timedelta(minutes=1)
BEFORE_START = 30 * MINUTE


def form_address(event: EventPage) -> str:
    return reverse("registrations:register", args=[event.pk])


def written(**said) -> dict[str, str]:
    return {"name": "Ines Moreau", "email": "ines@example.org", **said}


def stamped(**said) -> dict[str, str]:
    """Return what comes from a form shown a minute ago."""
    with time_machine.travel(timezone.now() - MINUTE):
        return written(stamp=new_stamp(), **said)


def path_of(address: str) -> str:
    """Return a full address as the test client asks for it."""
    return "/" + address.split("/", 3)[3]


def tree(response) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def words(response) -> str:
    return " ".join(tree(response).xpath("//main")[0].text_content().split())


def hidden(response) -> dict[str, str]:
    """Return what a preview sends on."""
    form = tree(response).xpath("//main//form")[-1]
    return {name: value.lstrip("\n") for name, value in form.form_values()}


class TestForm:
    def test_stamped_by_script_it_registers_at_once_and_says_what_became_of_it(self, client):
        event = make_event()
        answer = client.post(form_address(event), stamped(library="Harbour Town"))
        assert answer.status_code == 303
        own = Registration.objects.get()
        assert (own.name, own.email, own.library) == (
            "Ines Moreau",
            "ines@example.org",
            "Harbour Town",
        )
        said = words(client.get(answer["Location"]))
        assert "You are registered" in said
        assert "Ines Moreau Has a seat" in said

    def test_without_script_it_is_looked_over_first_and_registers_then(self, client):
        question = EventQuestion(label="Your route", kind="text")
        event = make_event(seats=1, questions=[question])
        asked = f"answer_{event.questions[0].key}"
        sent = written(**{asked: 'North,\n"late"', "name_2": "Ben", f"{asked}_2": "<South>"})
        preview = client.post(form_address(event), sent)
        assert preview.status_code == 200
        assert not Registration.objects.exists()
        said = words(preview)
        assert "Ines Moreau · ines@example.org Gets a seat" in said
        assert "Ben · ines@example.org All seats are taken: will wait" in said
        with time_machine.travel(timezone.now() + 2 * MINUTE):
            answer = client.post(form_address(event), hidden(preview))
        assert answer.status_code == 303
        own = Registration.objects.get(name="Ines Moreau")
        assert own.answers.get().value == 'North,\n"late"'
        assert Registration.objects.get(name="Ben").answers.get().value == "<South>"

    def test_changing_it_in_the_preview_loses_nothing(self, client):
        event = make_event()
        preview = client.post(form_address(event), written(name_3="Cleo"))
        back = client.post(form_address(event), {**hidden(preview), "step": "edit"})
        fields = dict(tree(back).xpath("//main//form")[0].form_values())
        assert (fields["name"], fields["name_3"]) == ("Ines Moreau", "Cleo")
        assert tree(back).xpath("//details[@open]")

    def test_three_colleagues_share_a_mailbox_and_one_cancels_for_the_next(self, client):
        event = make_event(seats=3)
        register_one(event, "Early", "early@example.org")
        names = {"name_2": "Ben Okafor", "name_3": "Cleo Park"}
        answer = client.post(form_address(event), stamped(**names))
        said = words(client.get(answer["Location"]))
        assert "Cleo Park Waits, number 1 in the queue" in said
        at_address = Registration.objects.at_address("ines@example.org")
        assert len({links.own_address(own) for own in at_address}) == 3
        ben = at_address.get(name="Ben Okafor")
        client.post(path_of(links.own_address(ben)), {"deed": "cancel"})
        assert at_address.get(name="Cleo Park").is_confirmed
        assert at_address.get(name="Ines Moreau").is_confirmed
        assert seats_of(event) == (3, 0)

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"name": ""}, "Say who comes."),
            ({"email": "ines at example"}, "valid email"),
            ({"email": ""}, "Your links"),
            ({"email_2": "ben@example.org"}, "Say who comes."),
            ({"name_2": "Ben", "email_2": "nobody"}, "valid email"),
            ({"name_2": "INES  Moreau"}, "named twice"),
            ({"name": "x" * 101}, "at most 100"),
            ({"name": "Win at spam.example/now"}, "without web addresses"),
            ({"library": "https://spam.example"}, "without web addresses"),
            ({"website": "https://spam.example"}, "send once more"),
        ],
    )
    def test_errors_are_named_at_the_top_and_nothing_typed_is_lost(self, client, said, fault):
        event = make_event()
        answer = client.post(form_address(event), stamped(**{"library": "Harbour Town", **said}))
        assert answer.status_code == 422
        page = tree(answer)
        assert fault in page.cssselect(".errors")[0].text_content()
        sent = {"library": "Harbour Town", **said}
        assert page.cssselect("[name=library]")[0].get("value") == sent["library"]
        for link in page.cssselect(".errors a"):
            assert page.get_element_by_id(link.get("href")[1:]) is not None
        assert not Registration.objects.exists()

    def test_questions_must_be_answered_by_each_who_comes(self, client):
        needed = EventQuestion(label="What do you eat?", is_required=True, is_private=True)
        event = make_event(questions=[needed])
        asked = f"answer_{event.questions[0].key}"
        answer = client.post(form_address(event), stamped(**{asked: "All", "name_2": "Ben"}))
        assert answer.status_code == 422
        assert tree(answer).cssselect(f"[name={asked}_2][aria-invalid=true]")
        assert "erased afterwards" in words(answer)

    @pytest.mark.parametrize(
        ("kind", "sent", "kept"),
        [
            ("line", "a\r\nb", "a b"),
            ("text", "a\r\nb", "a\nb"),
            ("choice", "North", "North"),
            ("tick", "on", "yes"),
        ],
    )
    def test_each_kind_of_question_is_answered(self, client, kind, sent, kept):
        question = EventQuestion(label="Asked", kind=kind, choices="North\nSouth")
        event = make_event(questions=[question])
        client.post(form_address(event), stamped(**{f"answer_{event.questions[0].key}": sent}))
        assert Registration.objects.get().answers.get().value == kept

    def test_a_choice_that_is_none_is_refused(self, client):
        question = EventQuestion(label="Asked", kind="choice", choices="North\nSouth")
        event = make_event(questions=[question])
        said = {f"answer_{event.questions[0].key}": "West"}
        assert client.post(form_address(event), stamped(**said)).status_code == 422

    def test_after_closing_nothing_is_changed_and_the_page_says_why(self, client):
        event = make_event(closes_date=in_days(-1))
        answer = client.post(form_address(event), stamped())
        assert answer.status_code == 403
        assert "Registration is closed" in words(answer)
        assert not Registration.objects.exists()

    def test_closed_between_looking_and_sending_is_closed(self, client, monkeypatch):
        event = make_event()
        monkeypatch.setattr(EventPage, "is_open", True)

        def refuse(*_args):
            raise views.registration.NotOpen

        monkeypatch.setattr(views.registration, "register", refuse)
        assert client.post(form_address(event), stamped()).status_code == 403

    def test_full_without_a_waiting_list_says_how_many_are_left(self, client):
        event = make_event(seats=1, has_waiting_list=False)
        answer = client.post(form_address(event), stamped(name_2="Ben"))
        assert answer.status_code == 409
        assert "Only 1 seat is left" in words(answer)
        assert not Registration.objects.exists()

    def test_what_another_site_sends_is_shown_and_not_done(self, client):
        event = make_event()
        answer = client.post(form_address(event), stamped(), HTTP_ORIGIN="https://evil.example")
        assert answer.status_code == 200
        assert "before it is sent" in words(answer)
        assert not Registration.objects.exists()

    def test_a_stamp_of_ones_own_making_is_none(self, client):
        event = make_event()
        forged = written(stamp=signing.dumps(1.0, salt="mine"))
        client.post(form_address(event), forged)
        assert not Registration.objects.exists()

    def test_too_many_forms_of_one_client_are_put_off_with_all_that_was_typed(
        self, client, monkeypatch
    ):
        monkeypatch.setattr(views, "MOST_AN_HOUR", 2)
        event = make_event()
        for number in range(2):
            client.post(form_address(event), stamped(name=f"P {number}"))
        answer = client.post(form_address(event), stamped(name="P 3"))
        assert answer.status_code == 429
        assert tree(answer).cssselect("[name=name]")[0].get("value") == "P 3"
        assert Registration.objects.count() == 2

    def test_nobody_floods_a_colleagues_mailbox(self, client, monkeypatch):
        monkeypatch.setattr(views, "MOST_TO_AN_ADDRESS", 2)
        event = make_event()
        answer = client.post(form_address(event), stamped(name_2="B", name_3="C"))
        assert answer.status_code == 429
        assert not Mail.objects.exists()

    def test_a_very_large_body_is_refused(self, client):
        answer = client.post(form_address(make_event()), stamped(library="x" * 300_000))
        assert answer.status_code == 413

    def test_an_event_that_is_not_public_takes_nobody(self, client):
        event = make_event(live=False)
        assert client.post(form_address(event), stamped()).status_code == 404
        assert client.get(form_address(event)).status_code == 404

    def test_the_same_again_is_answered_like_the_first_time(self, client):
        event = make_event()
        first = client.post(form_address(event), stamped())
        again = client.post(form_address(event), stamped())
        assert first["Location"] == again["Location"]
        assert Registration.objects.count() == 1

    def test_the_page_after_registering_lets_nobody_cancel(self, client):
        """Anybody can type a colleague's name and address: links to change go by mail alone."""
        event = make_event()
        own = register_one(event)
        answer = client.post(form_address(event), stamped())
        page = client.get(answer["Location"]).content.decode()
        assert links.own_address(own) not in page
        assert "/mine/" not in page

    def test_one_tick_follows_the_series(self, client):
        series = make_series()
        dates = [make_event(f"D {n}", in_days(14 * n), series=series) for n in (1, 2, 3)]
        answer = client.post(form_address(dates[0]), stamped(follow="on"))
        assert "all coming dates" in words(client.get(answer["Location"]))
        assert Registration.objects.count() == 3
        assert Follower.objects.count() == 1

    def test_the_script_gets_a_stamp(self, client):
        event = make_event()
        answer = client.get(reverse("registrations:stamp", args=[event.pk]))
        assert answer.json().keys() == {"stamp", "token"}
        assert "no-store" in answer["Cache-Control"]

    def test_hostile_names_are_text(self, client):
        event = make_event()
        name = '<script>alert(1)</script>"\r\nBcc: x@example.org'
        answer = client.post(form_address(event), stamped(name=name))
        page = client.get(answer["Location"]).content.decode()
        assert "<script>alert" not in page
        assert "\n" not in Registration.objects.get().name


class TestOwnPage:
    @pytest.fixture
    def own(self):
        return register_one(make_event(seats=2))

    def address(self, own: Registration) -> str:
        return path_of(links.own_address(own))

    def test_shows_changes_and_cancels(self, client, own):
        said = words(client.get(self.address(own)))
        assert "Ines Moreau · ines@example.org A seat is held until" in said
        changed = client.post(
            self.address(own), {"deed": "change", "name": "Inès Moreau", "library": "Dock"}
        )
        assert "Your changes are kept." in words(changed)
        own.refresh_from_db()
        assert (own.name, own.library) == ("Inès Moreau", "Dock")
        cancelled = client.post(self.address(own), {"deed": "cancel"})
        assert "Your seat is free" in words(cancelled)
        own.refresh_from_db()
        assert own.state == State.CANCELLED

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_looking_changes_nothing(self, client, own, method):
        getattr(client, method)(self.address(own) + "?deed=cancel")
        getattr(client, method)(path_of(links.confirm_address(own)))
        getattr(client, method)(path_of(links.join_address(own)))
        own.refresh_from_db()
        assert own.is_confirmed
        assert own.attended is None
        assert own.confirm_by
        assert not Address.objects.exclude(proven_at=None).exists()

    def test_another_site_cannot_press_its_buttons(self, client, own):
        client.post(self.address(own), {"deed": "cancel"}, HTTP_ORIGIN="https://evil.example")
        own.refresh_from_db()
        assert own.is_confirmed

    def test_pressed_twice_it_is_cancelled_once(self, client, own):
        client.post(self.address(own), {"deed": "cancel"})
        again = client.post(self.address(own), {"deed": "cancel"})
        assert again.status_code == 200
        assert seats_of(own.event) == (0, 0)

    def test_after_the_start_nothing_is_cancelled(self, client, own):
        with time_machine.travel(own.event.starts_at + MINUTE):
            client.post(self.address(own), {"deed": "cancel"})
            assert "I cannot come" not in words(client.get(self.address(own)))
        own.refresh_from_db()
        assert own.is_confirmed

    def test_a_name_of_another_registration_is_refused(self, client, own):
        register_one(own.event, "Ben Okafor")
        answer = client.post(self.address(own), {"deed": "change", "name": "Ben Okafor"})
        assert answer.status_code == 422
        own.refresh_from_db()
        assert own.name == "Ines Moreau"

    def test_still_coming_is_asked_and_answered_there(self, client, own):
        Registration.objects.update(asked_at=timezone.now(), confirm_by=None)
        page = client.get(self.address(own) + "?coming=yes")
        assert "Still coming?" in words(page)
        own.refresh_from_db()
        assert own.coming_at is None
        assert "your seat stays yours" in words(client.post(self.address(own), {"deed": "coming"}))
        own.refresh_from_db()
        assert own.coming_at

    @pytest.mark.parametrize("tamper", ["x", "~", "changed"])
    @pytest.mark.parametrize("kind", ["own", "confirm", "join"])
    def test_a_tampered_link_leads_nowhere_and_changes_nothing(self, client, own, tamper, kind):
        address = path_of(getattr(links, f"{kind}_address")(own))
        broken = {
            "x": address[:-2] + "x/",
            "~": re.sub(r":.", ":~", address),
            "changed": address.replace(own.key, "k" * 12),
        }[tamper]
        for answer in (client.get(broken), client.post(broken, {"deed": "cancel"})):
            assert answer.status_code == 404
            assert "leads nowhere" in words(answer)
        own.refresh_from_db()
        assert own.is_confirmed

    def test_one_link_is_not_good_for_another_deed(self, client, own):
        token = links.join_address(own).split("/")[-2]
        for name in ("mine", "confirm", "follower", "party"):
            answer = client.post(reverse(f"registrations:{name}", args=[token]), {"deed": "cancel"})
            assert answer.status_code == 404
        own.refresh_from_db()
        assert own.is_confirmed

    def test_nobody_stores_it_or_passes_its_address_on(self, client, own):
        answer = client.get(self.address(own))
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex"


class TestConfirming:
    def test_a_press_makes_the_seat_certain(self, client):
        own = register_one(make_event(seats=1))
        address = path_of(links.confirm_address(own))
        assert "Is this address yours?" in words(client.get(address))
        assert "Your seat is certain" in words(client.post(address))
        assert "Your seat is certain" in words(client.post(address))
        assert Address.objects.get().proven_at

    def test_too_late_it_says_so(self, client):
        event = make_event(seats=1)
        own = register_one(event)
        with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
            views.registration.release_unproven()
            said = words(client.post(path_of(links.confirm_address(own))))
        assert "went to somebody else" in said


class TestJoining:
    def registered(self, **fields) -> Registration:
        return register_one(make_event(join_url=CALL, join_notes="Passcode 4711", **fields))

    def test_from_an_hour_before_a_press_leads_to_the_call_and_notes_who_came(self, client):
        own = self.registered()
        address = path_of(links.join_address(own))
        with time_machine.travel(own.event.starts_at - BEFORE_START):
            page = client.get(address)
            assert CALL not in page.content.decode()
            assert "Passcode 4711" not in page.content.decode()
            answer = client.post(address)
        assert tree(answer).xpath("//main//a[@href=$to]", to=CALL)
        assert "4711" in words(answer)
        own.refresh_from_db()
        assert (own.attended, own.noted_by) == (True, NotedBy.JOIN)

    def test_before_that_it_says_from_when(self, client):
        own = self.registered()
        for answer in (
            client.get(path_of(links.join_address(own))),
            client.post(path_of(links.join_address(own))),
        ):
            assert "You can join from" in words(answer)
            assert CALL not in answer.content.decode()
        own.refresh_from_db()
        assert own.attended is None

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"state": State.WAITING}, "for those who have a seat"),
            ({"state": State.CANCELLED}, "for those who have a seat"),
        ],
    )
    def test_without_a_seat_there_is_no_call(self, client, change, said):
        own = self.registered()
        Registration.objects.update(**change)
        with time_machine.travel(own.event.starts_at - BEFORE_START):
            answer = client.post(path_of(links.join_address(own)))
        assert said in words(answer)
        assert CALL not in answer.content.decode()

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"is_cancelled": True}, "cancelled"),
            ({"format": "in_person"}, "in person"),
            ({"join_url": ""}, "have not put the link here yet"),
        ],
    )
    def test_where_there_is_no_call_it_says_why(self, client, fields, said):
        own = self.registered()
        EventPage.objects.update(**fields)
        with time_machine.travel(own.event.starts_at - BEFORE_START):
            assert said in words(client.post(path_of(links.join_address(own))))

    def test_a_changed_link_needs_no_new_mail(self, client):
        own = self.registered()
        EventPage.objects.update(join_url="https://meet.example.org/new")
        with time_machine.travel(own.event.starts_at):
            answer = client.post(path_of(links.join_address(own)))
        assert "https://meet.example.org/new" in answer.content.decode()

    def test_the_link_of_the_series_is_taken_where_the_date_has_none(self, client):
        series = make_series(join_url=CALL)
        own = register_one(make_event(series=series))
        with time_machine.travel(own.event.starts_at):
            assert CALL in client.post(path_of(links.join_address(own))).content.decode()

    def test_after_registering_late_the_page_leads_to_the_call(self, client):
        event = make_event(join_url=CALL)
        with time_machine.travel(event.starts_at - BEFORE_START):
            answer = client.post(form_address(event), stamped())
            page = tree(client.get(answer["Location"]))
        own = Registration.objects.get()
        assert page.xpath("//main//a[@href=$to]", to=links.join_address(own))


class TestFollower:
    def test_sees_all_dates_and_stops_with_one_press(self, client):
        series = make_series()
        event, _later = (make_event(f"D {n}", in_days(14 * n), series=series) for n in (1, 2))
        (own,), _at = follow(series, event, [Who("Ana", "ana@example.org")])
        address = path_of(links.follower_address(own))
        page = client.get(address)
        assert len(tree(page).cssselect("a.stamped")) == 2
        assert Registration.objects.confirmed().count() == 2
        assert "2 dates were cancelled" in words(client.post(address, {"deed": "stop"}))
        assert not Registration.objects.live().exists()


class TestLinksAgain:
    ADDRESS = "/registrations/links/"

    def ask(self, client, email: str):
        with time_machine.travel(timezone.now() - MINUTE):
            stamp = new_stamp()
        return client.post(self.ADDRESS, {"email": email, "stamp": stamp})

    def test_known_and_unknown_addresses_are_answered_alike(self, client):
        register(make_event(), [Who("Ana", "ana@example.org")])
        Mail.objects.all().delete()
        known = self.ask(client, "Ana@example.org")
        unknown = self.ask(client, "bob@example.org")
        assert known.status_code == unknown.status_code == 200
        assert words(known).replace("Ana@", "bob@") == words(unknown)
        assert [mail.address.key for mail in Mail.objects.all()] == ["ana@example.org"]

    def test_an_address_gets_few_such_mails(self, client):
        register_one(make_event())
        Mail.objects.all().delete()
        for _time in range(6):
            self.ask(client, "ines@example.org")
        assert 1 <= Mail.objects.count() <= views.MOST_LINKS_AN_HOUR

    def test_without_a_stamp_nothing_is_sent(self, client):
        register_one(make_event())
        Mail.objects.all().delete()
        assert client.post(self.ADDRESS, {"email": "ines@example.org"}).status_code == 200
        assert not Mail.objects.exists()


def test_registering_and_its_pages_ask_a_bounded_number_of_queries(
    client, django_assert_max_num_queries
):
    event = make_event(seats=100)
    for number in range(30):
        register_one(event, f"P {number}")
    Seats.objects.filter(event=event).update(capacity=30)
    own = register_one(event)
    with django_assert_max_num_queries(25):
        client.get(path_of(links.own_address(own)))
    with django_assert_max_num_queries(25):
        client.get(form_address(event))
