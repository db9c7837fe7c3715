"""The search box completes words: a combobox as WAI-ARIA 1.2 has it, and a plain box without."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.factories.chats import make_chat, make_topic

pytestmark = pytest.mark.browser

ENDPOINT = "**/suggestions.json*"


@pytest.fixture
def words(transactional_db) -> None:
    titles = ["Renewals first", "Renewals again", "Renewing late", "Renewed twice", "Packing maps"]
    make_chat(topics=[make_topic(title, 60 * n) for n, title in enumerate(titles, 1)])


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="What do you want to know?")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def type_words(page: Page, typed: str = "rene") -> None:
    page.goto("/")
    box(page).press_sequentially(typed)
    expect(options(page).first).to_be_visible()


def active(page: Page) -> str:
    """What a screen reader is told to be on, beside the field that has the focus."""
    return box(page).evaluate(
        """field => {
          const id = field.getAttribute("aria-activedescendant");
          return document.activeElement === field && id
            ? document.getElementById(id).textContent : "";
        }"""
    )


def test_roles_names_and_states_are_those_of_a_combobox(open_tab, words):
    page = open_tab()
    page.goto("/")
    expect(box(page)).to_have_attribute("aria-autocomplete", "list")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_be_hidden()
    type_words(page)
    expect(options(page)).to_have_text(["renewals", "renewed", "renewing"])
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    controlled = box(page).get_attribute("aria-controls")
    assert page.get_by_role("listbox").get_attribute("id") == controlled
    expect(page.get_by_role("status")).to_have_text("3 suggestions")
    assert active(page) == ""
    expect(box(page)).to_match_aria_snapshot(
        '- combobox "What do you want to know?" [expanded]: rene'
    )
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_match_aria_snapshot(
        """
        - listbox "Suggestions":
          - option "renewals" [selected]
          - option "renewed"
          - option "renewing"
        """
    )


def test_the_arrows_walk_through_the_field_and_never_change_what_was_typed(open_tab, words):
    page = open_tab()
    type_words(page)
    walked = []
    for key in ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"]:
        page.keyboard.press(key)
        walked.append(active(page))
    assert walked == ["renewals", "renewed", "renewing", "", "renewing", "renewed"]
    expect(box(page)).to_have_value("rene")
    page.keyboard.press("Home")
    assert active(page) == ""
    assert box(page).evaluate("field => field.selectionStart") == 0
    page.keyboard.press("End")
    assert box(page).evaluate("field => field.selectionStart") == 4


def test_enter_takes_a_suggestion(open_tab, words):
    page = open_tab()
    type_words(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search/?q=renewing")


def test_enter_without_one_searches_for_what_was_typed(open_tab, words):
    page = open_tab()
    type_words(page, "renew")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search/?q=renew")


def test_a_press_takes_a_suggestion(open_tab, words):
    page = open_tab(has_touch=True, viewport={"width": 390, "height": 844})
    type_words(page)
    for option in options(page).all():
        assert option.bounding_box()["height"] >= 44
    options(page).nth(1).tap()
    expect(page).to_have_url("/search/?q=renewed")


def test_a_click_takes_a_suggestion_and_keeps_the_filters(open_tab, words):
    page = open_tab()
    page.goto("/chats/?year=2024")
    page.get_by_role("combobox", name="Search the chats").press_sequentially("packing ma")
    page.get_by_role("option", name="packing maps").click()
    expect(page).to_have_url("/chats/?year=2024&q=packing+maps")


def test_escape_closes_the_list_and_then_empties_the_field(open_tab, words):
    page = open_tab()
    type_words(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    expect(box(page)).to_have_value("rene")
    expect(page.get_by_role("status")).to_have_text("")
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()
    assert active(page) == "renewals"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")


def test_tab_closes_the_list_and_goes_on(open_tab, words):
    page = open_tab()
    type_words(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("rene")


def test_leaving_the_field_closes_the_list(open_tab, words):
    page = open_tab()
    type_words(page)
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.wait_for_timeout(300)
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_an_input_method_keeps_its_keys_until_it_is_done(open_tab, words):
    asked = []
    page = open_tab()
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    box(page).focus()
    session = page.context.new_cdp_session(page)
    composing = {"text": "rene", "selectionStart": 4, "selectionEnd": 4}
    session.send("Input.imeSetComposition", composing)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "suggestions.json" in url]
    enter = """field => field.dispatchEvent(new KeyboardEvent("keydown", {
      key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    assert box(page).evaluate(enter)
    session.send("Input.insertText", {"text": "rene"})
    expect(options(page)).to_have_count(3)
    page.keyboard.press("ArrowDown")
    # Enter ends a composition; it takes nothing, though a suggestion is active.
    assert box(page).evaluate(enter)
    expect(page).to_have_url("/")


def test_it_asks_once_the_typing_rests(open_tab, words):
    asked = []
    page = open_tab()
    page.on("request", lambda request: asked.append(request.url))
    page.clock.install(time=0)
    page.goto("/")
    # Its time goes on by our word alone: a busy machine types slowly.
    page.clock.pause_at(60_000)
    for letter in "renewals":
        box(page).press(letter)
        page.clock.run_for(20)
    assert not [url for url in asked if "suggestions.json" in url]
    page.clock.run_for(1000)
    expect(options(page)).to_have_text(["renewals"])
    assert len([url for url in asked if "suggestions.json" in url]) == 1


def test_an_older_answer_never_replaces_a_newer_one(open_tab, words):
    held: list[Route] = []
    page = open_tab()
    page.route("**/suggestions.json?q=ren", lambda route: held.append(route))
    page.goto("/")
    box(page).press_sequentially("ren")
    page.wait_for_timeout(300)
    assert held
    box(page).press_sequentially("ewa")
    expect(options(page)).to_have_text(["renewals"])
    late = {"suggestions": [{"words": "renown", "url": "/chats/?q=renown"}]}
    held[0].fulfill(json=late)
    page.wait_for_timeout(200)
    expect(options(page)).to_have_text(["renewals"])


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "body": "<p>Not what was promised</p>", "content_type": "text/html"},
        {"status": 200, "body": json.dumps({"other": 1}), "content_type": "application/json"},
        {"status": 200, "body": '{"suggestions": []}', "content_type": "application/json"},
        None,
    ],
)
def test_a_failing_or_silent_endpoint_is_not_noticed(open_tab, words, answer):
    page = open_tab()
    page.route(ENDPOINT, lambda route: route.fulfill(**answer) if answer else None)
    page.goto("/")
    box(page).press_sequentially("renewals first")
    page.wait_for_timeout(300)
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search/?q=renewals+first")
    expect(page.get_by_role("link", name="1:00 Renewals first")).to_be_visible()


def test_what_is_suggested_is_text_and_no_markup(open_tab, words):
    page = open_tab()
    nasty = '<img src=x onerror="document.title = 1">'
    said = {"suggestions": [{"words": nasty, "url": "/"}]}
    page.route(ENDPOINT, lambda route: route.fulfill(json=said))
    type_words(page)
    expect(options(page)).to_have_text([nasty])
    assert not page.locator("[role=option] img").count()


def test_without_script_it_is_a_search_box(open_tab, words):
    page = open_tab(java_script_enabled=False)
    page.goto("/")
    field = page.get_by_role("searchbox", name="What do you want to know?")
    assert field.get_attribute("role") is None
    field.fill("renter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nothing found for “renter”")
    page.get_by_role("link", name="Words that begin like this").click()
    page.get_by_role("link", name="renewing").click()
    expect(page).to_have_url("/search/?q=renewing")


def test_from_right_to_left_the_list_lies_under_its_field(open_tab, words):
    page = open_tab()
    page.goto("/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    box(page).press_sequentially("rene")
    expect(options(page).first).to_be_visible()
    field, suggestions = box(page).bounding_box(), page.get_by_role("listbox").bounding_box()
    assert abs(field["x"] + field["width"] - suggestions["x"] - suggestions["width"]) < 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("rest", ["", "?q=zebra", "suggestions/?q=rene"])
@pytest.mark.parametrize(
    ("door", "label"), [("/chats/", "Search the chats"), ("/search/", "Search the whole site")]
)
def test_every_search_box_completes(open_tab, words, door, label, rest):
    page = open_tab()
    page.goto(f"{door}{rest}")
    field = page.get_by_role("combobox", name=label)
    field.fill("")
    field.press_sequentially("pack")
    page.get_by_role("option", name="packing").click()
    expect(page).to_have_url(f"{door}?q=packing")


def test_by_keyboard_alone_to_a_hit(open_tab, words):
    page = open_tab()
    page.goto("/search/")
    box_here = page.get_by_role("combobox", name="Search the whole site")
    box_here.focus()
    page.keyboard.type("packing")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/search/?q=packing")
    hit = page.get_by_role("link", name="5:00 Packing maps")
    for _step in range(25):
        page.keyboard.press("Tab")
        if hit.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/chats/2024-03-06/#topic-"))
