"""An event as an editor types it in."""

import datetime

import pytest
from django.urls import reverse
from lxml import html
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from accounts.models import User
from events.models import Answer, CalendarPage, EventPage, EventQuestion, Seats
from tests.factories.events import in_days, make_event, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor(client):
    user = User.objects.create_superuser("root@ill.example.org")
    client.force_login(user)
    return client


def written(questions=(), initial: int = 0, **said) -> dict:
    fields = {
        "title": "Packing clinic",
        "slug": "packing-clinic",
        "summary": "",
        "date": in_days(7).isoformat(),
        "start_time": "14:00",
        "end_time": "15:00",
        "time_zone": "America/New_York",
        "format": "online",
        "registration": "here",
        "body": streamfield([]),
        "tags": "",
        "event_hosts": inline_formset([]),
        "event_questions": inline_formset(list(questions), initial=initial),
        "comments": inline_formset([]),
        "action-publish": "1",
        **said,
    }
    return nested_form_data(fields)


def add(client, **said):
    calendar = CalendarPage.objects.get()
    address = reverse("wagtailadmin_pages:add", args=["events", "eventpage", calendar.pk])
    return client.post(address, written(**said))


def edit(client, event: EventPage, **said):
    return client.post(reverse("wagtailadmin_pages:edit", args=[event.pk]), written(**said))


def said_on(answer) -> str:
    return " ".join(html.fromstring(answer.content.decode()).text_content().split())


def test_a_new_event_is_published_with_its_seats(editor):
    answer = add(editor, new_seats="12")
    assert answer.status_code == 302, said_on(answer)
    event = EventPage.objects.get()
    assert event.live
    assert event.seats.capacity == 12
    assert event.starts_at.astimezone(datetime.UTC).minute == 0


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"date": "2020-03-04"}, "This time has passed"),
        ({"date": "2058-03-10", "start_time": "02:30", "end_time": "04:00"}, "there is no 2:30"),
        ({"date": "2058-11-03", "start_time": "01:30", "end_time": "04:00"}, "comes twice"),
        ({"start_time": "15:00", "end_time": "14:00"}, "ends before it begins"),
        ({"end_date": "2020-03-04"}, "ends before it begins"),
        ({"opens_date": "2058-01-02", "closes_date": "2058-01-01"}, "closes before it opens"),
        ({"slug": "past"}, "The calendar itself has a page"),
        ({"slug": "2058"}, "The calendar itself has a page"),
        ({"time_zone": "Mars/Olympus"}, "is not one of the available choices"),
        ({"new_seats": "0"}, "greater than or equal to 1"),
        ({"join_url": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(editor, said, fault):
    answer = add(editor, **said)
    assert answer.status_code == 200
    assert fault in said_on(answer)
    assert not EventPage.objects.exists()


def test_the_past_is_taken_where_it_is_meant(editor):
    assert add(editor, date="2020-03-04", lies_in_the_past="on").status_code == 302
    event = EventPage.objects.get()
    answer = edit(editor, event, date="2020-03-04", title="Packing, once more")
    assert answer.status_code == 302, said_on(answer)


def test_an_event_ahead_is_not_moved_into_the_past_by_a_slip(editor):
    event = make_event()
    answer = edit(editor, event, date="2020-03-04")
    assert "This time has passed" in said_on(answer)
    event.refresh_from_db()
    assert event.date == in_days(7)


def test_the_number_of_seats_is_not_in_the_form_of_an_event_that_is_there(editor):
    event = make_event(seats=5)
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[event.pk])).content.decode()
    tree = html.fromstring(page)
    assert not tree.cssselect("[name=new_seats]")
    assert reverse("event_desk:desk", args=[event.pk]) in page
    edit(editor, event, new_seats="3")
    assert Seats.objects.get(event=event).capacity == 5


def test_a_question_keeps_its_key_and_its_answers_through_drafts_and_older_revisions(editor):
    event = make_event(questions=[EventQuestion(label="Diet", is_private=True)])
    older = event.latest_revision
    [question] = event.questions
    own = register_one(event, answers={question.key: "Vegan"})
    row = {"id": question.pk, "label": "What do you eat?", "kind": "line", "is_private": "on"}
    answer = edit(editor, event, questions=[{**row, "key": question.key}], initial=1)
    assert answer.status_code == 302, said_on(answer)
    event = EventPage.objects.get(pk=event.pk)
    assert [(one.label, one.key) for one in event.questions] == [("What do you eat?", question.key)]
    older.publish()
    event = EventPage.objects.get(pk=event.pk)
    assert [(one.label, one.key) for one in event.questions] == [("Diet", question.key)]
    assert Answer.objects.get().registration == own
    assert Answer.objects.get().question == question.key


def test_a_new_question_gets_a_key_and_a_choice_needs_two(editor):
    event = make_event()
    row = {"label": "Lunch?", "kind": "choice", "choices": "Yes"}
    assert "Write two choices" in said_on(edit(editor, event, questions=[row]))
    edit(editor, event, questions=[{**row, "choices": "Yes\nNo"}])
    [question] = EventPage.objects.get(pk=event.pk).questions
    assert len(question.key) == 12
    assert question.choice_list == ["Yes", "No"]
