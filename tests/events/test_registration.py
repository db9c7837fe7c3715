import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from events.models import (
    Answer,
    EndedBy,
    EventPage,
    EventQuestion,
    Follower,
    Registration,
    Seats,
    State,
)
from events.registration import (
    Full,
    NotOpen,
    Person,
    TooFew,
    cancel,
    change,
    change_capacity,
    confirm_address,
    correct,
    follow,
    place_in_queue,
    promote,
    register,
    register_followers,
    release_silent,
    release_unproven,
    say_coming,
    stop_following,
)
from outbox.addresses import prove
from outbox.models import Address, Mail
from tests.factories.events import in_days, make_event, make_series, register_one, seats_of

pytestmark = pytest.mark.django_db

SHARED = "desk@library.example.org"
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def people(count: int, email: str = SHARED) -> list[Person]:
    return [Person(f"Person {number}", email) for number in range(1, count + 1)]


def states(event: EventPage) -> list[str]:
    """Return who is where, in the order in which they came: + a seat, ~ waits, - neither."""
    signs = {State.CONFIRMED: "+", State.WAITING: "~"}
    told = Registration.objects.filter(event=event).in_order().values_list("state", flat=True)
    return [signs.get(state, "-") for state in told]


def moved_up() -> int:
    return Mail.objects.filter(kind="event_moved_up").count()


class TestRegistering:
    def test_three_colleagues_with_one_mailbox_have_three_seats_and_three_mails(self):
        event = make_event(seats=10)
        registered = register(event, people(3))
        assert [one.is_new for one in registered] == [True] * 3
        assert len({one.registration.key for one in registered}) == 3
        assert seats_of(event) == (3, 0)
        assert Mail.objects.filter(address__key=SHARED).count() == 3

    def test_who_finds_no_seat_waits_in_order(self):
        event = make_event(seats=2)
        register(event, people(4))
        assert states(event) == ["+", "+", "~", "~"]
        assert [place_in_queue(one) for one in Registration.objects.waiting().in_order()] == [1, 2]

    def test_a_newcomer_never_overtakes_who_waits(self):
        event = make_event(seats=1)
        register(event, people(2))
        # As it is between a seat becoming free and somebody moving up.
        Seats.objects.filter(event=event).update(capacity=2)
        register_one(event, "Late")
        assert Registration.objects.get(name="Person 2").is_confirmed
        assert Registration.objects.get(name="Late").is_waiting

    def test_without_a_number_of_seats_all_get_one(self):
        event = make_event()
        register(event, people(5))
        assert states(event) == ["+"] * 5
        assert not Registration.objects.exclude(confirm_by=None).exists()

    def test_the_same_name_and_address_is_one_registration(self):
        event = make_event(seats=3)
        first = register_one(event, "Zoë Lee", "Zoe@Example.org")
        again = register(event, [Person("ZOE  LEE", "zoe@example.org")])[0]
        assert not again.is_new
        assert again.registration == first
        assert seats_of(event) == (1, 0)

    def test_the_same_again_while_waiting_is_one_place_in_the_queue(self):
        event = make_event(seats=1)
        register(event, people(2))
        register(event, people(2))
        assert seats_of(event) == (1, 1)

    def test_the_database_keeps_the_same_from_registering_twice(self):
        event = make_event()
        own = register_one(event)
        own.pk, own.key = None, "another"
        with pytest.raises(IntegrityError), transaction.atomic():
            own.save(force_insert=True)

    def test_the_database_keeps_more_from_being_taken_than_there_are(self):
        event = make_event(seats=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Seats.objects.filter(event=event).update(taken=2)

    def test_without_a_waiting_list_nobody_of_a_form_is_registered_if_one_finds_no_seat(self):
        event = make_event(seats=2, has_waiting_list=False)
        with pytest.raises(Full):
            register(event, people(3))
        assert states(event) == []
        assert seats_of(event) == (0, 0)
        assert not Mail.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [
            {"is_cancelled": True},
            {"registration": "none"},
            {"registration": "elsewhere"},
            {"opens_date": in_days(2)},
            {"closes_date": in_days(-1)},
            {"date": in_days(-3)},
        ],
    )
    def test_where_it_is_not_open_nobody_is_registered_but_by_staff(self, fields):
        event = make_event(**fields)
        with pytest.raises(NotOpen):
            register_one(event)
        assert not Registration.objects.exists()
        staff = User.objects.create_user("staff@example.org")
        by_hand = register(event, [Person("Walk-in", "")], by=staff)
        assert by_hand[0].registration.is_confirmed

    def test_answers_are_kept_with_the_words_of_their_question(self):
        question = EventQuestion(label="What do you eat?", is_private=True)
        event = make_event(questions=[question, EventQuestion(label="Your route")])
        eats, route = event.questions
        register_one(event, answers={eats.key: "No nuts", route.key: "", "unknown": "x"})
        answer = Answer.objects.get()
        assert (answer.label, answer.value, answer.is_private) == (eats.label, "No nuts", True)


class TestQueue:
    def test_who_cancels_gives_the_seat_to_the_next_who_hears_of_it_once(self):
        event = make_event(seats=2)
        register(event, people(4))
        assert cancel(Registration.objects.get(name="Person 1"))
        assert states(event) == ["-", "+", "+", "~"]
        assert moved_up() == 1
        assert Registration.objects.get(name="Person 3").promoted_at

    def test_cancelling_twice_moves_nobody_twice(self):
        event = make_event(seats=1)
        register(event, people(3))
        first = Registration.objects.get(name="Person 1")
        assert cancel(first)
        assert not cancel(first)
        assert states(event) == ["-", "+", "~"]
        assert seats_of(event) == (1, 1)
        assert moved_up() == 1

    def test_who_leaves_the_queue_moves_nobody(self):
        event = make_event(seats=1)
        register(event, people(3))
        cancel(Registration.objects.get(name="Person 2"))
        assert states(event) == ["+", "-", "~"]
        assert seats_of(event) == (1, 1)
        assert not moved_up()

    def test_more_seats_move_exactly_so_many_up_in_order(self):
        event = make_event(seats=1)
        register(event, people(5))
        assert change_capacity(event, 3) == 2
        assert states(event) == ["+", "+", "+", "~", "~"]
        assert moved_up() == 2

    def test_without_a_limit_all_move_up(self):
        event = make_event(seats=1)
        register(event, people(4))
        assert change_capacity(event, None) == 3
        assert seats_of(event) == (4, 0)

    def test_fewer_seats_than_are_taken_are_refused_and_change_nothing(self):
        event = make_event(seats=5)
        register(event, people(4))
        with pytest.raises(TooFew) as refused:
            change_capacity(event, 3)
        assert refused.value.taken == 4
        assert Seats.objects.get(event=event).capacity == 5
        assert change_capacity(event, 4) == 0
        assert states(event) == ["+"] * 4

    def test_staff_give_a_seat_out_of_turn_by_adding_one(self):
        event = make_event(seats=1)
        register(event, people(3))
        last = Registration.objects.get(name="Person 3")
        assert promote(last)
        assert not promote(last)
        assert states(event) == ["+", "~", "+"]
        assert Seats.objects.get(event=event).capacity == 2
        assert seats_of(event) == (2, 1)

    def test_who_comes_again_after_cancelling_is_last(self):
        event = make_event(seats=1)
        register(event, people(2))
        cancel(Registration.objects.get(name="Person 1"))
        again = register(event, people(1))[0].registration
        assert again.is_waiting
        assert again.sequence_shift == 2
        assert states(event) == ["-", "+", "~"]


class TestAddressNeverProven:
    def test_holds_a_limited_seat_for_some_hours_then_it_goes_to_the_next(self):
        event = make_event(seats=1)
        held = register_one(event)
        assert timezone.now() < held.confirm_by <= timezone.now() + 24 * HOUR
        waiting = register_one(event, "Ben Okafor", "ben@example.org")
        assert not release_unproven()
        assert seats_of(event) == (1, 1)
        with time_machine.travel(timezone.now() + 25 * HOUR):
            assert not release_unproven()
            held.refresh_from_db()
            waiting.refresh_from_db()
            assert (held.state, held.ended_by) == (State.RELEASED, EndedBy.UNPROVEN)
            assert waiting.is_confirmed
            assert waiting.confirm_by > timezone.now()

    def test_proven_in_time_the_seat_and_all_others_of_the_address_stay(self):
        event, other = make_event(seats=3), make_event("Other", seats=3)
        first, second = (one.registration for one in register(event, people(2)))
        third = register_one(other, "Person 1", SHARED)
        assert confirm_address(second)
        assert not Registration.objects.exclude(confirm_by=None).exists()
        assert Address.objects.get(key=SHARED).proven_at
        with time_machine.travel(timezone.now() + 25 * HOUR):
            release_unproven()
        for own in (first, second, third):
            own.refresh_from_db()
            assert own.is_confirmed

    def test_proven_too_late_the_seat_is_gone(self):
        event = make_event(seats=1)
        own = register_one(event)
        with time_machine.travel(timezone.now() + 25 * HOUR):
            release_unproven()
            assert not confirm_address(own)

    def test_proven_before_or_where_seats_are_not_limited_it_need_not_confirm(self):
        prove(SHARED)
        assert register(make_event(seats=2), people(1))[0].registration.confirm_by is None
        assert register_one(make_event()).confirm_by is None

    def test_by_staff_it_need_not_confirm(self):
        staff = User.objects.create_user("staff@example.org")
        own = register(make_event(seats=2), people(1), by=staff)[0].registration
        assert own.confirm_by is None


class TestStillComing:
    def asked(self, event: EventPage, ago: datetime.timedelta = 3 * DAY) -> None:
        Registration.objects.filter(event=event).update(asked_at=timezone.now() - ago)

    def test_silent_seats_go_to_who_waits_in_order_and_no_more_of_them(self):
        event = make_event(seats=3, gives_up_silent=True)
        register(event, people(4))
        self.asked(event)
        Registration.objects.waiting().update(asked_at=None)
        say_coming(Registration.objects.get(name="Person 1"))
        release_silent()
        assert states(event) == ["+", "-", "+", "+"]
        release_silent()
        assert states(event) == ["+", "-", "+", "+"]
        assert Registration.objects.get(name="Person 2").ended_by == EndedBy.SILENT

    def test_nobody_loses_a_seat_where_nobody_waits_or_the_event_does_not_say_so(self):
        silent = make_event(seats=3, gives_up_silent=True)
        kept = make_event("Kept", seats=1)
        register(silent, people(3))
        register(kept, people(2))
        self.asked(silent)
        self.asked(kept)
        release_silent()
        assert states(silent) == ["+"] * 3
        assert states(kept) == ["+", "~"]

    def test_nobody_loses_a_seat_before_the_time_to_answer_is_over(self):
        event = make_event(seats=1, gives_up_silent=True)
        register(event, people(2))
        self.asked(event, ago=47 * HOUR)
        release_silent()
        assert states(event) == ["+", "~"]


class TestSeries:
    @pytest.fixture
    def series(self):
        series = make_series()
        for week in range(1, 4):
            make_event(f"Date {week}", in_days(14 * week), series=series, seats=2)
        return series

    def test_one_deed_registers_for_all_coming_dates_and_one_mail_says_so(self, series):
        first = EventPage.objects.get(title="Date 1")
        followers, at_event = follow(series, first, people(1))
        assert len(followers) == 1
        assert [one.registration.event for one in at_event] == [first]
        assert Registration.objects.confirmed().count() == 3
        assert Mail.objects.count() == 1

    def test_dates_made_later_are_theirs_too_once(self, series):
        follow(series, EventPage.objects.get(title="Date 1"), people(2))
        later = make_event("Date 4", in_days(70), series=series)
        assert len(register_followers(later)) == 2
        assert not register_followers(later)

    def test_a_date_they_cancelled_is_not_theirs_again(self, series):
        event = EventPage.objects.get(title="Date 2")
        follow(series, event, people(1))
        cancel(Registration.objects.get(event=event))
        assert not register_followers(event)

    def test_following_twice_is_following_once(self, series):
        event = EventPage.objects.get(title="Date 1")
        follow(series, event, people(1))
        follow(series, event, people(1))
        assert Follower.objects.count() == 1
        assert Registration.objects.count() == 3

    def test_who_stops_gives_up_all_coming_dates(self, series):
        event = EventPage.objects.get(title="Date 1")
        (follower,), _at = follow(series, event, people(1))
        assert stop_following(follower) == 3
        assert stop_following(follower) == 0
        assert not Registration.objects.live().exists()
        later = make_event("Date 4", in_days(70), series=series)
        assert not register_followers(later)

    def test_a_name_spelled_otherwise_is_so_at_dates_made_later(self, series):
        first = EventPage.objects.get(title="Date 1")
        _followers, (one,) = follow(series, first, people(1))
        correct(Registration.objects.get(pk=one.registration.pk), "Pérsson", "Dock")
        later = make_event("Date 4", in_days(70), series=series)
        (again,) = register_followers(later)
        assert (again.registration.name, again.registration.library) == ("Pérsson", "Dock")

    def test_full_dates_are_waited_for_and_those_without_a_list_left_out(self, series):
        second, third = (EventPage.objects.get(title=f"Date {n}") for n in (2, 3))
        register(second, people(2, "full@example.org"))
        EventPage.objects.filter(pk=third.pk).update(has_waiting_list=False)
        register(third, people(2, "full@example.org"))
        follow(series, EventPage.objects.get(title="Date 1"), [Person("Ana", "ana@example.org")])
        of_ana = Registration.objects.filter(name="Ana").order_by("event__starts_at")
        assert [one.state for one in of_ana] == [State.CONFIRMED, State.WAITING]


class TestChanges:
    def test_a_name_is_spelled_otherwise_but_not_as_somebody_else(self):
        event = make_event()
        first, second = (one.registration for one in register(event, people(2)))
        correct(first, "Person One", "Harbour Town")
        first.refresh_from_db()
        assert (first.name, first.folded_name) == ("Person One", "person one")
        with pytest.raises(ValidationError):
            correct(first, "PERSON 2", "")
        second.refresh_from_db()
        assert second.name == "Person 2"

    def test_answers_are_changed_and_taken_back(self):
        event = make_event(questions=[EventQuestion(label="Route"), EventQuestion(label="Diet")])
        route, diet = event.questions
        own = register_one(event, answers={route.key: "North"})
        change(own, own.name, "", {route.key: "", diet.key: "Vegan"})
        assert list(own.answers.values_list("label", "value")) == [("Diet", "Vegan")]


class TestCopies:
    def test_a_copy_has_as_many_seats_and_nobody_in_them(self):
        event = make_event(seats=7)
        register_one(event)
        made = event.copy(update_attrs={"title": "Again", "slug": "again"}, keep_live=False)
        assert made.seats.capacity == 7
        assert seats_of(made) == (0, 0)
        assert not made.registrations.exists()

    def test_an_older_revision_brings_no_older_number_of_seats_back(self):
        event = make_event(seats=2)
        older = event.latest_revision
        register(event, people(2))
        change_capacity(event, 9)
        older.publish()
        assert Seats.objects.get(event=event).capacity == 9
        assert seats_of(event) == (2, 0)
