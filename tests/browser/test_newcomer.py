"""A newcomer finds the minute, the step and the next event, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from guides.models import GuidePage
from search import following
from tests.browser.test_watch import RENEW, make_watched, wait_until_at
from tests.factories.events import in_days, make_event
from tests.factories.guides import make_guide

pytestmark = pytest.mark.browser

__all__ = ["make_watched"]

ID = "1a2b3c4d-0000-4000-8000-000000000000"
ANCHOR = "section-1a2b3c4d"
MOST_STEPS = 60
"""Tabs from one place to the next; more, and somebody has lost patience."""


@pytest.fixture
def guide(make_watched) -> GuidePage:
    """A guide with a section to which a topic of a chat leads, and an event ahead."""
    blocks = [("text", "<p>Look at the due date first.</p>" * 8)]
    sections = [("Before you ask", blocks), ("Ask the lender", blocks, ID), ("Wait", blocks)]
    guide = make_guide("Renew a loan", sections, subject="Borrowing")
    chat = make_watched()
    for topic in chat.topics.filter(key=RENEW):
        topic.related_page, topic.related_section = guide.page_ptr, ANCHOR
        chat.topics.add(topic)
    chat.save_revision().publish()
    make_event("Packing clinic", in_days(3))
    following.rebuild()
    return guide


def tab_to(page: Page, there: Locator) -> None:
    """Press Tab until the focus is there."""
    expect(there).to_be_attached()
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if there.evaluate("element => element === document.activeElement"):
            expect(there).to_be_in_viewport()
            return
    pytest.fail(f"{MOST_STEPS} tabs do not lead to {there}")


def go_by(page: Page, there: Locator) -> None:
    tab_to(page, there)
    page.keyboard.press("Enter")


def test_from_the_first_page_to_the_minute_the_step_and_the_event(open_tab, guide):
    page = open_tab()
    page.goto("/")
    tab_to(page, page.get_by_role("combobox", name="What do you want to know?"))
    page.keyboard.type("renew early?")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?"))

    go_by(page, page.get_by_role("list", name="What was found").get_by_role("link").first)
    page.wait_for_url(re.compile(r"/chats/2024-03-06/"))
    wait_until_at(page, 671)

    go_by(page, page.get_by_role("link", name="Renew a loan: Ask the lender").first)
    page.wait_for_url(f"**{guide.url}#{ANCHOR}")
    expect(page.get_by_role("heading", name="Ask the lender", exact=True)).to_be_in_viewport()

    page.goto("/")
    go_by(page, page.get_by_role("link", name="Register", exact=True))
    page.wait_for_url("**/events/packing-clinic/#register")
    name = page.get_by_role("textbox", name="Your name")
    tab_to(page, name)
    page.keyboard.type("Ines Moreau")
    expect(name).to_have_value("Ines Moreau")


def test_without_script_too(open_tab, guide):
    page = open_tab(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox", name="What do you want to know?").fill("renew early?")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?"))
    page.get_by_role("list", name="What was found").get_by_role("link").first.press("Enter")
    page.wait_for_url(re.compile(r"/chats/2024-03-06/"))
    page.get_by_role("link", name="Renew a loan: Ask the lender").first.press("Enter")
    page.wait_for_url(f"**{guide.url}#{ANCHOR}")
