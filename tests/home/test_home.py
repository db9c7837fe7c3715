import time_machine
from lxml import html

from chats.states import Outcome
from home.models import SearchExample
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event


def home_page(client):
    response = client.get("/")
    assert response.status_code == 200
    return html.fromstring(response.content)


def test_the_search_comes_first_and_leads_to_the_archive(client, home):
    home.search_examples = [SearchExample(words="renew early")]
    home.save()
    page = home_page(client)
    search = page.cssselect("main form")[0]
    assert (search.get("action"), search.get("method")) == ("/chats/", "get")
    assert search.cssselect("input[name=q]")
    assert not search.cssselect("input[type=hidden]")
    assert page.cssselect('main a[href="/chats/?q=renew%20early"]')


def test_the_search_box_knows_where_words_are_completed(client, home):
    page = home_page(client)
    search = page.cssselect("main form")[0]
    assert search.get("data-suggestions") == "/chats/suggestions.json"
    assert search.get("data-suggestions-label") == "Suggestions"
    told = search.get("data-suggestions-told").split("|")
    assert told == ["1 suggestion", *(f"{n} suggestions" for n in range(2, 9))]
    (script,) = page.cssselect("script")
    assert (script.get("type"), script.get("src")) == ("module", "/static/js/search.js")
    assert not script.text


@time_machine.travel("2024-03-10 12:00 +0000")
def test_what_is_next_is_the_next_chat_that_takes_place(client, home):
    make_chat("2024-04-03", title="The one after")
    make_chat("2024-03-20", title="The next one", register_url="https://example.org/r")
    make_chat("2024-03-13", title="Called off", outcome=Outcome.CANCELLED)
    page = home_page(client)
    assert "The next one" in page.text_content()
    assert "The one after" not in page.text_content()
    assert page.cssselect('a[href="https://example.org/r"]')


def shown_events(page):
    return [link.xpath("string(text()[last()])") for link in page.cssselect(".event h3 a")]


def test_what_is_next_are_the_next_events_that_take_place(client, home):
    make_chat(in_days(1).isoformat(), title="Announced as a chat")
    for n in range(1, 5):
        make_event(f"Event {n}", in_days(n + 1))
    make_event("Called off", in_days(1), is_cancelled=True)
    make_event("Over", in_days(-1))
    make_event("Draft", in_days(1), live=False)
    page = home_page(client)
    assert shown_events(page) == ["Event 1", "Event 2", "Event 3"]
    assert "Announced as a chat" not in page.text_content()
    assert page.cssselect('main a[href="/events/"]')[0].text == "All events"
    assert [link.get("href") for link in page.cssselect("main a.button")] == [
        "/events/event-1/#register"
    ]


def test_only_an_open_event_offers_to_register(client, home):
    make_event("Just come", in_days(1), registration="none")
    make_event("Open", in_days(2))
    page = home_page(client)
    assert len(shown_events(page)) == 2
    assert not page.cssselect("main a.button")


def test_the_news_of_events_can_be_followed(client, home):
    page = home_page(client)
    feeds = [link.get("href") for link in page.cssselect("link[rel=alternate]")]
    assert "/events/feed.xml" in feeds


@time_machine.travel("2024-03-10 12:00 +0000")
def test_the_newest_chats_are_past_ones(client, home):
    for day in ("01-10", "01-24", "02-07", "02-21", "03-06", "02-28"):
        make_chat(f"2024-{day}", topics=[make_topic("Something")])
    make_chat("2024-03-20")
    stamps = home_page(client).cssselect("article.chat .stamp-date")
    assert [stamp.get("datetime") for stamp in stamps] == [
        "2024-03-20",
        "2024-03-06",
        "2024-02-28",
        "2024-02-21",
        "2024-02-07",
        "2024-01-24",
    ]


@time_machine.travel("2024-03-10 12:00 +0000")
def test_the_newest_topics_stand_open(client, home):
    make_chat("2024-03-06")
    make_chat("2024-02-21", topics=[make_topic("Something", 75)])
    make_chat("2024-02-07", topics=[make_topic("Older", 75)])
    page = home_page(client)
    assert [fold.get("open") is not None for fold in page.cssselect("details")] == [True, False]


def test_an_empty_site_says_what_will_be_here(client, home):
    assert "No chat yet" in home_page(client).cssselect(".empty")[0].text_content()


def test_navigation_marks_where_the_reader_is(client, home):
    page = html.fromstring(client.get("/chats/").content)
    current = page.cssselect('nav [aria-current="page"]')
    assert [item.text_content().strip() for item in current] == ["Community chats"]


def test_the_sign_in_page_bears_the_sites_name(client, home):
    page = html.fromstring(client.get("/admin/login/").content)
    assert page.cssselect("h1")[0].text_content() == "Sign in to Desk to Desk"
