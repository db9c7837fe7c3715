"""The search of the whole site: one list of all kinds, for readers and for programs."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree, html
from wagtail.models import PageViewRestriction

from people.models import ContactPage
from search import asked, following, offers
from search.entries import sweep
from tests.chats.test_search_page import ODD_QUERIES
from tests.clock import takes_less
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.comments import make_comment
from tests.factories.events import in_days, make_event
from tests.factories.guides import make_guide
from updates import searches


@pytest.fixture
def site(archive):
    """Something of most kinds, that says “boxes”."""
    make_chat(
        "2024-03-06",
        [make_topic("Boxes that hold", 671, ["packaging"], key="boxes1111111")],
        hosts=["Mara Lindqvist"],
    )
    post = make_post("Boxes we like", "2023-05-01", ["Theo Abara"], ["packaging"], slug="boxes")
    make_comment(post, "Boxes are heavy.", "Jo")
    make_event("Boxes and tape", "2024-04-02", slug="tape")
    sections = [("Choose among boxes", [("text", "<p>The smallest.</p>")], "1a2b3c4d-0")]
    make_guide("Pack a loan", sections, slug="pack", tags=["packaging"])
    sweep()


@pytest.fixture(params=["table", "index"])
def indexed_site(request, site):
    if request.param == "index":
        following.rebuild()


@pytest.fixture
def noted(monkeypatch):
    calls = []
    monkeypatch.setattr(asked, "note", lambda words, found: calls.append((words, found)))
    return calls


def page_of(client, query: str = "") -> html.HtmlElement:
    response = client.get(f"/search/{query}")
    assert response.status_code == 200
    return html.fromstring(response.content)


def text(element) -> str:
    return " ".join(element.text_content().split())


def hits(page) -> dict[str, html.HtmlElement]:
    lines = page.cssselect(".hit")
    return {text(line.cssselect("a.stamped > span:last-child")[0]): line for line in lines}


def kinds(page) -> list[str]:
    return [text(link) for link in page.cssselect(".kinds a")]


def options(page, name: str) -> list[str]:
    return [text(option) for option in page.cssselect(f"select[name={name}] option")]


def answer(client, query: str, name: str = "/search") -> dict:
    response = client.get(f"{name}.json{query}")
    assert response.status_code == 200
    return response.json()


class TestThePage:
    def test_all_kinds_are_one_list_and_each_says_what_it_is(self, client, indexed_site):
        found = hits(page_of(client, "?q=boxes"))
        said = {
            title: (line.cssselect("a.stamped")[0].get("href"), text(line.cssselect(".meta")[0]))
            for title, line in found.items()
        }
        assert said.pop("Choose among boxes") == (
            "/guides/pack/#section-1a2b3c4d",
            "Section of a guide In “Pack a loan”",
        )
        assert said.pop("Boxes and tape") == ("/events/tape/", "Event")
        href, meta = said.pop("Boxes that hold")
        assert href == "/chats/2024-03-06/#topic-boxes1111111"
        assert meta.startswith("Question March 6, 2024")
        lines = page_of(client, "?q=boxes&kind=comment").cssselect(".hit")
        assert text(lines[0].cssselect(".meta")[0]) == "Comment by Jo"

    def test_what_has_a_day_has_its_stamp_and_a_guide_has_none(self, client, site):
        found = hits(page_of(client, "?q=boxes"))
        (stamp,) = found["Boxes and tape"].cssselect(".stamp-date")
        assert stamp.get("datetime") == "2024-04-02"
        assert found["Boxes that hold"].cssselect(".stamp")[0].text.strip() == "11:11"
        assert not found["Choose among boxes"].cssselect(".stamp")

    def test_kinds_are_links_with_what_each_would_leave(self, client, indexed_site):
        page = page_of(client, "?q=boxes&kind=post&year=2023")
        assert kinds(page) == ["All 1", "Posts 1"]
        page = page_of(client, "?q=boxes&kind=event")
        assert kinds(page) == [
            "All 5",
            "Sections of guides 1",
            "Posts 1",
            "Topics 1",
            "Events 1",
            "Comments 1",
        ]
        assert text(page.cssselect(".kinds [aria-current]")[0]) == "Events 1"
        assert list(hits(page)) == ["Boxes and tape"]
        assert page.cssselect(".kinds a")[0].get("href") == "?q=boxes"

    def test_a_kind_without_hits_stays_and_the_others_lead_on(self, client, site):
        page = page_of(client, "?q=boxes&kind=announcement")
        assert kinds(page)[0] == "All 5"
        assert text(page.cssselect(".kinds [aria-current]")[0]) == "Announcements 0"
        assert "Take one out" in page.text_content()
        assert text(page.cssselect(".no-hits .chip")[0]) == "Remove Kind: Announcements ×"

    def test_years_persons_and_tags_are_counted(self, client, indexed_site):
        page = page_of(client, "?q=boxes")
        assert options(page, "year")[:1] == ["Any year"]
        assert {"2024 (2)", "2023 (1)"} <= set(options(page, "year"))
        assert options(page, "host") == ["Anybody", "Mara Lindqvist (1)", "Theo Abara (1)"]
        assert options(page, "tag") == ["Any tag", "packaging (3)"]
        assert not page.cssselect("details.narrow-down[open]")
        page = page_of(client, "?q=boxes&host=theo-abara&tag=packaging")
        assert list(hits(page)) == ["Boxes we like"]
        assert page.cssselect("details.narrow-down[open]")
        chips = [(text(chip), chip.get("href")) for chip in page.cssselect(".chips .chip")]
        assert chips == [
            ("Remove Person: Theo Abara ×", "?q=boxes&tag=packaging"),
            ("Remove Tag: packaging ×", "?q=boxes&host=theo-abara"),
        ]

    def test_without_words_a_filter_lists_the_newest(self, client, site):
        page = page_of(client, "?tag=packaging")
        assert text(page.cssselect("[role=status]")[0]) == "4 found"
        assert page_of(client, "?tag=packaging&kind=post").cssselect(".hit")

    def test_what_is_unknown_is_said_and_narrows_nothing(self, client, site):
        page = page_of(client, "?q=boxes&kind=<b>zebra&year=1887&host=nobody&tag=none")
        assert len(page.cssselect(".hit")) == 5
        assert "nothing of the kind “<b>zebra”" in page.cssselect(".notice-info")[0].text_content()
        said = text(page.cssselect("[role=alert]")[0])
        for value in ("1887", "nobody", "none"):
            assert f"“{value}” is not in this list" in said
        assert not page.cssselect(".kinds b, .chip")

    def test_a_slip_is_answered_with_what_was_meant(self, client, site):
        following.rebuild()
        page = page_of(client, "?q=boxxes&tag=packaging")
        (link,) = page.cssselect(".found a")
        assert (text(link), link.get("href")) == (
            "Did you mean boxes?",
            "?q=boxes&tag=packaging",
        )
        assert len(page.cssselect(".hit")) == 3

    def test_pages_are_turned_with_all_that_is_asked(self, client, archive):
        make_chat(topics=[make_topic(f"Boxes {n}", n, ["x"]) for n in range(1, 23)])
        page = page_of(client, "?q=boxes&tag=x&page=2")
        assert len(page.cssselect(".hit")) == 2
        href = page.cssselect(".pages a[rel=prev]")[0].get("href")
        assert href == "?q=boxes&tag=x&page=1"

    def test_what_is_not_public_is_not_found(self, client, site):
        hidden = make_post("Boxes of the staff", tags=["secret"], slug="staff")
        PageViewRestriction.objects.create(page=hidden, restriction_type="login")
        make_post("Boxes unpublished", live=False)
        page = page_of(client, "?q=boxes")
        assert len(page.cssselect(".hit")) == 5
        assert "secret" not in page.text_content()

    def test_other_search_engines_keep_out(self, client, site):
        assert page_of(client, "?q=boxes").cssselect('meta[name=robots][content="noindex"]')
        assert not page_of(client).cssselect("meta[name=robots]")
        robots = client.get("/robots.txt").content.decode().splitlines()
        assert {"Disallow: /search/", "Disallow: /search.json"} <= set(robots)

    def test_headings_go_down_step_by_step(self, client, site):
        for query in ("", "?q=boxes", "?q=zeppelin", "?q=boxes+zeppelin"):
            levels = [
                int(one.tag[1]) for one in page_of(client, query).cssselect("main h1, h2, h3")
            ]
            assert levels[0] == 1
            assert all(later - one <= 1 for one, later in pairwise(levels))
        title = page_of(client, "?q=boxes").cssselect("title")[0].text
        assert title.startswith("“boxes” · Search · ")


class TestBeforeAnythingIsAsked:
    def test_it_says_what_can_be_found(self, client, site, monkeypatch):
        monkeypatch.setattr(offers.examples, "_offered", [lambda request: ["lost & found"]])
        page = page_of(client)
        found_here = {text(item) for item in page.cssselect(".found-here li")}
        assert {"Guides 1", "Topics 1", "Posts 1", "Comments 1"} <= found_here
        (example,) = page.cssselect(".examples a")
        assert (example.text, example.get("href")) == (
            "lost & found",
            "/search/?q=lost%20%26%20found",
        )
        assert not page.cssselect(".hit, .kinds, .by-mail")

    def test_an_empty_site_says_what_will_be_here(self, client, home):
        from search.models import Entry

        Entry.objects.all().delete()
        assert page_of(client).cssselect(".empty")


class TestNothingFound:
    def test_it_says_what_was_tried_and_offers_what_is_near(self, client, site):
        following.rebuild()
        page = page_of(client, "?q=boxes+zeppelin")
        assert "Nothing found for “boxes zeppelin”" in text(page.cssselect("[role=status]")[0])
        headings = [text(heading) for heading in page.cssselect(".no-hits h2")]
        assert headings == ["Without “zeppelin”", "Ask the team", "Newest chats"]

    def test_words_that_begin_alike_are_offered(self, client, site):
        page = page_of(client, "?q=boxwood")
        (chip,) = page.cssselect(".alike .chip")
        assert (chip.text, chip.get("href")) == ("boxes", "?q=boxes")
        more = page.cssselect('.no-hits a[href^="/search/suggestions/"]')[0].get("href")
        assert "boxes" in html.fromstring(client.get(more).content).text_content()

    def test_the_team_and_whoever_comes_next_can_be_asked(self, client, site):
        make_event("Snow day", in_days(1), is_cancelled=True, slug="snow")
        make_event("Open hour", in_days(2), slug="hour")
        make_event("Later", in_days(9), slug="later")
        page = page_of(client, "?q=zeppelin")
        offered = [link.get("href") for link in page.cssselect(".no-hits .hit a.stamped")]
        assert offered == ["/events/hour/", "/chats/2024-03-06/"]
        assert page.cssselect(f'.no-hits a[href="{ContactPage.objects.get().url}"]')

    def test_nobody_to_ask_leaves_a_sentence(self, client, home):
        ContactPage.objects.get().unpublish()
        page = page_of(client, "?q=zeppelin")
        assert "Come to a chat" in page.text_content()

    def test_a_chat_ahead_is_not_among_the_newest(self, client, archive):
        make_chat(in_days(3).isoformat(), title="Ahead")
        assert not page_of(client, "?q=zeppelin").cssselect(".no-hits .hit")

    def test_a_cancelled_event_that_is_found_says_so(self, client, home):
        make_event("Snow day", in_days(1), is_cancelled=True)
        line = page_of(client, "?q=snow").cssselect(".hit")[0]
        assert "Does not take place" in text(line)


class TestForPrograms:
    def test_the_shape_is_promised(self, client, site):
        said = answer(client, "?q=boxes&kind=section")
        today = timezone.localdate()
        assert said == {
            "total": 1,
            "page": 1,
            "hits": [
                {
                    "kind": "section",
                    "url": "/guides/pack/#section-1a2b3c4d",
                    "title": "Choose among boxes",
                    "about": "Pack a loan",
                    "excerpt": "Choose among <mark>boxes</mark>",
                    "date": today.isoformat(),
                    "start": None,
                }
            ],
            "facets": {
                "kind": [
                    {"value": kind, "count": 1}
                    for kind in ("comment", "event", "post", "section", "topic")
                ],
                "year": [{"value": str(today.year), "count": 1}],
                "host": [],
                "tag": [{"value": "packaging", "count": 1}],
            },
            "suggestion": None,
        }

    def test_an_unknown_value_leaves_nothing(self, client, indexed_site):
        for query in ("kind=zebra", "year=1887", "host=nobody", "tag=none", "kind=%00x"):
            assert answer(client, f"?q=boxes&{query}")["total"] == 0, query

    def test_words_are_completed_for_both_doors(self, client, site):
        said = answer(client, "?q=boxe", "/search/suggestions")
        assert said == {"suggestions": [{"words": "boxes", "url": "/search/?q=boxes"}]}
        page = html.fromstring(client.get("/search/suggestions/?q=boxe").content)
        (link,) = page.cssselect("main .words a")
        assert (link.text, link.get("href")) == ("boxes", "/search/?q=boxes")
        assert page.cssselect("form.search")[0].get("action") == "/search/"
        # What no chat has is offered by the site's box alone.
        assert answer(client, "?q=tap", "/search/suggestions")["suggestions"]
        assert not answer(client, "?q=tap", "/chats/suggestions")["suggestions"]
        form = page_of(client).cssselect("form.search")[0]
        assert form.get("data-suggestions") == "/search/suggestions.json"


@pytest.mark.parametrize("engine", ["table", "index"])
def test_no_query_however_odd_breaks_it_or_takes_long(client, site, engine):
    if engine == "index":
        following.rebuild()
    client.get("/search/?q=boxes")
    numbers = ["page=0", "page=-1", "page=x", f"page={10**30}", f"year={'9' * 20}", "kind=%00"]
    for query in [*ODD_QUERIES, *(f"boxes&{number}" for number in numbers)]:
        for door in (
            "/search/",
            "/search.json",
            "/search/suggestions.json",
            "/search/suggestions/",
        ):
            address = f"{door}?q={query}"
            assert takes_less(1, lambda address=address: client.get(address)), address
            assert client.get(address).status_code == 200, address
        page = page_of(client, f"?q={query}")
        assert not page.cssselect("script:not([src]), img, b, [onerror]"), query
        etree.fromstring(client.get(f"/search/feed.xml?q={query}").content)


def test_searches_are_counted_once_through_either_door(client, site, noted):
    for address in (
        "/search/?q=boxes",
        "/search/?q=zebra&tag=packaging",
        "/search.json?q=boxes",
        "/chats/?q=boxes",
        "/search/?q=boxes&page=2",
        "/search/",
        "/search/?tag=packaging",
        "/search/?q=%21",
        "/search/suggestions.json?q=boxes",
        "/search/suggestions/?q=boxes",
    ):
        client.get(address)
    client.head("/search/?q=boxes")
    # Of one page only: its second is its first.
    assert noted == [("boxes", True), ("zebra", False), *[("boxes", True)] * 3]


def test_only_reading_is_allowed(client, home):
    for address in ("/search/", "/search.json", "/search/suggestions.json", "/search/feed.xml"):
        assert client.post(address).status_code == 405
        assert client.head(address).status_code == 200


class TestSavingASearch:
    def test_it_is_followed_as_it_was_asked(self, client, site):
        page = page_of(client, "?q=boxes&tag=packaging&year=2024&kind=post")
        what = searches.what_of("boxes", {"tag": "packaging"})
        (field,) = page.cssselect(".by-mail [type=hidden]")
        assert (field.get("name"), field.get("value")) == ("what", f"search:{what}")
        assert not page_of(client, "?tag=packaging").cssselect(".by-mail")

    def test_it_is_read_at_the_search_of_the_site(self, client, site):
        what = searches.what_of("boxes", {"tag": "packaging"})
        (followed,) = searches.named([what]).values()
        assert len(hits(html.fromstring(client.get(followed.href).content))) == 3
        feed = etree.fromstring(client.get(followed.feed).content)
        titles = [title.text for title in feed.iterfind("{*}entry/{*}title")]
        assert titles == ["Choose among boxes", "Boxes that hold", "Boxes we like"]

    def test_its_feed_asks_no_more_for_more_and_keeps_its_ids(self, client, archive):
        def ids() -> list[str]:
            feed = etree.fromstring(client.get("/search/feed.xml?q=boxes").content)
            return [one.text for one in feed.iterfind("{*}entry/{*}id")]

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                ids()
            return len(captured)

        make_chat("2024-01-03", [make_topic("Boxes", 1, key="boxes1111111")])
        post = make_post("Boxes", "2024-01-02")
        assert ids() == [
            "tag:testserver,2026:topic-boxes1111111",
            f"tag:testserver,2026:post-{post.pk}",
        ]
        few = queries()
        for day in range(1, 13):
            make_chat(f"2024-02-{day:02}", [make_topic("Boxes", 1)], hosts=["Jo"])
            make_post("Boxes", f"2024-03-{day:02}")
        assert queries() <= few
        assert len(ids()) == 26

    def test_a_slip_is_nothing_to_follow(self, client, site):
        following.rebuild()
        feed = etree.fromstring(client.get("/search/feed.xml?q=boxxes").content)
        assert not list(feed.iterfind("{*}entry"))


def test_no_more_queries_for_ten_times_as_much(client, archive):
    def fill(numbers: range) -> None:
        for n in numbers:
            tags = [f"tag {n}", "packaging"]
            make_chat(f"2024-03-{n:02}", [make_topic("Boxes", n, tags)], hosts=[f"Host {n}"])
            post = make_post(f"Boxes {n}", tags=tags, authors=[f"Writer {n}"])
            make_comment(post, "Boxes!", "Jo")
            make_event(f"Boxes on day {n}", tags=tags)
            make_guide(f"Boxes by {n}", tags=tags)
        sweep()

    def queries() -> list[int]:
        counted = []
        for query in ("", "?q=boxes", "?q=boxes&kind=post&tag=packaging", "?q=zebra"):
            client.get(f"/search/{query}")
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/search/{query}")
            counted.append(len(captured))
        return counted

    fill(range(1, 3))
    few = queries()
    fill(range(3, 21))
    assert all(many <= one for many, one in zip(queries(), few, strict=True))
    assert max(few) <= 45
