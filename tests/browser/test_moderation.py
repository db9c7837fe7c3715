"""What a moderator does with comments in a real browser: by mouse, by keys, and without script."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from comments import moderation
from comments.models import Comment, Deed, Report, State
from comments.rules import LABELS
from tests.browser.test_accessibility import DESK, PHONE, findings_in_both_schemes
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment
from tests.soak import SOAK

pytestmark = pytest.mark.browser

QUEUE = "/admin/comments/"
ADDRESS = "https://example.org/" + "a-very-long-address-of-one-word" * 4


@pytest.fixture
def open_moderator_tab(open_editor_tab):
    User.objects.get().groups.set(Group.objects.filter(name="Moderators"))
    return open_editor_tab


@pytest.fixture
def four(transactional_db) -> None:
    """Four comments that wait: Ann's is the newest, Dora's the oldest."""
    chat = make_chat("2024-03-06")
    for hours, name in enumerate(["Ann", "Ben", "Cleo", "Dora"]):
        reasons = [{"rule": "first", "said": ""}]
        sent = timezone.now() - timedelta(hours=hours)
        make_comment(chat, name=name, state=State.HELD, reasons=reasons, created_at=sent)


def states() -> dict[str, str]:
    return dict(Comment.objects.values_list("name", "state"))


def entry(page: Page, name: str):
    return page.get_by_role("article", name=name, exact=True)


def press(page: Page, key: str) -> None:
    """Press a key that sends a form, and wait for the page that comes back."""
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.usefixtures("four")
def test_by_keys_alone(open_moderator_tab):
    page = open_moderator_tab()
    page.goto(QUEUE)
    for key in "asdx":
        page.keyboard.press(key)
    page.keyboard.press("j")
    expect(entry(page, "Ann")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(entry(page, "Ben")).to_be_focused()
    assert set(states().values()) == {"held"}

    press(page, "a")
    expect(page.locator(".messages")).to_contain_text("1 comment approved.")
    expect(page.locator("#keys-said")).to_have_text("1 comment approved.")
    # Where Ben was, Cleo is now.
    expect(entry(page, "Cleo")).to_be_focused()
    press(page, "s")
    press(page, "u")
    expect(page.locator(".messages")).to_contain_text("1 comment is as before.")
    page.keyboard.press("j")
    press(page, "d")
    assert states() == {"Ann": "deleted", "Ben": "published", "Cleo": "held", "Dora": "held"}
    expect(entry(page, "Cleo")).to_be_focused()
    page.keyboard.press("x")
    which = page.get_by_label("Which comments")
    expect(which.locator("option").first).to_have_text("1 ticked")
    press(page, "r")
    expect(page.get_by_role("heading", name="Comment by Cleo", level=1)).to_be_attached()
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.keyboard.type("as d")
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("as d")
    page.get_by_role("heading", name="History").click()
    press(page, "a")
    expect(page).to_have_url(QUEUE)
    assert states()["Cleo"] == "published"


@pytest.mark.usefixtures("four")
def test_keys_do_nothing_where_somebody_types_and_once_switched_off(open_moderator_tab):
    page = open_moderator_tab()
    page.goto(QUEUE)
    page.keyboard.press("j")
    for control in ("Control+a", "Alt+s", "Meta+d"):
        page.keyboard.press(control)
    search = page.get_by_role("textbox", name="Search term")
    search.press_sequentially("asd")
    expect(page.locator("#listing-results")).to_contain_text("No comment is like this.")
    search.fill("")
    expect(page.get_by_role("article")).to_have_count(4)
    page.get_by_label("Which comments").focus()
    page.keyboard.press("a")
    switch = page.get_by_role("checkbox", name="Keys")
    switch.uncheck()
    entry(page, "Ann").focus()
    page.keyboard.press("a")
    page.reload()
    expect(switch).not_to_be_checked()
    entry(page, "Ann").focus()
    page.keyboard.press("a")
    page.keyboard.press("j")
    expect(entry(page, "Ann")).to_be_focused()
    assert set(states().values()) == {"held"}
    switch.check()
    entry(page, "Ann").focus()
    press(page, "a")
    assert states()["Ann"] == "published"


@pytest.mark.usefixtures("four")
def test_keys_are_listed_and_do_nothing_beneath_the_list(open_moderator_tab):
    page = open_moderator_tab()
    page.goto(QUEUE)
    page.keyboard.press("j")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_role("row", name="Undo the last decision u")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert set(states().values()) == {"held"}
    page.get_by_text("Which keys").click()
    expect(page.locator("#keys-list")).to_be_visible()


@pytest.mark.usefixtures("four")
def test_what_was_searched_is_decided_on_by_keys_too(open_moderator_tab):
    page = open_moderator_tab()
    page.goto(QUEUE)
    page.get_by_role("textbox", name="Search term").fill("cleo")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=cleo"))
    entry(page, "Cleo").focus()
    press(page, "s")
    expect(page).to_have_url(f"{QUEUE}?q=cleo&state=held")
    assert states()["Cleo"] == "spam"
    expect(page.locator("#listing-results")).to_contain_text("No comment is like this.")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("script", [True, False])
def test_enter_in_a_box_decides_nothing(open_moderator_tab, script):
    page = open_moderator_tab(java_script_enabled=script)
    page.goto(QUEUE)
    box = page.get_by_role("checkbox", name="Choose comment by Ann")
    box.check()
    box.press("Enter")
    if script:
        page.wait_for_timeout(200)
        expect(box).to_be_checked()
    else:
        expect(page.locator(".messages")).to_contain_text("Choose what becomes of them.")
    assert set(states().values()) == {"held"}


@pytest.mark.usefixtures("four")
def test_without_script(open_moderator_tab):
    page = open_moderator_tab(java_script_enabled=False)
    page.goto(QUEUE)
    expect(page.get_by_role("article")).to_have_count(4)
    entry(page, "Dora").get_by_role("button", name="Approve").click()
    for name in ("Ann", "Ben"):
        page.get_by_role("checkbox", name=f"Choose comment by {name}").check()
    page.get_by_role("group", name="Decide on several").get_by_role("button", name="Spam").click()
    assert states() == {"Ann": "spam", "Ben": "spam", "Cleo": "held", "Dora": "published"}
    page.locator(".messages").get_by_role(
        "button", name="Undo", include_hidden=True
    ).dispatch_event("click")
    page.wait_for_url(QUEUE)
    page.get_by_label("Which comments").select_option("shown")
    page.get_by_role("group", name="Decide on several").get_by_role("button", name="Delete").click()
    assert states() == {"Ann": "deleted", "Ben": "deleted", "Cleo": "deleted", "Dora": "published"}
    page.get_by_role("link", name="Deleted").click()
    expect(page.get_by_role("article")).to_have_count(3)


@pytest.mark.parametrize("viewport", [DESK, PHONE] if SOAK else [PHONE])
def test_no_screen_has_a_finding(open_moderator_tab, viewport):
    chat = make_chat("2024-03-06", title="Renewals, recalls and what to write to the lender")
    user = User.objects.get()
    texts = ["In pairs.\n\nWith a slip.", f"See {ADDRESS}.", "It begins with a box. " * 60]
    parent = None
    for n, rule in enumerate(list(LABELS)[::3]):
        parent = make_comment(
            chat,
            texts[n % 3],
            name=["Ines Moreau", "Robert Fitzgerald-Oyelaran-Achterberg"][n % 2],
            library=["", "Smith College Libraries"][n % 2],
            state=State.PUBLISHED if n % 4 == 2 else State.HELD,
            parent=parent if n < 6 else None,
            is_proven=n % 5 == 0,
            reasons=[{"rule": rule, "said": ADDRESS}, {"rule": "first", "said": ""}],
            user=user if n == 4 else None,
        )
    deep = Comment.objects.order_by("pk")[5]
    Report.objects.create(comment=deep, said="Rude.")
    everything = Comment.objects.filter(pk=deep.pk)
    moderation.decide(everything, Deed.SPAM, user)
    moderation.decide(everything, Deed.HOLD, user)
    Report.objects.create(comment=Comment.objects.order_by("pk")[2], said="Rude.")
    page = open_moderator_tab(bypass_csp=True, viewport=viewport, reduced_motion="reduce")
    found = []
    addresses = [f"{QUEUE}{deep.pk}/", QUEUE]
    if SOAK:
        addresses += [f"{QUEUE}?q=zebra", f"{QUEUE}mail/"]
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found += findings_in_both_schemes(page) if address != QUEUE or SOAK else []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(QUEUE)
    with page.expect_navigation():
        page.get_by_role("article").first.get_by_role("button", name="Approve").click()
    expect(page.locator(".messages").get_by_role("button", name="Undo")).to_be_visible()
    found += findings_in_both_schemes(page)
    assert not found
