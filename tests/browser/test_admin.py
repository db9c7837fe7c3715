"""What an editor, with that role alone, does with chats in a real browser."""

import datetime
import re

import pytest
from playwright.sync_api import Page, expect

from chats.models import ChatPage

pytestmark = pytest.mark.browser

FIRST = datetime.date(2024, 3, 6)
LIST = (
    "• Wednesday, March 6, 2024 Hosted by Mara Lindqvist "
    "Topics and timestamps: 1:15 Courier bins; 11:28 Packing maps\n"
    "• Wednesday, March 20, 2024 Topics and timestamps: 0:50 Lost items\n"
)


def begin_chat(page: Page) -> None:
    page.goto("/admin/chats/")
    page.get_by_role("link", name="New chat").click()
    page.locator("main").get_by_label("Date", exact=False).first.fill("2024-03-06")


def add_topic(page: Page, number: int, time: str, title: str) -> None:
    page.get_by_role("button", name="Add topic").click()
    topic = page.get_by_role("region", name=f"Topic {number}", exact=True)
    topic.get_by_label("Time").fill(time)
    topic.get_by_role("textbox", name="Topic").fill(title)


def publish(page: Page) -> None:
    actions = page.get_by_role("navigation", name="Actions (footer)")
    actions.get_by_role("button", name="More actions").click()
    actions.get_by_role("button", name="Publish").click()


def show_plan(page: Page, text: str) -> None:
    page.goto("/admin/chats/")
    page.get_by_role("link", name="Bring in a list").click()
    page.get_by_label("Paste the list").fill(text)
    page.get_by_role("button", name="Show what would happen").click()


def bring_in(page: Page, text: str) -> None:
    show_plan(page, text)
    page.get_by_role("button", name="Bring in", exact=True).click()
    expect(page).to_have_url("/admin/chats/")


def test_the_side_menu_leads_to_chats_and_people(open_editor_tab):
    page = open_editor_tab()
    page.goto("/admin/")
    menu = page.get_by_role("navigation", name="Main menu")
    menu.get_by_role("button", name="People").click()
    menu.get_by_role("link", name="Persons").click()
    expect(page.get_by_role("heading", name="Persons")).to_be_visible()
    menu.get_by_role("link", name="Chats").click()
    page.get_by_role("link", name="New chat").click()
    expect(page).to_have_url(re.compile(r"/admin/pages/add/chats/chatpage/\d+/$"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_new_chat_with_topics_is_published(open_editor_tab, width):
    page = open_editor_tab(viewport={"width": width, "height": 844})
    begin_chat(page)
    add_topic(page, 1, "11:28", "Packing maps")
    add_topic(page, 2, "1:02:03", "Lost items")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    publish(page)
    expect(page.locator(".messages")).to_contain_text("published")
    page.goto("/chats/2024-03-06/")
    expect(page.locator(".topics .stamped")).to_have_text(
        ["11:28 Packing maps", "1:02:03 Lost items"]
    )


def test_a_time_that_is_none_is_named_and_nothing_typed_is_lost(open_editor_tab, settings):
    # A draft that saves itself would be refused on the way, which the console calls an error.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    page = open_editor_tab()
    begin_chat(page)
    page.get_by_role("textbox", name="Title", exact=True).fill("A chat about maps")
    add_topic(page, 1, "11:75", "Packing maps")
    add_topic(page, 2, "12:00", "Lost items")
    publish(page)
    topic = page.get_by_role("region", name="Topic 1", exact=True)
    expect(topic).to_contain_text("Write the time as minutes and seconds")
    expect(topic.get_by_label("Time")).to_have_value("11:75")
    expect(topic.get_by_role("textbox", name="Topic")).to_have_value("Packing maps")
    expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value("A chat about maps")
    other = page.get_by_role("region", name="Topic 2", exact=True)
    expect(other.get_by_label("Time")).to_have_value("12:00")
    assert not ChatPage.objects.live().exists()

    topic.get_by_label("Time").fill("11:57")
    publish(page)
    expect(page.locator(".messages")).to_contain_text("published")
    page.goto("/chats/2024-03-06/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A chat about maps")
    expect(page.locator(".topics .stamp")).to_have_text(["11:57", "12:00"])


def test_a_pasted_list_is_shown_before_it_is_brought_in(open_editor_tab):
    page = open_editor_tab()
    show_plan(page, LIST)
    expect(page.get_by_text("2 new, 0 changed, 0 unchanged")).to_be_visible()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(page.get_by_role("row", name="March 6, 2024")).to_contain_text("Mara Lindqvist")
    assert not ChatPage.objects.exists()

    page.get_by_role("button", name="Change the text").click()
    pasted = page.get_by_label("Paste the list")
    expect(pasted).to_have_value(LIST)
    pasted.fill(LIST.replace("Lost items", "Found items"))
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_role("button", name="Bring in", exact=True).click()
    expect(page.get_by_text("Done: 2 new chats, 0 changed.")).to_be_visible()

    page.goto("/chats/")
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_text("1 topic", exact=False).first.click()
    expect(page.get_by_role("link", name="0:50 Found items")).to_be_visible()


def test_a_list_brought_in_twice_changes_nothing(open_editor_tab):
    page = open_editor_tab()
    bring_in(page, LIST)
    show_plan(page, LIST)
    expect(page.get_by_text("0 new, 0 changed, 2 unchanged")).to_be_visible()
    expect(page.get_by_role("button", name="Bring in", exact=True)).to_have_count(0)


def test_what_was_edited_here_is_kept_and_said_to_be(open_editor_tab):
    page = open_editor_tab()
    bring_in(page, LIST)
    chat = ChatPage.objects.get(date=FIRST)
    page.goto(f"/admin/pages/{chat.pk}/edit/")
    topic = page.get_by_role("region", name="Topic 2", exact=True)
    topic.get_by_role("textbox", name="Topic").fill("Packing maps, rolled or flat")
    publish(page)
    expect(page.locator(".messages")).to_contain_text("published")

    show_plan(page, LIST.replace("Lost items", "Found items"))
    edited = page.get_by_role("row", name="March 6, 2024")
    expect(edited).to_contain_text("Edited here and kept: topics")
    other = page.get_by_role("row", name="March 20, 2024")
    expect(other).to_contain_text("Changed: topics")
    expect(other).not_to_contain_text("Edited here")
    page.get_by_role("button", name="Bring in", exact=True).click()
    expect(page.get_by_text("Done: 0 new chats, 1 changed.")).to_be_visible()
    page.goto("/chats/2024-03-06/")
    expect(page.get_by_role("link", name="Packing maps, rolled or flat").first).to_be_visible()
