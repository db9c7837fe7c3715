import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.models import PageViewRestriction

from chats.states import Outcome
from guides.models import GuideIndexPage
from home.models import SearchExample
from people.models import Subject
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import in_days, make_event
from tests.factories.guides import make_guide
from updates.following import Ref, find_followed


def home_page(client):
    response = client.get("/")
    assert response.status_code == 200
    return html.fromstring(response.content)


def test_the_search_comes_first_and_looks_through_the_whole_site(client, home):
    home.search_examples = [SearchExample(words="renew early")]
    home.save()
    page = home_page(client)
    search = page.cssselect("main form")[0]
    assert (search.get("action"), search.get("method")) == ("/search/", "get")
    assert search.cssselect("input[name=q]")
    assert not search.cssselect("input[type=hidden]")
    assert page.cssselect('main a[href="/search/?q=renew%20early"]')


def test_the_search_box_knows_where_words_are_completed(client, home):
    page = home_page(client)
    search = page.cssselect("main form")[0]
    assert search.get("data-suggestions") == "/search/suggestions.json"
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
    ]


@time_machine.travel("2024-03-10 12:00 +0000")
def test_the_newest_topics_stand_open(client, home):
    make_chat("2024-03-06")
    make_chat("2024-02-21", topics=[make_topic("Something", 75)])
    make_chat("2024-02-07", topics=[make_topic("Older", 75)])
    page = home_page(client)
    (fold,) = page.cssselect("article.chat details")
    assert fold.get("open") is not None
    assert "Something" in fold.text_content()
    assert "Older" not in page.text_content()


@time_machine.travel("2024-03-10 12:00 +0000")
def test_of_many_topics_the_first_stand_there(client, home):
    make_chat("2024-03-06", topics=[make_topic(f"Topic {n}", n * 60) for n in range(1, 16)])
    (fold,) = home_page(client).cssselect("article.chat details")
    assert len(fold.cssselect("li")) == 12
    (rest,) = fold.cssselect("p a")
    assert (rest.text, rest.get("href")) == ("3 more topics of this chat", "/chats/2024-03-06/")


@time_machine.travel("2024-03-10 12:00 +0000")
def test_some_topics_are_there_however_long_none_have_come(client, home):
    make_chat("2023-01-11", topics=[make_topic("Long ago", 75)])
    make_chat("2023-01-18", topics=[make_topic("What is in a note", 75)])
    for day in range(1, 7):
        make_chat(f"2024-03-0{day}")
    page = home_page(client)
    stamps = [it.get("datetime") for it in page.cssselect("article.chat .stamp-date")]
    assert stamps == ["2024-03-06", "2024-03-05", "2024-03-04", "2023-01-18"]
    assert "What is in a note" in page.cssselect("details[open]")[0].text_content()


def tasks(page):
    """Return what stands under each subject."""
    return {
        subject.text_content(): [link.text for link in subject.getnext().cssselect("a")]
        for subject in page.cssselect("aside h3")
    }


def test_guides_stand_under_their_subjects_in_order(client, home):
    Subject.objects.create(name="Lending", sort_order=2)
    Subject.objects.create(name="Borrowing", sort_order=1)
    Subject.objects.create(name="Nothing yet", sort_order=3)
    for title in ("Renew", "Ask", "Return", "Cancel", "Trace"):
        make_guide(title, subject="Borrowing")
    make_guide("Pack a box", subject="Lending")
    make_guide("Draft", subject="Lending", live=False)
    make_guide("Copyright")
    page = home_page(client)
    assert page.cssselect("aside h2")[0].text == "Guides by task"
    assert list(tasks(page).items()) == [
        ("Borrowing", ["Ask", "Cancel", "Renew", "Return"]),
        ("Lending", ["Pack a box"]),
        ("Other", ["Copyright"]),
    ]
    guides = html.fromstring(client.get("/guides/").content)
    for link in page.cssselect("aside h3 a"):
        address, _hash, anchor = link.get("href").partition("#")
        assert address == "/guides/"
        assert guides.get_element_by_id(anchor) is not None
    assert page.cssselect("aside p a")[0].get("href") == "/guides/"


def test_guides_without_subjects_need_no_heading(client, home):
    make_guide("Copyright")
    page = home_page(client)
    assert not tasks(page)
    assert [link.text for link in page.cssselect("aside li a")] == ["Copyright"]


def test_without_guides_that_readers_may_see_there_is_no_aside(client, home):
    make_guide("Draft", live=False)
    assert not home_page(client).cssselect("aside")
    make_guide("Hidden")
    PageViewRestriction.objects.create(page=GuideIndexPage.objects.get(), restriction_type="login")
    assert not home_page(client).cssselect("aside")


def test_all_that_is_new_can_be_followed(client, home):
    fold = home_page(client).cssselect("form[action='/updates/follow/']")[0]
    offered = [(field.get("name"), field.get("value")) for field in fold.cssselect("[type=hidden]")]
    assert offered == [
        ("what", "guides:"),
        ("beside", "recordings:"),
        ("beside", "posts:"),
        ("beside", "events:"),
    ]
    found = find_followed(Ref.read(ref) for _name, ref in offered)
    assert len(found) == len(offered)


def test_sections_that_are_gone_leave_nothing_behind(client, home):
    make_chat("2024-03-06")
    make_post()
    make_event("Ahead", in_days(2))
    make_guide()
    for page in home.get_children().specific():
        page.unpublish()
    page = home_page(client)
    for gone in ("All chats", "All posts", "All events", "All guides"):
        assert gone not in page.text_content()
    assert not page.cssselect("form[action='/updates/follow/']")


def test_its_queries_do_not_grow_with_the_site(client, home):
    def fill(first, last):
        for n in range(first, last):
            make_guide(f"Guide {n}", subject=f"Subject {n % 3}")
            make_post(f"Post {n}", authors=[f"Author {n}"], tags=["maps"])
            make_event(f"Event {n}", in_days(n + 1), hosts=[f"Host {n}"], seats=9)
            topics = [make_topic(f"Topic {n} {m}", m, tags=["maps"]) for m in range(1, 4)]
            make_chat(in_days(-n - 1).isoformat(), topics=topics, hosts=[f"Host {n}"])

    def asked():
        home_page(client)
        with CaptureQueriesContext(connection) as queries:
            home_page(client)
        return len(queries)

    fill(0, 4)
    few = asked()
    fill(4, 40)
    assert asked() == few <= 30


def test_an_empty_site_says_what_will_be_here(client, home):
    assert "No chat yet" in home_page(client).cssselect(".empty")[0].text_content()


def test_navigation_marks_where_the_reader_is(client, home):
    page = html.fromstring(client.get("/chats/").content)
    current = page.cssselect('nav [aria-current="page"]')
    assert [item.text_content().strip() for item in current] == ["Community chats"]


def test_the_sign_in_page_bears_the_sites_name(client, home):
    page = html.fromstring(client.get("/admin/", follow=True).content)
    assert page.cssselect("h1")[0].text_content() == "Sign in to Desk to Desk"
