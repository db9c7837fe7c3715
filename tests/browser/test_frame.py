"""The frame of every page: its ways around the site, and the notice above it."""

import pytest
from playwright.sync_api import Page, expect
from wagtail.models import Page as WagtailPage
from wagtail.models import Site

from home.models import Navigation, NoticeBar
from tests.browser.test_accessibility import findings_in_both_schemes
from tests.browser.test_layout import SIDEWAYS, SMALL_TARGETS

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
LINES = """list => new Set([...list.children].map(item => item.getBoundingClientRect().top)).size"""


@pytest.fixture
def full_frame(home, transactional_db) -> None:
    """Seven ways at the head, and a notice."""
    site = Site.objects.get()
    about = WagtailPage.objects.get(slug="about")
    NoticeBar.objects.create(site=site, words="No courier on Friday, July 3", page=about)
    slugs = ["chats", "guides", "blog", "events", "people", "about", "contact"]
    pages = [WagtailPage.objects.get(slug=slug, depth=3) for slug in slugs]
    Navigation.objects.create(site=site, head=[("page", {"page": page}) for page in pages])


def items(page: Page) -> Page:
    return page.locator(".head .nav ul")


def test_seven_ways_and_the_search_stand_in_one_line(open_tab, full_frame):
    page = open_tab(viewport=DESK)
    page.goto("/about/")
    assert items(page).locator("li").count() == 8
    assert items(page).evaluate(LINES) == 1
    wordmark, nav = page.locator(".wordmark").bounding_box(), items(page).bounding_box()
    assert nav["x"] > wordmark["x"] + wordmark["width"]


def test_a_phone_shows_them_all_and_the_title_without_script(open_tab, full_frame):
    page = open_tab(viewport=PHONE, java_script_enabled=False)
    page.goto("/about/")
    for link in items(page).locator("a").all():
        expect(link).to_be_in_viewport()
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_in_viewport(ratio=1)


def test_nothing_reaches_beyond_a_phone_and_all_can_be_touched(open_tab, full_frame):
    page = open_tab(viewport={"width": 320, "height": 640})
    page.goto("/privacy/")
    assert page.evaluate(SIDEWAYS) == []
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_it_has_no_finding(open_tab, full_frame, viewport):
    page = open_tab(bypass_csp=True, viewport=viewport)
    found = []
    for address in ("/", "/privacy/", "/accessibility/"):
        page.goto(address)
        found += findings_in_both_schemes(page)
    assert not found


def test_the_notice_is_a_place_of_its_own_and_not_printed(open_tab, full_frame):
    page = open_tab(viewport=DESK)
    page.goto("/about/")
    notice = page.get_by_role("region", name="Notice")
    expect(notice).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Tab")
    expect(notice.get_by_role("link")).to_be_focused()
    page.emulate_media(media="print")
    expect(notice).to_be_hidden()
