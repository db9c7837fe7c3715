"""A form of a text that leads to another site."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories.guides import make_guide

pytestmark = pytest.mark.browser


def test_a_search_of_a_catalogue_leaves_the_site(browser_page: Page, live_server):
    # By its other name it is another site.
    there = live_server.url.replace("localhost", "127.0.0.1")
    here = live_server.url.replace("127.0.0.1", "localhost")
    catalogue = {
        "label": "Search the union catalog",
        "url": f"{there}/robots.txt?scope=all&q=",
        "field": "q",
        "fixed": [],
    }
    guide = make_guide(sections=[("Look it up", [("catalogue", catalogue)])])
    browser_page.goto(f"{here}{guide.url}")
    browser_page.get_by_label("Search the union catalog").fill("moon & stars")
    browser_page.get_by_role("button", name="Search there").click()
    expect(browser_page).to_have_url(f"{there}/robots.txt?scope=all&q=moon+%26+stars")
