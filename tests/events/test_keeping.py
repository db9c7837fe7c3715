import datetime

import pytest
import time_machine
from django.utils import timezone

from core.personal_data import personal_data
from events.keeping import clean, erase_person, export_person
from events.models import Answer, EventQuestion, Follower, Registration
from events.registration import Person, follow
from tests.factories.events import in_days, make_event, make_series, register_one, seats_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def registered() -> Registration:
    questions = [EventQuestion(label="Diet", is_private=True), EventQuestion(label="Route")]
    event = make_event(questions=questions)
    diet, route = event.questions
    return register_one(event, answers={diet.key: "No nuts", route.key: "North"})


def test_private_answers_are_gone_thirty_days_after_the_event_and_no_others():
    own = registered()
    for days, labels in ((29, {"Diet", "Route"}), (31, {"Route"})):
        with time_machine.travel(own.event.ends_at + days * DAY):
            clean()
        assert set(Answer.objects.values_list("label", flat=True)) == labels


def test_names_and_addresses_are_gone_after_some_years_and_the_number_stays():
    own = registered()
    register_one(own.event, "Ben", "ben@example.org")
    with time_machine.travel(own.event.ends_at + 1096 * DAY):
        assert not clean()
    assert (
        list(Registration.objects.values_list("name", "email", "email_key")) == [("", "", "")] * 2
    )
    assert not Answer.objects.exists()
    assert Registration.objects.confirmed().count() == 2


def test_a_person_is_handed_over_what_is_kept():
    own = registered()
    told = export_person("INES@example.org")
    assert told[0]["event"] == own.event.title
    assert told[0]["answers"] == {"Diet": "No nuts", "Route": "North"}
    assert export_person("other@example.org") == []
    assert "registrations" in {kept.name for kept in personal_data}


def test_erasing_a_person_frees_what_lies_ahead_and_leaves_the_others():
    series = make_series()
    event = make_event(series=series, seats=1)
    make_event("Later", in_days(21), series=series)
    follow(series, event, [Person("Ines Moreau", "ines@example.org")])
    ben = register_one(event, "Ben", "ben@example.org")
    past = register_one(make_event("Gone by", in_days(2)), "Ines Moreau", "ines@example.org")
    with time_machine.travel(timezone.now() + 4 * DAY):
        assert erase_person("Ines@example.org") == 4
    ben.refresh_from_db()
    assert ben.is_confirmed
    assert seats_of(event) == (1, 0)
    assert not Follower.objects.exists()
    assert not export_person("ines@example.org")
    past.refresh_from_db()
    assert (past.name, past.is_confirmed) == ("", True)
    assert erase_person("ines@example.org") == 0
