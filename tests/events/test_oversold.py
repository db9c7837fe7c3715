"""Many processes at once go for few seats, in a database that all of them write to."""

import random

import pytest

from events.models import Registration, Seats
from events.registration import Person, register
from outbox.models import Mail
from tests.events.processes import do_at_once
from tests.factories.events import make_event, seats_of

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = 40
SEATS = 3
RUSH = [("register", number) for number in range(PROCESSES)]


def test_forty_processes_get_three_seats_and_wait_in_order():
    event = make_event(seats=SEATS)
    told = do_at_once(event, RUSH)
    assert told == {"confirmed": SEATS, "waiting": PROCESSES - SEATS}
    states = Registration.objects.in_order().values_list("state", flat=True)
    assert list(states) == ["confirmed"] * SEATS + ["waiting"] * (PROCESSES - SEATS)
    assert seats_of(event) == (SEATS, PROCESSES - SEATS)
    assert Mail.objects.count() == PROCESSES
    assert Mail.objects.values("address").distinct().count() == PROCESSES


def test_without_the_guard_they_would_be_oversold():
    event = make_event(seats=SEATS)
    told = do_at_once(event, RUSH, "unguarded")
    assert told["confirmed"] > SEATS


def test_the_same_person_at_once_is_one_registration():
    event = make_event(seats=SEATS)
    told = do_at_once(event, [("register", 1)] * 12)
    assert told == {"confirmed": 12}
    assert Registration.objects.count() == 1
    assert seats_of(event) == (1, 0)


def test_cancelling_promoting_and_changing_seats_at_once_moves_the_right_people_once():
    event = make_event(seats=5)
    for number in range(20):
        register(event, [Person(f"W {number}", f"w{number}@example.org")])
    Mail.objects.all().delete()
    registrations = list(Registration.objects.in_order())
    leaving = [registrations[place] for place in (0, 2, 4, 7, 9)]
    out_of_turn = registrations[18]
    deeds = [
        *(("cancel", one.pk) for one in leaving),
        # The same link pressed in two browsers.
        *(("cancel", one.pk) for one in leaving),
        ("promote", out_of_turn.pk),
        ("promote", out_of_turn.pk),
        ("capacity", 7),
        *(("register", number) for number in range(3)),
    ]
    random.Random(7).shuffle(deeds)
    told = do_at_once(event, deeds)
    assert not [said for said in told if said.startswith("fault")], told

    seats = Seats.objects.get(event=event)
    confirmed = list(Registration.objects.confirmed().in_order())
    waiting = list(Registration.objects.waiting().in_order())
    assert (seats.taken, seats.waiting) == (len(confirmed), len(waiting))
    # Seven, or one more if the seat out of turn came after the number was changed.
    assert seats.taken == seats.capacity in (7, 8)
    assert out_of_turn in confirmed
    in_turn = [one for one in confirmed if one != out_of_turn]
    staying = [one for one in registrations if one not in (*leaving, out_of_turn)]
    assert in_turn == staying[: len(in_turn)]
    assert not Registration.objects.live().filter(pk__in=[one.pk for one in leaving]).exists()
    moved = Mail.objects.filter(kind="event_moved_up")
    promoted = Registration.objects.exclude(promoted_at=None)
    assert moved.count() == promoted.count()
    assert moved.values("address").distinct().count() == moved.count()
