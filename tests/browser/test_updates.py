"""Email updates in a real browser: without script, by keyboard, narrow and wide, seen by axe."""

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, expect

from outbox.models import Mail
from tests.browser.test_accessibility import DESK, PHONE, findings, findings_in_both_schemes
from tests.browser.test_layout import SIDEWAYS, SMALL_TARGETS, double_the_text, press_tab_until
from tests.factories.blog import make_post
from tests.factories.events import in_days, make_event, make_series
from tests.factories.updates import make_list, make_subscriber, make_subscription
from tests.soak import SOAK
from tests.updates.test_following import path_of
from updates import links, subscriptions
from updates.following import Ref
from updates.models import Pace, Request, Subscriber, Subscription

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "A-list-of-one-word-" + "that-goes-on-" * 6


@pytest.fixture
def post(live_server):
    return make_post("Packing audiobooks", tags=["packaging"])


@pytest.fixture
def addresses(post) -> list[str]:
    """Of all pages on which readers follow, confirm, change and stop."""
    make_event("Chat", in_days(3), series=make_series(), kind="Training")
    make_list()
    long = make_list(LONG, summary=f"{LONG} {LONG}")
    who, newcomer = make_subscriber(), make_subscriber("bo@example.org")
    followed = [
        make_subscription(who, Ref("posts")),
        make_subscription(who, Ref("list", str(long.pk)), Pace.WEEKLY),
        make_subscription(who, Ref("list", "999"), Pace.DAILY, title="An old list"),
    ]
    make_subscription(who, Ref("events"), confirmed_at=None)
    make_subscription(newcomer, Ref("posts"), Pace.WEEKLY, confirmed_at=None)
    return [
        "/updates/",
        f"/updates/follow/?what=posts:&what=list:{long.pk}",
        "/updates/link/",
        path_of(links.confirm_address(newcomer)),
        path_of(links.confirm_address(who)),
        path_of(links.own_address(who)),
        f"{path_of(links.own_address(who))}?done=confirmed",
        path_of(links.stop_address(followed)),
        path_of(links.stop_digests_address(who)),
        post.url,
    ]


def heading(page: Page):
    return expect(page.get_by_role("heading", level=1))


def link_in_mail(address: str) -> str:
    """Return the link of the one mail that has come, which must stand in it."""
    assert address in Mail.objects.get().content.decode().replace("=\r\n", "").replace("=\n", "")
    return path_of(address)


def test_from_a_post_to_the_preferences_without_script(open_tab, post):
    page = open_tab(java_script_enabled=False)
    page.goto(post.url)
    page.get_by_text("Get email updates").click()
    fold = page.locator(".by-mail")
    fold.get_by_label("Email address for the updates").fill("ines@example.org")
    fold.get_by_role("button", name="Go on").click()
    heading(page).to_have_text("Get email updates")
    expect(page.get_by_label("Your email address")).to_have_value("ines@example.org")
    expect(page.get_by_label("All posts of the blog")).to_be_checked()
    expect(page.get_by_label("Posts about packaging")).not_to_be_checked()
    page.get_by_label("All posts of the blog").uncheck()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick at least one thing.")
    page.get_by_label("Posts about packaging").check()
    page.get_by_label("Once a week").check()
    page.get_by_role("button", name="Follow").click()
    heading(page).to_have_text("Look into your mail")
    subscriptions.take_in_requests()
    subscriber = Subscriber.objects.get()
    page.goto(link_in_mail(links.confirm_address(subscriber)))
    expect(page.get_by_role("main")).to_contain_text("Posts about packaging (Once a week)")
    assert not Subscription.objects.active().exists()
    page.get_by_role("button", name="Yes, send me these").click()
    heading(page).to_have_text("Your updates")
    expect(page.get_by_role("status")).to_contain_text("It is confirmed")
    page.get_by_label("How often Posts about packaging").select_option("Once a day")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("kept")
    assert Subscription.objects.active().get().pace == Pace.DAILY
    page.get_by_role("button", name="Stop Posts about packaging").click()
    expect(page.get_by_role("status")).to_contain_text("Stopped: Posts about packaging")
    assert not Subscription.objects.active().exists()


def test_it_goes_by_keyboard_alone(open_tab, post):
    page = open_tab(reduced_motion="reduce")
    page.goto("/updates/")
    press_tab_until(page, "input[value='posts:']")
    page.keyboard.press("Space")
    press_tab_until(page, "main button")
    page.keyboard.press("Enter")
    heading(page).to_have_text("Get email updates")
    press_tab_until(page, "#id_email")
    page.keyboard.type("ines@example.org")
    press_tab_until(page, "input[name=pace]")
    page.keyboard.press("ArrowDown")
    press_tab_until(page, "main button")
    page.keyboard.press("Enter")
    heading(page).to_have_text("Look into your mail")
    request = Request.objects.get()
    assert (request.wants, request.pace) == (["posts:"], Pace.DAILY)
    subscriptions.take_in_requests()
    page.goto(path_of(links.confirm_address(Subscriber.objects.get())))
    press_tab_until(page, "main button")
    page.keyboard.press("Enter")
    heading(page).to_have_text("Your updates")
    press_tab_until(page, "summary:has(~ form [value='stop all'])")
    page.keyboard.press("Enter")
    press_tab_until(page, "button[value='stop all']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("All of it is stopped")


def test_the_time_is_that_of_the_browser_until_somebody_chooses(open_tab, home):
    page = open_tab(timezone_id="Asia/Tokyo")
    page.goto("/updates/follow/?what=posts:")
    zone = page.get_by_label("Time where you are")
    expect(zone).to_have_value("Asia/Tokyo")
    zone.select_option("Europe/Berlin")
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(zone).to_have_value("Europe/Berlin")


def test_what_is_wrong_is_one_step_away(open_tab, home):
    page = open_tab()
    page.goto("/updates/follow/?what=posts:")
    page.get_by_role("button", name="Follow").click()
    page.get_by_role("alert").get_by_role("link", name="Your email address").click()
    expect(page.get_by_label("Your email address")).to_be_focused()


def unfolded(page: Page, addresses: Iterable[str]) -> Iterable[str]:
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        yield address


def test_axe_finds_nothing(open_tab, addresses):
    page = open_tab(bypass_csp=True, viewport=PHONE, reduced_motion="reduce")
    look = findings_in_both_schemes if SOAK else findings
    found = []
    for place, _address in enumerate(unfolded(page, addresses)):
        page.set_viewport_size((PHONE, DESK)[place % 2])
        found += look(page)
    page.goto(addresses[1])
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_load_state("load")
    found += findings_in_both_schemes(page)
    page.get_by_label("Your email address").fill("ines@example.org")
    page.get_by_role("button", name="Follow").click()
    heading(page).to_have_text("Look into your mail")
    page.wait_for_load_state("load")
    found += look(page)
    page.goto(addresses[-3])
    page.get_by_role("button", name="Stop").click()
    heading(page).to_have_text("Stopped")
    page.wait_for_load_state("load")
    found += look(page)
    assert not found


def test_they_hold_at_every_width(open_tab, addresses):
    page = open_tab(reduced_motion="reduce")
    wide, small = {}, {}
    for address in unfolded(page, addresses):
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            wide[address, width] = page.evaluate(SIDEWAYS)
            small[address, width] = page.evaluate(SMALL_TARGETS)
        double_the_text(page)
        page.set_viewport_size({"width": 640, "height": 800})
        wide[address, "200%"] = page.evaluate(SIDEWAYS)
    assert not {where: elements for where, elements in wide.items() if elements}
    assert not {where: elements for where, elements in small.items() if elements}


def test_nothing_of_it_is_on_paper(open_tab, post):
    page = open_tab()
    page.goto(post.url)
    page.emulate_media(media="print")
    expect(page.get_by_text("Get email updates")).to_be_hidden()
    expect(page.get_by_text("Or as a feed")).to_be_hidden()
