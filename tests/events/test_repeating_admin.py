"""Beginning a series with an event, and giving its words to the later dates."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from lxml import html

from accounts.models import User
from events.giving_words import give_words
from events.models import EventPage, EventQuestion, Occurrence, Rhythm, Series
from events.registration import change_capacity
from events.repeating import begin_series
from tests.factories.events import make_event, register_one, seats_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = "2026-10-20 09:00 -0400"
FIRST = datetime.date(2026, 10, 28)
ASKED = {
    "name": "Community chat",
    "interval": "2",
    "rhythm": "weeks",
    "until": "",
    "weeks_ahead": "8",
    "join_url": "",
    "is_of_chats": "on",
}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def editor(client):
    return enter(client, "Editors")


def enter(client, role: str) -> User:
    user = User.objects.create_user(f"{role.lower()}@example.org")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def address(event: EventPage, name: str = "repeat") -> str:
    return reverse(f"event_desk:{name}", args=[event.pk])


def words(response) -> str:
    return " ".join(html.fromstring(response.content).text_content().split())


def begun(**fields) -> Series:
    event = make_event("Community chat", FIRST, **fields)
    series = Series(name="Community chat", interval=2, weeks_ahead=8)
    begin_series(event, series)
    return series


def test_the_next_dates_are_shown_in_words_before_anything_is_made(editor, client):
    event = make_event("Community chat", FIRST)
    said = words(client.get(address(event), {**ASKED, "interval": "1"}))
    assert "Wednesday, Nov. 4, 2026" in said or "Wednesday, November 4, 2026" in said
    assert "2 p.m." in said
    assert not Series.objects.exists()


def test_a_screen_opened_anew_proposes_a_fortnight(editor, client):
    event = make_event("Community chat", FIRST, join_url="https://zoom.example.org/j/1")
    page = html.fromstring(client.get(address(event)).content)
    assert page.xpath("//input[@name='name']/@value") == ["Community chat"]
    assert page.xpath("//input[@name='interval']/@value") == ["2"]
    assert page.xpath("//input[@name='join_url']/@value") == [event.join_url]
    assert page.xpath("//ol[@class='repeat-dates']/li")
    assert len(page.xpath("//button[@formmethod='get']")) == 1


def test_a_press_begins_the_series_and_leads_to_its_list(editor, client):
    event = make_event("Community chat", FIRST)
    response = client.post(address(event), ASKED)
    series = Series.objects.get()
    assert series.is_of_chats
    assert series.pattern == event
    assert Occurrence.objects.count() == series.events.count() == 4
    assert response.url == f"{reverse('events:index')}?series={series.pk}"
    assert "3 further dates" in words(client.get(response.url))


def test_months_are_counted_by_their_weekdays(editor, client):
    event = make_event("Training", "2026-11-11")
    client.post(address(event), {**ASKED, "rhythm": "months", "interval": "1"})
    assert Series.objects.get().rhythm == Rhythm.MONTHS
    assert EventPage.objects.filter(date="2026-12-09").exists()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"until": "2026-10-27"}, "would end before it begins"),
        ({"name": ""}, "required"),
        ({"interval": "0"}, "greater than or equal to 1"),
        ({"weeks_ahead": "999"}, "less than or equal to 104"),
        ({"join_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_what_makes_no_series_is_said_and_changes_nothing(editor, client, said, error):
    event = make_event("Community chat", FIRST)
    assert error in words(client.post(address(event), {**ASKED, **said}))
    assert not Series.objects.exists()
    assert EventPage.objects.count() == 1


def test_a_date_on_which_clocks_skip_the_time_is_named_beforehand(editor, client):
    event = make_event("Night shift", "2027-02-28", start_time="02:30", end_time="03:30")
    said = words(client.get(address(event), {**ASKED, "weeks_ahead": "30"}))
    assert "clocks in America/New York go forward" in said
    assert "March 14" in said


def test_an_event_of_a_series_begins_no_other(editor, client):
    series = begun()
    assert "belongs to the series “Community chat” already" in words(
        client.get(address(series.pattern))
    )
    client.post(address(series.pattern), ASKED)
    assert Series.objects.count() == 1


def test_a_draft_is_to_be_published_first(editor, client):
    event = make_event("Community chat", FIRST, live=False)
    assert "Publish it first" in words(client.get(address(event)))
    client.post(address(event), ASKED)
    assert not Series.objects.exists()


def test_an_organiser_repeats_their_own_events_alone(client):
    organiser = enter(client, "Organisers")
    own = make_event("Community chat", FIRST, owner=organiser)
    other = make_event("Training", FIRST)
    client.post(address(other), ASKED)
    assert not Series.objects.exists()
    client.post(address(own), ASKED)
    assert EventPage.objects.filter(series__name="Community chat", owner=organiser).count() == 4


def test_later_dates_are_listed_and_those_chosen_say_the_same(editor, client):
    series = begun(hosts=["Nell Cho"])
    first, second, third, _fourth = series.events.in_order()
    second.title, second.summary = "A visit to the map room", "Bring a map."
    second.event_questions = [EventQuestion(key="mapmapmapmap", label="Which map?")]
    second.save_revision().publish()
    page = html.fromstring(client.get(address(second, "words")).content)
    assert [int(pk) for pk in page.xpath("//input[@name='date']/@value")] == [
        third.pk,
        _fourth.pk,
    ]
    client.post(address(second, "words"), {"date": [third.pk, first.pk]})
    titles = dict(series.events.values_list("pk", "title"))
    assert titles[third.pk] == "A visit to the map room"
    assert titles[first.pk] == titles[_fourth.pk] == "Community chat"
    third.refresh_from_db()
    assert [question.label for question in third.questions] == ["Which map?"]
    assert third.live_revision.as_object().title == third.title


def test_a_get_changes_no_words(editor, client):
    series = begun()
    first = series.pattern
    first.summary = "New"
    first.save_revision().publish()
    client.get(address(first, "words"))
    assert set(series.events.values_list("summary", flat=True)) == {"New", ""}


def test_words_leave_dates_seats_and_cancellations_as_they_are():
    series = begun(hosts=["Nell Cho"], seats=5)
    first, second, *_rest = series.events.in_order()
    second.is_cancelled, second.cancel_reason = True, "Snow"
    second.save_revision().publish()
    register_one(series.events.in_order()[2])
    change_capacity(second, 9)
    first.title, first.hosts = "Maps", []
    first.save_revision().publish()
    given = give_words(EventPage.objects.get(pk=first.pk), series.events.all())
    assert len(given) == 3
    second = EventPage.objects.get(pk=second.pk)
    assert (second.title, second.hosts, second.is_cancelled) == ("Maps", [], True)
    assert second.date == FIRST + datetime.timedelta(weeks=2)
    assert second.seats.capacity == 9
    assert seats_of(series.events.in_order()[2]) == (1, 0)


def test_a_date_that_is_being_edited_is_left_alone(editor, client):
    series = begun()
    first, second, *_rest = series.events.in_order()
    second.title = "Not said yet"
    second.save_revision()
    page = html.fromstring(client.get(address(first, "words")).content)
    assert page.xpath(f"//input[@value='{second.pk}']/@disabled")
    client.post(address(first, "words"), {"date": [second.pk]})
    second.refresh_from_db()
    assert second.title == "Community chat"
    assert second.get_latest_revision_as_object().title == "Not said yet"


def test_words_of_an_event_without_a_series_go_nowhere(editor, client):
    event = make_event("Community chat", FIRST)
    other = make_event("Training", FIRST + datetime.timedelta(days=1))
    assert "No later date" in words(client.get(address(event, "words")))
    client.post(address(event, "words"), {"date": [other.pk]})
    other.refresh_from_db()
    assert other.title == "Training"
