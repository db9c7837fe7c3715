import csv
import datetime
import io

import pytest
from openpyxl import load_workbook

from events import attendance
from events.exports import as_csv, as_xlsx, rows
from events.models import EndedBy, EventPage, EventQuestion, NotedBy, Registration
from events.registration import cancel
from tests.factories.events import make_event, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HOSTILE = [
    '=HYPERLINK("https://example.org","Look")',
    "+1 555 0100",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "＝1+1",
    "'=1+1",
    "{=1+1}",
    "https://example.org/",
    "mailto:ines@example.org",
    "_x0041_",
    "0123",
    'Zoë "Zed" O\'Hara, jr.',
]
BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def hostile_event():
    """Return an event with people whose names stand there as they never pass our forms."""
    event = make_event(questions=[EventQuestion(key="q1", label="=1+1", kind="text")])
    for number, name in enumerate(HOSTILE):
        one = register_one(event, f"Person {number}", f"person{number}@example.org")
        Registration.objects.filter(pk=one.pk).update(name=name, library=name)
        one.answers.create(question="q1", label="=1+1", value=f"{name}\nand more")
    return event


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def names_in(table: list[list]) -> list:
    return [row[2] for row in table[1:]]


def table_of(event) -> list[list]:
    return list(rows(event))


def test_a_row_says_all_that_is_known_of_a_registration():
    question = EventQuestion(key="q1", label="Which system?", kind="line")
    event = make_event(
        "Packing clinic",
        "2030-07-03",
        time_zone="America/New_York",
        seats=1,
        questions=[question],
    )
    one = register_one(event, library="Main Library", answers={"q1": "Alma"})
    Registration.objects.filter(pk=one.pk).update(
        created_at=datetime.datetime(2030, 6, 30, 2, 5, tzinfo=datetime.UTC)
    )
    attendance.note(one, True, NotedBy.ZOOM, 51)
    register_one(event, "Ben Ode", "ben@example.org")
    register_one(event, "Cleo Ray", "cleo@example.org")
    header, ines, ben, cleo = table_of(event)
    assert header == [
        "Place",
        "State",
        "Name",
        "Address",
        "Library",
        "Registered (America/New York)",
        "Was there",
        "Minutes",
        "Which system?",
    ]
    assert ines == [
        "",
        "Has a seat",
        "Ines Moreau",
        "ines@example.org",
        "Main Library",
        "2030-06-29 22:05",
        "yes",
        51,
        "Alma",
    ]
    assert [row[:3] for row in (ben, cleo)] == [[1, "Waits", "Ben Ode"], [2, "Waits", "Cleo Ray"]]


def test_who_cancelled_stays_in_the_table_with_the_reason():
    event = make_event()
    cancel(register_one(event), EndedBy.STAFF)
    assert table_of(event)[1][1] == "Cancelled: cancelled by staff"


def test_who_was_erased_is_not_in_the_table():
    event = make_event()
    Registration.objects.filter(pk=register_one(event).pk).update(name="", email="")
    assert len(table_of(event)) == 1


def test_a_private_answer_is_marked_and_one_to_a_question_taken_out_keeps_its_words():
    diet = EventQuestion(key="q1", label="Diet?", kind="line", is_private=True)
    event = make_event(questions=[diet])
    one = register_one(event, answers={"q1": "No nuts"})
    one.answers.create(question="q0", label="Old question?", value="Yes")
    header, row = table_of(event)
    assert header[-2:] == ["Diet? (private)", "Old question?"]
    assert row[-2:] == ["No nuts", "Yes"]


def test_more_rows_ask_no_more_queries(django_assert_num_queries):
    event = make_event(questions=[EventQuestion(key="q1", label="System?", kind="line")])
    for number in range(30):
        register_one(event, f"Person {number}", answers={"q1": "Alma"})
    event = EventPage.objects.get(pk=event.pk)
    with django_assert_num_queries(3):
        assert len(table_of(event)) == 31


def test_csv_begins_with_a_byte_order_mark_and_quotes_text():
    content = as_csv(make_event())
    assert content.startswith(b'\xef\xbb\xbf"Place","State"')
    assert content.endswith(b"\r\n")


def test_no_cell_of_csv_begins_a_formula():
    table = cells(as_csv(hostile_event()))
    assert len(table) == len(HOSTILE) + 1
    texts = [cell for row in table for cell in row]
    assert [cell for cell in texts if cell.lstrip(" ").startswith(BEGIN_FORMULAS)] == []


def test_csv_harms_a_name_by_an_apostrophe_at_most():
    names = names_in(cells(as_csv(hostile_event())))
    assert [name in (meant, f"'{meant}") for name, meant in zip(names, HOSTILE, strict=True)]
    assert names[-1] == HOSTILE[-1]


def sheet_of(content: bytes):
    return load_workbook(io.BytesIO(content)).active


def test_a_workbook_holds_hostile_names_as_text_and_unharmed():
    sheet = sheet_of(as_xlsx(hostile_event()))
    names = [sheet.cell(row=number + 2, column=3) for number in range(len(HOSTILE))]
    assert {cell.data_type for cell in names} == {"s"}
    assert [cell.hyperlink for cell in names] == [None] * len(HOSTILE)
    read = [cell.value for cell in names]
    plain = [name for name in HOSTILE if "\r" not in name and "_x" not in name]
    assert [name for name in read if name in plain] == plain


def test_a_workbook_has_no_formula_and_no_link():
    sheet = sheet_of(as_xlsx(hostile_event()))
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_a_workbook_keeps_its_header_in_sight_and_its_columns_wide():
    event = make_event()
    register_one(event, library="Library of the Northern Counties")
    sheet = sheet_of(as_xlsx(event))
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["E"].width > len("Library of the Northern Counties")


def test_minutes_are_a_number_in_a_workbook():
    event = make_event()
    attendance.note(register_one(event), True, NotedBy.STAFF, 45)
    assert sheet_of(as_xlsx(event)).cell(row=2, column=8).value == 45
