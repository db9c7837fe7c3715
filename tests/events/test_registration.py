import pytest

from events.models import Registration, State
from events.registration import Person, cancel, change_capacity, register
from tests.factories.events import make_event, register_one, seats_of

pytestmark = pytest.mark.django_db


def test_who_comes_after_the_last_seat_waits_and_moves_up_in_order():
    event = make_event(seats=2)
    people = [Person(f"Person {n}", "desk@library.example.org") for n in range(4)]
    states = [one.registration.state for one in register(event, people)]
    assert states == [State.CONFIRMED, State.CONFIRMED, State.WAITING, State.WAITING]
    assert seats_of(event) == (2, 2)
    assert cancel(Registration.objects.get(name="Person 0"))
    assert Registration.objects.get(name="Person 2").is_confirmed
    assert seats_of(event) == (2, 1)
    assert change_capacity(event, 3) == 1
    assert register_one(event, "Late").is_waiting
    assert seats_of(event) == (3, 1)
