"""Content for a browser to look at, and an editor's tab."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page

from accounts.models import User
from chats.models import ChatPage
from chats.states import Outcome
from events.models import EventPage, EventQuestion, Sequel
from operate.demonstration import loading
from search import following
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event, make_series, register_one
from tests.factories.transcripts import make_transcript

YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"
MISSING = "/chats/no-such-chat/"
SEARCHES = [
    "/chats/?q=renew",
    "/chats/?q=renew&tag=renewals&state=complete",
    "/chats/?q=renewwals",
    "/chats/?q=renew+zebra",
    "/chats/?q=zebra&year=2024&state=lost",
    "/chats/?q=rental",
    "/chats/suggestions/?q=rene",
    "/chats/suggestions/?q=zebra",
    "/search/",
    "/search/?q=renew",
    "/search/?q=renew+zebra&kind=topic&year=1890",
    "/search/suggestions/?q=rene",
]
"""Hits, a correction, and what else to try; words that begin alike, and none."""


@pytest.fixture
def demonstration(transactional_db) -> None:
    loading.load()
    following.rebuild()


@pytest.fixture
def chat(transactional_db) -> ChatPage:
    """A chat with all that a chat can have; one with a link nobody can seek, and a lost one."""
    newer = make_topic("Renewals, asked again", 30, tags=["renewals"], key="newer2topic")
    make_chat(
        "2024-03-20",
        topics=[newer],
        recording_url="https://zoom.us/rec/share/one",
        recording_passcode="Gray-Bin-26",
    )
    make_chat("2024-02-21", outcome=Outcome.LOST, outcome_reason="The power went out.")
    topics = [
        make_topic("Icebreaker: what did you read this month?", 15),
        make_topic(
            "Can we renew early?",
            688,
            tags=["renewals", "due dates"],
            answer="Yes, from the day the loan is checked out. " * 4,
            answer_checked_on=datetime.date(2024, 3, 8),
            superseded_by="newer2topic",
        ),
        make_topic("https://example.org/" + "a-very-long-address-of-one-word" * 4, 3723),
        make_topic("A link from the text chat", source="text chat"),
    ]
    # Enough of them that the last lies below the first screen.
    topics += [make_topic(f"Question {n} of the mailbag", 4000 + n) for n in range(1, 13)]
    chat = make_chat(
        title="Renewals, recalls and what to write in a note to the lender",
        topics=topics,
        hosts=["Marisol Achterberg", "Theo Lindqvist"],
        teams=["Delivery"],
        recording_url=YOUTUBE,
        duration=4105,
        summary=f'<p>What lenders <a href="{YOUTUBE}">told us</a> about renewals.</p>',
        note="The slides follow.",
    )
    make_transcript(
        chat,
        [
            (20, "Marisol Achterberg", "Good morning, everybody, and welcome."),
            (690, "Theo L.", "May it be done before the due date, and does it cost anything?"),
            (700, "Marisol Achterberg", "https://example.org/" + "a-very-long-address" * 4),
        ],
    )
    make_transcript(chat, [(700, "Ann", "Here is the form")], "text chat")
    following.rebuild()
    return chat


CALENDAR = [
    "/events/",
    "/events/?kind=training&tag=boxes",
    "/events/?kind=nothing",
    "/events/past/",
    "/events/series/community-chat/",
    "/events/embed/",
    "/events/2058/1/",
    "/events/2058/2/",
    "/events/packing-clinic/",
    "/events/snow/",
    "/events/meeting/",
    "/events/chat/",
]
"""With hits and errors; a month with events, and one without; open, cancelled, elsewhere, past."""


@pytest.fixture
def calendar(transactional_db) -> EventPage:
    """Events in every state; returns one that is full, with questions and a waiting list."""
    series = make_series(summary="Every second Wednesday.")
    past = make_event("Chat", in_days(-7), series=series, hosts=["Marisol Achterberg"])
    Sequel.objects.create(event=past, page=make_chat(in_days(-7).isoformat()))
    make_event("Snow", in_days(3), is_cancelled=True, cancel_reason="Snow day.")
    make_event("Chat ahead", in_days(7), series=series, seats=20, is_recorded=True)
    make_event(
        "Meeting",
        "2058-01-08",
        end_date=datetime.date(2058, 1, 10),
        format="both",
        place="Reading room, Pine Hill",
        registration="elsewhere",
        register_url="https://example.org/register",
    )
    make_event("A-title-of-one-word-" + "that-goes-on-" * 5, "2058-01-08", kind="Training")
    full = make_event(
        "Packing clinic",
        "2058-01-16",
        seats=1,
        kind="Training",
        tags=["boxes"],
        hosts=["Theo Lindqvist"],
        summary="What the van does to boxes.",
        time_zone="America/Los_Angeles",
        questions=[
            EventQuestion(label="Diet", is_private=True),
            EventQuestion(label="Desk", kind="choice", choices="Lending\nBorrowing"),
        ],
        body=[("text", "<p>Bring a parcel.</p>")],
    )
    register_one(full)
    register_one(full, "Bo")
    following.rebuild()
    return full


@pytest.fixture
def show() -> Callable[[Page, str], None]:
    """A function that opens an address with all folds open, be it of a page that is not there.

    A missing page comes with status 200: its own would be an error in the console.
    """

    def show_page(page: Page, address: str) -> None:
        if address == MISSING:
            page.route(
                f"**{address}", lambda route: route.fulfill(response=route.fetch(), status=200)
            )
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")

    return show_page


@pytest.fixture
def open_editor_tab(open_tab, client, live_server) -> Callable[..., Page]:
    """A function that opens a tab signed in as someone who is an editor and nothing more."""
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)

    def open_one(**options) -> Page:
        page = open_tab(**options)
        page.context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": live_server.url}
                for name, cookie in client.cookies.items()
            ]
        )
        return page

    return open_one
