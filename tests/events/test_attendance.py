"""Who was there: what counts, what overrides what, and the screens to note it."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from lxml.html import HtmlElement, document_fromstring

from accounts.models import User
from events import attendance
from events.models import (
    Answer,
    EventPage,
    EventQuestion,
    NotedBy,
    QuestionKind,
    Registration,
    State,
)
from events.registration import Person, cancel
from tests.factories.events import in_days, make_event, register_one, seats_of

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}
HEADER = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"


@pytest.fixture
def event(home) -> EventPage:
    return make_event(seats=2)


@pytest.fixture
def editor(home) -> User:
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    return user


@pytest.fixture
def desk(client, editor) -> Client:
    client.force_login(editor)
    return client


def noted(registration: Registration) -> tuple:
    registration.refresh_from_db()
    return registration.attended, registration.minutes, registration.noted_by


def read(response) -> HtmlElement:
    return document_fromstring(response.content)


def names_shown(response) -> list[str]:
    return [name.text for name in read(response).cssselect(".door-who strong")]


def address(event: EventPage, screen: str = "attendance") -> str:
    return f"/admin/events/{event.pk}/{screen}/"


def test_joining_by_link_counts_as_being_there(event):
    one = register_one(event)
    assert attendance.note(one, True, NotedBy.JOIN)
    assert noted(one) == (True, None, "join")


@pytest.mark.parametrize("by", [NotedBy.STAFF, NotedBy.ZOOM])
def test_joining_by_link_changes_nothing_that_staff_or_the_list_said(event, by):
    one = register_one(event)
    attendance.note(one, False, by)
    assert not attendance.note(one, True, NotedBy.JOIN)
    assert noted(one) == (False, None, by)


def test_the_list_adds_minutes_to_what_staff_noted_and_staff_keep_them(event):
    one = register_one(event)
    attendance.note(one, True, NotedBy.STAFF)
    attendance.note(one, True, NotedBy.ZOOM, 55)
    assert noted(one) == (True, 55, "zoom")
    attendance.note(one, True, NotedBy.STAFF)
    assert noted(one) == (True, 55, "staff")


def test_what_was_noted_can_be_taken_back(event):
    one = register_one(event)
    attendance.note(one, True, NotedBy.ZOOM, 55)
    attendance.note(one, None, NotedBy.STAFF)
    assert noted(one) == (None, None, "")
    assert attendance.note(one, True, NotedBy.JOIN)


def test_only_who_has_a_seat_can_have_been_there(home):
    event = make_event(seats=1)
    first, second = register_one(event), register_one(event, "Bo Lund", "bo@example.org")
    assert second.is_waiting
    assert not attendance.note(second, True, NotedBy.STAFF)
    cancel(first)
    assert not attendance.note(first, True, NotedBy.STAFF)
    assert noted(first)[0] is None


def test_undoing_a_mark_of_staff_leaves_nothing_and_contradicts_a_link(event):
    tapped, joined = register_one(event), register_one(event, "Bo Lund", "bo@example.org")
    attendance.note(tapped, True, NotedBy.STAFF)
    attendance.note(joined, True, NotedBy.JOIN)
    attendance.take_back(tapped)
    attendance.take_back(joined)
    assert noted(tapped) == (None, None, "")
    assert noted(joined) == (False, None, "staff")


def test_many_are_noted_at_once(event):
    one, two = register_one(event), register_one(event, "Bo Lund", "bo@example.org")
    assert attendance.note_all({one: 40, two: None}, NotedBy.ZOOM) == 2
    assert noted(one) == (True, 40, "zoom")
    assert noted(two) == (True, None, "zoom")


def test_who_just_came_gets_a_seat_even_where_all_are_taken(home, editor):
    event = make_event(seats=1, has_waiting_list=False)
    register_one(event)
    added = attendance.add(event, Person("Bo Lund", ""), editor)
    assert noted(added) == (True, None, "staff")
    assert added.state == State.CONFIRMED
    assert added.added_by == editor
    assert seats_of(event) == (2, 0)
    event.seats.refresh_from_db()
    assert event.seats.capacity == 2


def test_who_just_came_and_waited_moves_up_alone(home, editor):
    event = make_event(seats=1)
    register_one(event)
    ahead = register_one(event, "Ada Holm", "ada@example.org")
    register_one(event, "Bo Lund", "bo@example.org")
    added = attendance.add(event, Person("bo lund", "BO@example.org"), editor)
    assert added.is_confirmed
    assert added.attended
    ahead.refresh_from_db()
    assert ahead.is_waiting
    assert seats_of(event) == (2, 1)


def test_who_is_added_twice_is_there_once(event, editor):
    first = attendance.add(event, Person("Bo Lund", "bo@example.org"), editor)
    second = attendance.add(event, Person("Bo Lund", "bo@example.org"), editor)
    assert first == second
    assert seats_of(event) == (1, 0)


def test_a_tap_notes_somebody_and_another_takes_it_back(event, desk):
    one = register_one(event)
    page = read(desk.get(address(event)))
    [row] = page.cssselect(".door-row")
    assert row.get("aria-pressed") == "false"
    assert page.cssselect("[data-count]")[0].text == "0 of 1 here"
    response = desk.post(address(event), {"mark": row.get("value")}, follow=True)
    [row] = read(response).cssselect(".door-row")
    assert row.get("aria-pressed") == "true"
    assert read(response).cssselect("[data-count]")[0].text == "1 of 1 here"
    assert noted(one) == (True, None, "staff")
    desk.post(address(event), {"mark": row.get("value")})
    assert noted(one) == (None, None, "")


def test_the_same_tap_sent_twice_notes_the_same(event, desk):
    one = register_one(event)
    for _time in range(2):
        response = desk.post(address(event), {"mark": f"{one.pk}:yes"}, **JSON)
        assert response.json() == {"here": True, "count": "1 of 1 here"}


def test_a_tap_on_who_has_cancelled_says_so_and_notes_nothing(event, desk):
    one = register_one(event)
    cancel(one)
    response = desk.post(address(event), {"mark": f"{one.pk}:yes"}, **JSON)
    assert response.status_code == 409
    assert response.json()["gone"]
    assert noted(one)[0] is None


@pytest.mark.parametrize("mark", ["", "x:yes", "²:yes", "99999999:yes", "9" * 5000])
def test_a_tap_that_names_nobody_is_answered(event, desk, mark):
    assert desk.post(address(event), {"mark": mark}).status_code == 302


def test_a_tap_of_another_events_registration_changes_nothing(event, desk):
    other = register_one(make_event("Other"))
    desk.post(address(event), {"mark": f"{other.pk}:yes"})
    assert noted(other)[0] is None


def test_who_waits_and_comes_is_let_in_by_a_tap(home, desk):
    event = make_event(seats=1)
    register_one(event)
    two = register_one(event, "Bo Lund", "bo@example.org")
    desk.post(address(event), {"mark": f"{two.pk}:yes"})
    assert noted(two) == (True, None, "staff")
    assert two.is_confirmed


def test_the_list_is_searched_by_name_and_library_without_script(event, desk):
    register_one(event, "Inès Moreau", "ines@example.org", library="Harbour Town")
    register_one(event, "Bo Lund", "bo@example.org", library="Hill Valley")
    assert names_shown(desk.get(address(event))) == ["Bo Lund", "Inès Moreau"]
    assert names_shown(desk.get(address(event), {"q": "ines harb"})) == ["Inès Moreau"]
    assert names_shown(desk.get(address(event), {"q": "zebra"})) == []


def test_somebody_who_is_here_is_added_at_the_door(event, desk):
    said = {"deed": "add", "new-name": "Bo Lund", "new-email": "", "new-library": "Hill"}
    response = desk.post(address(event), said, follow=True)
    assert "Bo Lund is here." in response.content.decode()
    added = Registration.objects.get()
    assert (added.name, added.attended, added.library) == ("Bo Lund", True, "Hill")


def test_a_wrong_address_at_the_door_is_named_and_nothing_is_lost(event, desk):
    said = {"deed": "add", "new-name": "Bo Lund", "new-email": "bo@", "new-library": ""}
    response = desk.post(address(event), said)
    assert response.status_code == 422
    assert read(response).cssselect("#id_new-name")[0].get("value") == "Bo Lund"
    assert not Registration.objects.exists()


SCREENS = ["attendance", "zoom", "sheet", "badges", "head-count"]


@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_opens_for_who_does_not_organise(event, client, screen):
    assert client.get(address(event, screen)).status_code == 302
    client.force_login(User.objects.create_user("reader@example.org"))
    assert client.get(address(event, screen)).status_code in (302, 403)


@pytest.mark.parametrize("screen", SCREENS)
def test_queries_of_a_screen_do_not_grow_with_its_rows(
    desk, home, screen, django_assert_max_num_queries
):
    question = EventQuestion(key="lunch", label="Lunch?", kind=QuestionKind.LINE)
    event = make_event(questions=[question])
    register_one(event, answers={"lunch": "Soup"})
    desk.get(address(event, screen))
    with django_assert_max_num_queries(60) as few:
        desk.get(address(event, screen))
    for number in range(12):
        register_one(event, f"Ann {number}", f"ann{number}@example.org", answers={"lunch": "No"})
    with django_assert_max_num_queries(len(few)):
        desk.get(address(event, screen))


def test_the_sheet_lists_names_in_order_and_leaves_room(event, desk):
    register_one(event, "Zoe Adler", "zoe@example.org", library="Hill")
    register_one(event, "Élan Bird", "elan@example.org")
    page = read(desk.get(address(event, "sheet")))
    assert [cell.text for cell in page.cssselect("tbody th")] == ["Élan Bird", "Zoe Adler"]
    assert len(page.cssselect("tr.blank")) >= 8
    assert page.cssselect("thead th")


def test_nine_badges_take_two_sheets(home, desk):
    event = make_event()
    for number in range(9):
        register_one(event, f"Ann {number}", f"ann{number}@example.org")
    page = read(desk.get(address(event, "badges")))
    assert [len(sheet.cssselect("li")) for sheet in page.cssselect(".badges")] == [8, 1]


def test_answers_are_counted_and_private_ones_marked(home, desk):
    event = make_event(
        questions=[
            EventQuestion(key="a", label="Lunch", kind=QuestionKind.CHOICE, choices="Soup\nSalad"),
            EventQuestion(key="b", label="By train", kind=QuestionKind.TICK),
            EventQuestion(key="c", label="Diet", kind=QuestionKind.LINE, is_private=True),
        ]
    )
    register_one(event, answers={"a": "Soup", "b": "yes", "c": "No nuts"})
    two = register_one(event, "Bo Lund", "bo@example.org", answers={"a": "Soup"})
    gone = register_one(event, "Cy Oak", "cy@example.org", answers={"a": "Salad", "c": "Vegan"})
    cancel(gone)
    Answer.objects.create(registration=two, question="old", label="Parking?", value="A car")
    page = read(desk.get(address(event, "head-count")))
    sections = {
        section.cssselect("h2")[0].text.strip(): section for section in page.cssselect(".counted")
    }
    assert list(sections) == ["Lunch", "By train", "Diet", "Parking?"]

    def counts(label: str) -> list[tuple[str, str]]:
        lines = sections[label].cssselect("dl div")
        return [(line.cssselect("dt")[0].text, line.cssselect("dd")[0].text) for line in lines]

    assert counts("Lunch") == [("Soup", "2"), ("Salad", "0")]
    assert counts("By train") == [("Yes", "1")]
    assert "No nuts" in sections["Diet"].text_content()
    assert "Vegan" not in sections["Diet"].text_content()
    assert sections["Diet"].cssselect(".private")
    assert not sections["Lunch"].cssselect(".private")


def preview(desk: Client, event: EventPage, *lines: str, **more):
    text = "\n".join([HEADER, *lines])
    return desk.post(address(event, "zoom"), {"text": text, "step": "preview", **more})


def fields_of(page: HtmlElement) -> dict:
    [form] = page.cssselect("form.zoom")
    return {
        **dict(form.fields),
        "note": [box.get("value") for box in form.cssselect("[name=note]")],
    }


def test_a_list_is_shown_before_it_is_noted_and_then_noted(event, desk):
    one = register_one(event, "Ana Lee", "ana@example.org")
    two = register_one(event, "Bo Lund", "bo@example.org")
    lines = ["Ana,ANA@example.org,,,30,No", "Ana,ana@example.org,,,12,No", "iPhone,,,,50,Yes"]
    page = read(preview(desk, event, *lines, "Cy Oak,cy@example.com,,,20,Yes"))
    assert "42" in page.cssselect(".zoom-people")[0].text_content()
    assert noted(one)[0] is None
    said = fields_of(page)
    iphone, cy = (field for field in said if field.startswith("guest-"))
    said |= {iphone: str(two.pk), cy: "add", "step": "note", "csrfmiddlewaretoken": ""}
    desk.post(address(event, "zoom"), said)
    assert noted(one) == (True, 42, "zoom")
    assert noted(two) == (True, 50, "zoom")
    added = Registration.objects.get(name="Cy Oak")
    assert noted(added) == (True, 20, "zoom")
    assert added.email == "cy@example.com"


def test_what_is_unticked_or_left_is_not_noted(event, desk):
    one = register_one(event, "Ana Lee", "ana@example.org")
    said = fields_of(read(preview(desk, event, "Ana Lee,,,,30,No", "Cy Oak,,,,9,Yes")))
    desk.post(address(event, "zoom"), {**said, "note": [], "step": "note"})
    assert noted(one)[0] is None
    assert Registration.objects.count() == 1


def test_who_registered_between_preview_and_note_moves_nobody(event, desk):
    two = register_one(event, "Bo Lund", "bo@example.org")
    said = fields_of(read(preview(desk, event, "Ana Lee,,,,30,Yes", "iPhone,,,,50,Yes")))
    ana, iphone = (field for field in said if field.startswith("guest-"))
    register_one(event, "Ana Lee", "ana@example.org")
    desk.post(address(event, "zoom"), {**said, ana: "", iphone: str(two.pk), "step": "note"})
    assert noted(two) == (True, 50, "zoom")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose the file, or paste the list."),
        (b"Dear all,\nsee you there", "No list of participants was found"),
        (b"PK\x03\x04workbook", "This is an Excel workbook."),
        (b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_what_is_no_list_is_refused_in_words(event, desk, data, said):
    file = BytesIO(data)
    file.name = "participants.csv"
    response = desk.post(address(event, "zoom"), {"file": file, "step": "preview"})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_file_of_utf_16_is_shown(event, desk):
    register_one(event, "Łukasz Żak", "lukasz@example.org")
    file = BytesIO(f"{HEADER}\r\nŁukasz Żak,,,,30,No\r\n".encode("utf-16"))
    file.name = "participants.csv"
    page = read(desk.post(address(event, "zoom"), {"file": file, "step": "preview"}))
    assert "Łukasz Żak" in page.cssselect(".zoom-people")[0].text_content()


def test_a_list_of_thousands_of_strangers_is_shown_in_part(event, desk):
    lines = [f"Stranger {number},s{number}@example.com,,,9,Yes" for number in range(3000)]
    page = read(preview(desk, event, *lines))
    assert len(page.cssselect("select")) == 100
    assert "2900 more of the list are left out here." in page.text_content()


def test_days_are_no_part_of_who_may_be_added(home, desk):
    past = make_event(date=in_days(-3))
    desk.post(address(past), {"deed": "add", "new-name": "Bo Lund"})
    assert Registration.objects.get().attended
