"""What axe finds: nothing, on any kind of page, in either scheme, wide or narrow."""

from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission
from django.test import Client
from lxml import etree
from playwright.sync_api import Page

from accounts.models import User
from chats.calling import sync
from chats.models import ChatArchivePage, ChatPage
from chats.states import ChatState
from outbox import outlet
from outbox.messages import post
from outbox.models import Mail, MailState
from outbox.trouble import TROUBLE
from tests.browser.conftest import CALENDAR, MISSING, SEARCHES
from tests.factories.transcripts import make_transcript
from tests.soak import SOAK

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    # Else axe fetches style sheets by itself, from addresses that are not theirs.
    "preload": False,
}

# Parts of Wagtail's own editor: the rich text field and the input of a tag field have no name, a
# scrolling minimap of the form takes no focus.
OF_WAGTAIL = [[".public-DraftEditor-content"], [".tagit-new"], [".w-minimap"]]

BESIDE_THE_SITEMAP = [
    *SEARCHES,
    "/chats/?tag=renewals&state=complete",
    "/chats/?year=1890",
    "/tags/",
    "/tags/renewals/",
    "/updates/",
    "/updates/follow/?what=posts:",
    "/contact/write/",
    MISSING,
]

NOTE = {"title": "Maps", "place": 0, "is_removed": False, "changed_at": 1}

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def findings(page: Page, **only: object) -> list[str]:
    result = Axe().run(page, {"exclude": OF_WAGTAIL}, {**OPTIONS, **only}).response
    return [
        f"{page.url}: {violation['id']} at {node['target']}: {node['html']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def findings_in_both_schemes(page: Page) -> list[str]:
    """Look at all in the light one, and in the dark one at what it changes: the colours."""
    found = []
    for scheme, only in [("light", {}), ("dark", {"runOnly": ["color-contrast"]})]:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # The admin's own buttons fade from one colour to the other.
        page.wait_for_function("() => document.getAnimations().length === 0")
        found += findings(page, **only)
    return found


def addresses_of_the_sitemap(client: Client) -> list[str]:
    tree = etree.fromstring(client.get("/sitemap.xml").content)
    return [urlsplit(location.text).path for location in tree.iter("{*}loc")]


def one_chat_in_each_state() -> Iterable[str]:
    for state in ChatState:
        chat = ChatPage.objects.with_state().filter(state_in_database=state).first()
        if chat:
            yield chat.url


@pytest.mark.parametrize("viewport", [DESK, PHONE] if SOAK else [PHONE])
def test_no_kind_of_page_has_a_finding(open_tab, demonstration, client, show, viewport):
    page = open_tab(bypass_csp=True, viewport=viewport, reduced_motion="reduce")
    addresses = addresses_of_the_sitemap(client)
    assert len(addresses) > 40
    if not SOAK:
        addresses = ["/", *one_chat_in_each_state()]
    found = []
    beside = BESIDE_THE_SITEMAP if SOAK else BESIDE_THE_SITEMAP[::3]
    for address in [*addresses, *beside]:
        show(page, address)
        found += findings_in_both_schemes(page)
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("rene")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    found += findings_in_both_schemes(page)
    assert not found


def test_the_calendar_has_none(open_tab, calendar, show):
    page = open_tab(bypass_csp=True, viewport=DESK, reduced_motion="reduce")
    look = findings_in_both_schemes if SOAK else findings
    found = []
    for place, address in enumerate(CALENDAR):
        for viewport in (DESK, PHONE) if SOAK else [(DESK, PHONE)[place % 2]]:
            page.set_viewport_size(viewport)
            show(page, address)
            found += look(page)
    assert not found


def test_the_editors_screens_have_none(open_editor_tab, chat):
    User.objects.get().user_permissions.set(
        Permission.objects.filter(content_type__app_label="outbox")
    )
    mail = post(TROUBLE, "reader@example.org", TROUBLE.example())
    Mail.objects.update(state=MailState.FAILED, reason="550 No such user")
    outlet.hold("The site was restored.")
    make_transcript(chat, [(20, "Theo", "Good morning."), (700, "Ann", "Call 413-555-0142.")])
    sync(chat, {"began_at": 0, "notes": [{**NOTE, "uid": str(uuid4()), "stamped_at": 65_000}]})
    page = open_editor_tab(bypass_csp=True, viewport=DESK, reduced_motion="reduce")
    archive = ChatArchivePage.objects.get()
    look = findings_in_both_schemes if SOAK else findings
    found = []
    addresses = [
        f"/admin/pages/{chat.pk}/edit/",
        "/admin/",
        f"/admin/mail/{mail.pk}/",
        f"/admin/chats/{chat.pk}/transcript/",
        f"/admin/chats/{chat.pk}/call/",
    ]
    if SOAK:
        addresses += [
            "/admin/chats/",
            f"/admin/pages/add/chats/chatpage/{archive.pk}/",
            f"/admin/chats/{chat.pk}/next/",
            "/admin/snippets/people/person/",
            "/admin/mail/",
            "/admin/mail/give-up/",
            "/admin/mail/addresses/",
            "/admin/mail/messages/mail_trouble/",
            f"/admin/chats/{chat.pk}/bring-in/",
            f"/admin/chats/{chat.pk}/give-back/",
            f"/admin/chats/{chat.pk}/keep/",
            f"/admin/chats/{chat.pk}/call/finish/",
        ]
    for address in [*addresses, "/admin/chats/import/"]:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found += look(page)

    show_plan = page.get_by_role("button", name="Show what would happen")
    show_plan.click()
    page.get_by_text("Paste a list, or choose a file.").wait_for()
    found += look(page)

    page.get_by_label("Paste the list").fill(
        "• Wednesday, March 6, 2024 Topics and timestamps: 1:15 Courier bins; 11:28 Maps\n"
        "• Wednesday, April 3, 2024 Hosted by 1:15"
    )
    show_plan.click()
    page.get_by_role("button", name="Change the text").wait_for()
    found += look(page)

    for text in [
        "WEBVTT\n\n00:02.000 --> 00:05.000\nTheo: Call 413-555-0142.\n",
        *(["0:00 Welcome\n1:05 Damaged books\n"] if SOAK else []),
    ]:
        page.goto(f"/admin/chats/{chat.pk}/bring-in/")
        page.get_by_label("Paste the text").fill(text)
        show_plan.click()
        page.get_by_role("button", name="Change the text").wait_for()
        found += look(page)
    assert not found
