"""The desk of an event in a real browser: by mouse and keys, wide and narrow, in both schemes."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.models import EventPage, EventQuestion, Registration
from events.registration import Person, cancel, register
from outbox.addresses import address_of, stop
from outbox.models import StopReason
from tests.browser.test_accessibility import DESK, PHONE, findings_in_both_schemes
from tests.factories.events import in_days, make_event
from tests.soak import SOAK

pytestmark = pytest.mark.browser

LONG = "Library-of-the-United-Northern-and-Southern-Counties-" * 2


@pytest.fixture
def event(transactional_db) -> EventPage:
    """An event of today with three seats: Ann, Ben, Cleo have them, two wait, one cancelled."""
    questions = [
        EventQuestion(key="system", label="Which system do you use?", kind="line"),
        EventQuestion(key="diet", label="Diet?", kind="text", is_private=True),
    ]
    event = make_event(
        date=in_days(0),
        start_time="00:00",
        end_time="23:59",
        seats=4,
        questions=questions,
        format="both",
        place="Main Library",
    )
    people = [
        Person(
            "Ann Lind", "ann@example.org", "Main Library", {"diet": "No nuts", "system": "Alma"}
        ),
        Person("Ben Ode", "ben@example.org"),
        Person("Cleo Ray", "cleo@example.org", LONG[:100]),
        Person("Dora Quist", "dora@example.org"),
        Person("Egon Vale", "egon@example.org", "Harbour Library"),
        Person("Fay Wynn", "fay@example.org"),
    ]
    registered = [one.registration for one in register(event, people)]
    cancel(registered[3])
    stop(address_of("ben@example.org"), StopReason.BOUNCED)
    Registration.objects.filter(pk=registered[0].pk).update(attended=True, minutes=50)
    Registration.objects.filter(pk=registered[4].pk).update(
        confirm_by=timezone.now() + timedelta(hours=20)
    )
    return event


def screens(event: EventPage) -> list[str]:
    desk = f"/admin/events/{event.pk}/"
    waiting = event.registrations.waiting().get().pk
    return [
        desk,
        f"{desk}?q=nobody",
        f"{desk}?state=waiting&attended=unknown",
        f"{desk}add/",
        f"{desk}seats/",
        f"{desk}mail/",
        f"{desk}copy/",
        f"{desk}people/{waiting}/",
        f"{desk}people/{event.registrations.first().pk}/",
        f"{desk}people/{waiting}/promote/",
    ]


def row(page: Page, name: str):
    return page.get_by_role("row").filter(has_text=name)


@pytest.mark.parametrize("viewport", [DESK, PHONE] if SOAK else [PHONE])
def test_axe_finds_nothing_on_the_screens_of_the_desk(open_editor_tab, event, viewport):
    page = open_editor_tab(viewport=viewport, bypass_csp=True)
    found = []
    for address in screens(event):
        page.goto(address)
        found += findings_in_both_schemes(page)
    assert found == []


def test_axe_finds_nothing_on_forms_with_errors(open_editor_tab, event):
    page = open_editor_tab(viewport=PHONE, bypass_csp=True)
    found = []
    for name, button in [("add", "Register"), ("mail", "Look at it")]:
        page.goto(f"/admin/events/{event.pk}/{name}/")
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was changed.")
        found += findings_in_both_schemes(page)
    page.goto(f"/admin/events/{event.pk}/seats/")
    page.get_by_label("Seats").fill("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("4 people have a seat")
    found += findings_in_both_schemes(page)
    assert found == []


def test_nothing_is_wider_than_a_phone(open_editor_tab, event):
    page = open_editor_tab(viewport=PHONE, bypass_csp=True)
    wider = []
    for address in screens(event):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wider.append(address)
    assert wider == []


def test_attendance_is_noted_by_keys_and_one_stays_where_one_was(open_editor_tab, event):
    page = open_editor_tab(viewport=DESK)
    page.goto(f"/admin/events/{event.pk}/?state=confirmed")
    row(page, "Ben Ode").get_by_role("button", name=re.compile("^There")).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("Ben Ode was there.")
    assert page.url.endswith("?state=confirmed")
    expect(row(page, "Ben Ode")).to_contain_text("Was there")


def test_searching_replaces_the_list_and_its_buttons_still_work(open_editor_tab, event):
    page = open_editor_tab(viewport=DESK)
    page.goto(f"/admin/events/{event.pk}/")
    page.get_by_role("textbox", name="Search term").fill("harbour")
    expect(page.get_by_role("link", name="Ben Ode", exact=True)).to_have_count(0)
    with page.expect_navigation():
        row(page, "Egon Vale").get_by_role("button", name=re.compile("^Not there")).click()
    expect(page.locator(".messages")).to_contain_text("Egon Vale was not there.")


def test_a_seat_is_given_out_of_turn_after_it_was_asked(open_editor_tab, event):
    page = open_editor_tab(viewport=PHONE, bypass_csp=True)
    page.goto(f"/admin/events/{event.pk}/")
    page.get_by_role("link", name=re.compile("^Give a seat.*Fay Wynn")).click()
    expect(page.locator("main")).to_contain_text("there will be one seat more, 5 from now on.")
    page.get_by_role("button", name="Give the seat").click()
    expect(page.locator(".messages")).to_contain_text("Fay Wynn has a seat now.")
    expect(page.locator(".desk-seats")).to_have_text("5 of 5 seats taken")


def test_a_mail_is_looked_at_changed_and_sent(open_editor_tab, event):
    page = open_editor_tab(viewport=PHONE, bypass_csp=True)
    page.goto(f"/admin/events/{event.pk}/mail/")
    page.get_by_label("all of them").check()
    page.get_by_label("Subject").fill("Bring a box")
    page.get_by_label("Text").fill("Any box will do.")
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("main")).to_contain_text("It goes to 5 people")
    assert findings_in_both_schemes(page) == []
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Text")).to_have_value("Any box will do.")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Send 5 mails").click()
    expect(page.locator(".messages")).to_contain_text("5 mails leave now.")


def test_a_table_is_handed_over(open_editor_tab, event):
    page = open_editor_tab(viewport=DESK)
    page.goto(f"/admin/events/{event.pk}/")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == f"{event.slug}.csv"
