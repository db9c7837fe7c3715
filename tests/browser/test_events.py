"""The calendar in a real browser: the reader's own time, a month on a phone, a frame elsewhere."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from events.models import Registration
from tests.factories.events import in_days, make_event, register_one

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event(live_server, settings):
    # Links of registered people lead to the site's own address.
    settings.SITE_URL = live_server.url
    return make_event("Packing clinic", "2058-07-03", time_zone="America/New_York", seats=5)


@pytest.fixture
def other_site(live_server) -> Iterator[str]:
    """The address of another site's page, with the calendar in a frame."""
    content = f'<title>Library</title><iframe src="{live_server.url}/events/embed/"></iframe>'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.path == "/":
                self.wfile.write(content.encode())

        def log_message(self, *args) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        # Another name of this machine is another site to a browser.
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def fill_in(page: Page) -> None:
    page.get_by_label("Your name").fill("Ines Moreau")
    page.get_by_label("Your email address").fill("ines@example.org")


def test_a_reader_elsewhere_sees_their_own_time_too(open_tab, event):
    page = open_tab(timezone_id="Europe/Berlin")
    page.goto(event.url)
    local = page.locator(".local-time")
    expect(local).to_contain_text("Where you are: Wednesday, July 3")
    expect(local).to_contain_text("8:00 – 9:00 PM GMT+2")


@pytest.mark.parametrize("zone", ["America/New_York", "America/Toronto"])
def test_a_reader_whose_clocks_show_the_same_sees_one_time(open_tab, event, zone):
    page = open_tab(timezone_id=zone)
    page.goto(event.url)
    expect(page.locator("[data-local]")).to_contain_text("2 p.m. – 3 p.m. EDT")
    expect(page.locator(".local-time")).to_have_count(0)


def test_the_readers_own_day_may_be_another(open_tab, event):
    page = open_tab(timezone_id="Asia/Tokyo")
    page.goto(event.url)
    expect(page.locator(".local-time")).to_contain_text("Thursday, July 4")


def test_an_event_is_registered_for_on_its_page(open_tab, event):
    page = open_tab()
    page.goto(event.url)
    page.get_by_role("link", name="Register").first.click()
    fill_in(page)
    expect(page.locator("[name=stamp]")).not_to_have_value("")
    page.locator(".registration-form").get_by_role("button", name="Register").click()
    page.wait_for_url("**/registrations/party/**")
    assert Registration.objects.get(event=event).name == "Ines Moreau"
    page.goto(event.url)
    expect(page.get_by_label("Your name")).to_have_value("")


def test_places_for_colleagues_come_one_by_one(open_tab, event):
    page = open_tab()
    page.goto(event.url)
    page.get_by_text("Colleagues come along").click()
    shown = page.locator(".person-fields:visible")
    expect(shown).to_have_count(1)
    page.locator("[name=name_2]").fill("Ben Okafor")
    expect(shown).to_have_count(2)
    page.locator("[name=name_2]").fill("")
    expect(shown).to_have_count(1)


def test_what_is_typed_survives_a_reload_until_it_is_sent(open_tab, event):
    page = open_tab()
    page.goto(event.url)
    fill_in(page)
    page.get_by_text("Colleagues come along").click()
    page.locator("[name=name_2]").fill("Bo")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("Ines Moreau")
    expect(page.locator("[name=name_2]")).to_have_value("Bo")
    expect(page.locator("[name=name_2]")).to_be_visible()
    expect(page.locator("[name=name_3]")).to_have_value("")


def test_a_stamp_that_does_not_come_keeps_nobody_from_sending(open_tab, event):
    page = open_tab()
    page.route("**/stamp/", lambda route: route.fulfill(status=204))
    page.goto(event.url)
    fill_in(page)
    page.locator(".registration-form").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("before it is sent")
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/registrations/party/**")
    assert Registration.objects.get(event=event).name == "Ines Moreau"


def test_a_month_is_a_table_on_a_desk_and_a_list_of_days_on_a_phone(open_tab, event):
    page = open_tab(viewport={"width": 1280, "height": 900})
    page.goto("/events/2058/7/")
    expect(page.get_by_role("columnheader", name="Sun")).to_be_visible()
    assert page.locator("td.day:visible").count() == 31
    page.set_viewport_size({"width": 320, "height": 700})
    expect(page.locator("thead")).to_be_hidden()
    days = page.locator("td:visible")
    expect(days).to_have_count(1)
    expect(days.locator(".day-name")).to_have_text("Wednesday, July 3")
    expect(days.locator(".day-number")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="August 2058").click()
    expect(page.get_by_text("No event in August 2058.")).to_be_visible()
    expect(page.locator("td:visible")).to_have_count(0)


def test_another_site_shows_the_list_in_a_frame_and_its_links_leave_it(
    open_tab, other_site, live_server, event
):
    assert live_server.url.startswith("http://localhost:")
    page = open_tab()
    page.goto(other_site)
    link = page.frame_locator("iframe").get_by_role("link", name="Packing clinic")
    expect(link).to_be_visible()
    link.click()
    page.wait_for_url(f"{live_server.url}{event.url}")


def test_the_keyboard_leads_from_the_calendar_to_the_form(open_tab, event):
    register_one(make_event("Earlier", in_days(1)))
    page = open_tab()
    page.goto("/events/")
    page.get_by_role("link", name="Packing clinic").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{event.url}")
    page.get_by_role("link", name="Register").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your name")).to_be_focused()
