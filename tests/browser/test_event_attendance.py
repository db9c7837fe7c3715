"""Attendance at the door, by touch, by key and offline; and what axe finds on its screens."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts.models import User
from events.models import EventPage, EventQuestion, Format, QuestionKind, Registration
from tests.browser.test_accessibility import findings, findings_in_both_schemes
from tests.factories.events import make_event, register_one

pytestmark = pytest.mark.browser

TOUCH = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
LIST = """\
Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ines Moreau,ines@example.org,03/04/2026 02:00:00 PM,03/04/2026 02:48:00 PM,48,No
Somebody (she/her) - A Library of Some Length,,03/04/2026 02:00:00 PM,03/04/2026 02:48:00 PM,48,Yes
iPhone,,03/04/2026 02:00:00 PM,03/04/2026 02:09:00 PM,9,Yes
"""


@pytest.fixture
def event(transactional_db) -> EventPage:
    lunch = EventQuestion(key="a", label="Lunch", kind=QuestionKind.CHOICE, choices="Soup\nSalad")
    diet = EventQuestion(key="b", label="Diet", kind=QuestionKind.LINE, is_private=True)
    event = make_event(
        "Packing clinic: maps, scores and what never fits a box",
        format=Format.BOTH,
        place="Hill Library",
        questions=[lunch, diet],
    )
    said = {"a": "Soup", "b": "No nuts"}
    register_one(event, library="Harbour Town Public Library and Archive", answers=said)
    register_one(event, "Bo Lund", "bo@example.org", library="Hill Library")
    register_one(event, "Wolfeschlegelsteinhausenbergerdorff" * 2, "w@example.org")
    return event


def screen(event: EventPage, name: str = "attendance") -> str:
    return f"/admin/events/{event.pk}/{name}/"


def row(page: Page, name: str):
    return page.get_by_role("button", name=name)


def test_a_tap_is_noted_without_loading_the_page_anew(open_editor_tab, event):
    page = open_editor_tab(**TOUCH)
    page.goto(screen(event))
    page.evaluate("window.isTheSame = true")
    row(page, "Bo Lund").tap()
    expect(row(page, "Bo Lund")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("1 of 3 here")).to_be_visible()
    assert page.evaluate("window.isTheSame")
    assert Registration.objects.get(name="Bo Lund").attended
    row(page, "Bo Lund").press("Space")
    expect(row(page, "Bo Lund")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("0 of 3 here")).to_be_visible()


def test_a_tap_is_noted_without_script(open_editor_tab, event):
    page = open_editor_tab(java_script_enabled=False, **TOUCH)
    page.goto(f"{screen(event)}?q=lund")
    row(page, "Bo Lund").click()
    expect(row(page, "Bo Lund")).to_have_attribute("aria-pressed", "true")
    assert Registration.objects.get(name="Bo Lund").attended


def test_a_tap_that_fails_says_so_and_can_be_done_again(chromium, live_server, client, event):
    # A tab that nobody watches: a lost connection is an error in the console.
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    with chromium.new_context(base_url=live_server.url) as context:
        context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": live_server.url}
                for name, cookie in client.cookies.items()
            ]
        )
        page = context.new_page()
        page.goto(screen(event))
        context.set_offline(True)
        row(page, "Bo Lund").click()
        expect(page.get_by_role("alert").filter(has_text="no connection")).to_be_visible()
        expect(row(page, "Bo Lund")).to_have_attribute("aria-pressed", "false")
        context.set_offline(False)
        row(page, "Bo Lund").click()
        expect(row(page, "Bo Lund")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-fault]")).to_be_hidden()
        context.clear_cookies()
        row(page, "Ines Moreau").click()
        expect(page.get_by_role("alert").filter(has_text="signed out")).to_be_visible()
        expect(row(page, "Ines Moreau")).to_have_attribute("aria-pressed", "false")


def test_the_list_narrows_as_one_types(open_editor_tab, event):
    page = open_editor_tab()
    page.goto(screen(event))
    page.get_by_label("Find a name or library").press_sequentially("harbOUR")
    expect(page.locator(".door-row:visible")).to_have_count(1)
    expect(row(page, "Ines Moreau")).to_be_visible()
    page.get_by_label("Find a name or library").fill("zebra")
    expect(page.get_by_text("Nobody of that name is registered.")).to_be_visible()


def test_somebody_is_added_at_the_door(open_editor_tab, event):
    page = open_editor_tab(**TOUCH)
    page.goto(screen(event))
    page.get_by_text("Add somebody who is here").tap()
    page.get_by_label("Name", exact=False).last.fill("Cy Oak")
    page.get_by_role("button", name="Add and mark as here").tap()
    expect(row(page, "Cy Oak")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("1 of 4 here")).to_be_visible()


def test_at_320_pixels_all_fits_and_is_large_enough_for_a_finger(open_editor_tab, event):
    page = open_editor_tab(**TOUCH)
    for name in ("attendance", "zoom", "sheet", "badges", "head-count"):
        page.goto(screen(event, name))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto(screen(event))
    page.get_by_text("Add somebody who is here").tap()
    targets = page.locator(".door button, .door input:not([type=hidden]), .door summary")
    for target in targets.all():
        box = target.bounding_box()
        assert box["height"] >= 44, target.inner_text()
        assert box["x"] + box["width"] <= 320


def show_preview(page: Page, event: EventPage) -> None:
    page.goto(screen(event, "zoom"))
    page.get_by_label("Or paste the list").fill(LIST)
    page.get_by_role("button", name="Show who was there").click()
    expect(page.get_by_text("Nothing is noted yet.")).to_be_visible()


def test_a_pasted_list_is_noted(open_editor_tab, event):
    page = open_editor_tab()
    show_preview(page, event)
    page.get_by_label("Who is iPhone?").select_option(label="Bo Lund, Hill Library")
    page.get_by_role("button", name="Note who was there").click()
    expect(page.get_by_text("2 people were there.")).to_be_visible()
    minutes = Registration.objects.filter(attended=True).order_by("name")
    assert list(minutes.values_list("name", "minutes")) == [("Bo Lund", 9), ("Ines Moreau", 48)]


def test_axe_finds_nothing(open_editor_tab, event):
    page = open_editor_tab(bypass_csp=True, viewport={"width": 390, "height": 844})
    found = []
    for name in ("attendance", "zoom"):
        page.goto(screen(event, name))
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found += findings_in_both_schemes(page)
    show_preview(page, event)
    found += findings_in_both_schemes(page)
    for name in ("sheet", "badges", "head-count"):
        page.goto(screen(event, name))
        found += findings(page)
    # Its status would be an error in the console.
    forged = "/registrations/check/222222-222222-222222/"
    page.route(f"**{forged}", lambda route: route.fulfill(response=route.fetch(), status=200))
    for address in ("/registrations/check/", forged):
        page.goto(address)
        found += findings_in_both_schemes(page)
    assert not found
