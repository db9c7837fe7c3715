"""The calendar's lists, and what other sites may show of them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from events import lists
from events.models import CalendarPage, EventPage, Sequel
from tests.events.reading import show, text_of, titles, twice
from tests.factories.chats import make_chat
from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _short_lists(monkeypatch) -> None:
    """Let a few events fill a page."""
    for name in ("EVENTS_PER_PAGE", "MOST_OF_SERIES", "MOST_EMBEDDED"):
        monkeypatch.setattr(lists, name, 6)


LISTS = ["/events/", "/events/past/", "/events/embed/", "/events/series/community-chat/"]


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def options(tree, name: str) -> list[str]:
    return [option.get("value") for option in tree.cssselect(f"select[name={name}] option")][1:]


def chips(tree) -> dict[str, str]:
    links = tree.cssselect(".filters + .chips a")
    return {text_of(link).removeprefix("Remove ").rstrip(" ×"): link.get("href") for link in links}


def put_into_a_private_part(event: EventPage) -> None:
    PageViewRestriction.objects.create(page=event, restriction_type="login")


def test_coming_events_stand_in_order_without_what_is_over_hidden_or_a_draft(client):
    make_event("Later", in_days(9))
    make_event("Next", in_days(2))
    make_event("Over", in_days(-2))
    make_event("Draft", in_days(3), live=False)
    put_into_a_private_part(make_event("Private", in_days(3)))
    tree = show(client, "/events/")
    assert titles(tree) == ["Next", "Later"]
    assert "2 events ahead" in text_of(tree)
    assert not twice(tree)


def test_an_event_that_has_begun_is_still_there_and_said_to_be_on(client):
    yesterday, tomorrow = in_days(-1), in_days(1)
    make_event("Meeting", yesterday, end_date=tomorrow)
    tree = show(client, "/events/")
    assert titles(tree) == ["Meeting"]
    assert tree.cssselect(".state-now")


def test_an_event_says_when_where_and_who(client):
    make_event(
        "Boxes",
        "2058-07-03",
        hosts=["Ines Moreau", "Bo"],
        format="both",
        place="Room 12",
        time_zone="America/Los_Angeles",
        summary="What the van does.",
    )
    (event,) = show(client, "/events/").cssselect(".event")
    assert event.cssselect(".stamp time, time.stamp")[0].get("datetime") == "2058-07-03"
    said = text_of(event)
    for words in (
        "2 p.m. – 3 p.m. PDT",
        "Room 12 · Online",
        "Hosted by Ines Moreau and Bo",
        "What the van does.",
    ):
        assert words in said
    times = [time.get("datetime") for time in event.cssselect(".event-times time")]
    assert times == ["2058-07-03T14:00:00-07:00", "2058-07-03T15:00:00-07:00"]


def test_an_event_of_several_days_says_on_which_it_ends(client):
    make_event("Meeting", "2058-07-03", end_date=datetime.date(2058, 7, 5), end_time="12:00")
    assert "2 p.m. – July 5, noon EDT" in text_of(show(client, "/events/"))


def test_states_are_said_by_word_and_icon(client):
    make_event("Snow", in_days(1), is_cancelled=True, cancel_reason="Snow day.")
    queue = make_event("Queue", in_days(2), seats=1)
    full = make_event("Full", in_days(3), seats=1, has_waiting_list=False)
    register_one(queue)
    register_one(full)
    make_event("Free", in_days(4), seats=1)
    events = show(client, "/events/").cssselect(".event")
    states = [[text_of(state) for state in event.cssselect(".state")] for event in events]
    assert states == [["Cancelled"], ["Waiting list"], ["Full"], []]
    assert all(event.cssselect(".state svg") for event in events[:3])
    assert "Snow day." in text_of(events[0])


def test_kind_series_and_tag_narrow_the_list_together(client):
    series = make_series()
    make_event("A", in_days(1), kind="Training", tags=["boxes"], series=series)
    make_event("B", in_days(2), kind="Training", tags=["vans"])
    make_event("C", in_days(3), kind="Meeting", tags=["boxes"])
    assert titles(show(client, "/events/?kind=training")) == ["A", "B"]
    assert titles(show(client, "/events/?series=community-chat")) == ["A"]
    assert titles(show(client, "/events/?tag=boxes")) == ["A", "C"]
    tree = show(client, "/events/?kind=meeting&tag=boxes")
    assert titles(tree) == ["C"]
    assert chips(tree) == {
        "Kind: Meeting": "/events/?tag=boxes",
        "Tag: boxes": "/events/?kind=meeting",
    }
    assert tree.cssselect('meta[name=robots][content="noindex"]')
    form = tree.cssselect("form.filters")[0]
    assert (form.get("method"), form.get("action")) == ("get", "/events/")


def test_only_what_leads_somewhere_is_offered_but_all_that_exists_is_understood(client):
    make_event("Coming", in_days(1), kind="Training", tags=["boxes"])
    make_event("Over", in_days(-9), kind="Meeting", tags=["vans"])
    make_event("Hidden", in_days(1), kind="Secret", tags=["hush"], live=False)
    tree = show(client, "/events/")
    assert options(tree, "kind") == ["training"]
    assert options(tree, "tag") == ["boxes"]
    assert not tree.cssselect("select[name=series]")
    chosen = show(client, "/events/?kind=meeting")
    assert options(chosen, "kind") == ["meeting", "training"]
    assert not chosen.cssselect(".errors")
    assert "Nothing ahead" in text_of(chosen)
    assert chosen.cssselect('.empty a[href="/events/"]')


@pytest.mark.parametrize(
    "query", ["kind=nothing", "series=%00", "tag=%22%27%3Cb%3E", "kind=hush", "page=x", "page=-9"]
)
@pytest.mark.parametrize("path", ["", "past/", "2058/7/"])
def test_a_filter_without_meaning_narrows_nothing(client, path, query):
    make_event("Coming", "2058-07-01", kind="Training", tags=["boxes"])
    make_event("Over", in_days(-3), kind="Training")
    make_event("Hidden", in_days(1), kind="Hush", live=False)
    tree = show(client, f"/events/{path}?{query}")
    assert ("Over" if path == "past/" else "Coming") in text_of(tree.cssselect("main")[0])
    assert "Hidden" not in text_of(tree)


@pytest.mark.parametrize("query", ["kind=nothing", "series=%00", "tag=%22%27%3Cb%3E", "kind=hush"])
def test_a_frame_narrowed_to_what_no_event_has_shows_none(client, query):
    make_event("Coming", in_days(1), kind="Training")
    make_event("Hidden", in_days(1), kind="Hush", live=False)
    said = text_of(show(client, f"/events/embed/?{query}"))
    assert "Nothing is ahead" in said
    assert "Coming" not in said


def test_an_unknown_value_is_said_to_be_passed_over(client):
    make_event(kind="Training")
    tree = show(client, "/events/", kind="nothing")
    assert "“nothing” is not in this list and was passed over" in text_of(tree)
    assert not tree.cssselect(".chips")


def test_a_long_list_has_pages_that_keep_the_choice(client):
    for n in range(lists.EVENTS_PER_PAGE + 2):
        make_event(f"Event {n}", in_days(n + 1), kind="Training")
    tree = show(client, "/events/", kind="training")
    assert len(titles(tree)) == lists.EVENTS_PER_PAGE
    (next_page,) = tree.cssselect(".pages a[rel=next]")
    assert next_page.get("href") == "?kind=training&page=2"
    assert titles(show(client, "/events/?kind=training&page=2")) == ["Event 6", "Event 7"]


def test_an_empty_calendar_says_what_will_be_here(client):
    tree = show(client, "/events/")
    assert "Here will be the next events" in text_of(tree)
    assert not tree.cssselect(".empty a, form.filters")
    make_event("Over", in_days(-3))
    assert show(client, "/events/").cssselect('.empty a[href="/events/past/"]')


def test_past_events_stand_newest_first(client):
    assert "Here will be what has taken place" in text_of(show(client, "/events/past/"))
    make_event("Old", in_days(-40))
    make_event("Lately", in_days(-2))
    make_event("Coming")
    assert titles(show(client, "/events/past/")) == ["Lately", "Old"]


def test_a_past_event_leads_to_its_recording_if_readers_may_see_that_page(client):
    chats = {}
    for n, name in enumerate(["Public", "Draft", "Private", "Expired"], 1):
        event = make_event(name, in_days(-n))
        chats[name] = make_chat(in_days(-n).isoformat())
        Sequel.objects.create(event=event, page=chats[name])
    make_event("Without", in_days(-9))
    chats["Draft"].unpublish()
    PageViewRestriction.objects.create(page=chats["Private"], restriction_type="login")
    type(chats["Expired"]).objects.filter(pk=chats["Expired"].pk).update(expire_at=timezone.now())
    tree = show(client, "/events/past/")
    assert len(titles(tree)) == 5
    links = [link.get("href") for link in tree.cssselect(".event-recording a")]
    assert links == [chats["Public"].url]


def test_what_is_ahead_has_no_recording(client):
    event = make_event()
    Sequel.objects.create(event=event, page=make_chat(in_days(7).isoformat()))
    assert not show(client, "/events/").cssselect(".event-recording")


def test_a_series_has_a_page_of_its_dates(client):
    series = make_series(summary="Every second Wednesday.")
    make_event("Over", in_days(-7), series=series)
    make_event("Snow", in_days(1), series=series, is_cancelled=True)
    following = make_event("Next", in_days(3), series=series)
    make_event("Later", in_days(17), series=series)
    make_event("Other", in_days(5))
    tree = show(client, "/events/series/community-chat/")
    assert titles(tree) == ["Snow", "Next", "Later", "Over"]
    said = text_of(tree)
    assert "Every second Wednesday." in said
    assert "Register for the whole series" in said
    assert tree.cssselect(f'a[href="{following.url}#register"]')
    addresses = {link.get("href") for link in tree.cssselect("main a")}
    assert "webcal://localhost/events/series/community-chat/calendar.ics" in addresses
    assert "/events/series/community-chat/feed.xml" in addresses
    assert not twice(tree)


def test_a_series_says_where_its_other_dates_are(client):
    series = make_series()
    for n in range(lists.MOST_OF_SERIES + 1):
        make_event(f"Date {n}", in_days(n + 1), series=series)
    tree = show(client, "/events/series/community-chat/")
    assert len(titles(tree)) == lists.MOST_OF_SERIES
    assert tree.cssselect('main a[href="/events/?series=community-chat"]')


def test_a_series_without_dates_says_so_and_one_nobody_knows_is_missing(client):
    make_series()
    assert "No date is set" in text_of(show(client, "/events/series/community-chat/"))
    assert client.get("/events/series/none/").status_code == 404


def test_the_list_may_be_framed_anywhere_and_no_other_page(client):
    make_event()
    framed = client.get("/events/embed/")
    assert "X-Frame-Options" not in framed
    assert "frame-ancestors *;" in f"{framed['Content-Security-Policy']};"
    assert "default-src 'self'" in framed["Content-Security-Policy"]
    for address in ("/events/", "/events/past/", "/events/2058/7/"):
        response = client.get(address)
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in response["Content-Security-Policy"]


def test_the_framed_list_is_no_more_than_the_list_and_its_links_leave_the_frame(client):
    make_event("A", in_days(1), kind="Training")
    make_event("B", in_days(2))
    tree = show(client, "/events/embed/?kind=training")
    assert titles(tree) == ["A"]
    assert not tree.cssselect("nav, header, footer, form, script")
    (base,) = tree.cssselect("head > base")
    assert (base.get("target"), base.get("href")) == ("_top", None)
    assert tree.cssselect('a[href="/events/?kind=training"]')


def test_the_framed_list_says_when_nothing_is_ahead(client):
    assert "Nothing is ahead" in text_of(show(client, "/events/embed/"))


def test_the_framed_list_is_short(client):
    for n in range(lists.MOST_EMBEDDED + 1):
        make_event(f"Event {n}", in_days(n + 1))
    assert len(titles(show(client, "/events/embed/"))) == lists.MOST_EMBEDDED


def test_the_calendar_says_how_to_subscribe_and_how_to_show_it_elsewhere(client):
    make_event(kind="Training")
    tree = show(client, "/events/?kind=training")
    assert tree.cssselect('a[href="webcal://localhost/events/kinds/training/calendar.ics"]')
    assert tree.cssselect('a[href="/events/kinds/training/feed.xml"]')
    snippets = [text_of(code) for code in tree.cssselect("pre code")]
    address = "http://localhost/events/embed/?kind=training"
    assert snippets[0] == address
    assert snippets[1].startswith(f'<iframe src="{address}" title="Events"')


def test_a_title_is_never_markup(client):
    calendar = CalendarPage.objects.get()
    calendar.title = '"><script>alert(1)</script>'
    calendar.save_revision().publish()
    make_event("<script>alert(2)</script>", summary="<b>bold</b>")
    for address in ("/events/", "/events/embed/"):
        tree = show(client, address)
        assert not tree.xpath("//script[contains(text(), 'alert')] | //main//b")


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_events(client, address):
    series = make_series()

    def add(n: int) -> None:
        for days in (n, -n):
            event = make_event(
                f"Event {days}",
                in_days(days),
                hosts=[f"A{n}", f"B{n}"],
                tags=[f"x{n}", "y"],
                kind=f"Kind {n}",
                series=series,
                seats=3,
            )
            if days < 0:
                Sequel.objects.create(event=event, page=make_chat(in_days(days).isoformat()))

    add(1)
    client.get(address)
    few = queries(client, address)
    for n in range(2, 6):
        add(n)
    assert queries(client, address) == few
    assert few <= 22
