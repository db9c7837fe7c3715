"""What the archive answers to words: hits, a correction, or what else to try."""

import datetime

import pytest
import time_machine
from django.utils import translation
from lxml import html
from wagtail.models import PageViewRestriction

from chats.models import ChatArchivePage, ChatPage
from chats.states import Outcome
from people.models import Person
from search import asked, following
from tests.clock import takes_less
from tests.factories.chats import make_chat, make_topic

YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"

ODD_QUERIES = [
    "a" * 5000,
    "b+" * 2500,
    "*",
    "re*+??+~",
    "%25_%5C",
    "%22",
    "%22renew",
    "%22+-%22+OR+NOT+AND+%28%28",
    "%00",
    "renew%00als",
    "%E2%80%AErenew",
    "%E2%80%AE%D7%A9%D7%9C%D7%95%D7%9D",
    "%27%3B+DROP+TABLE+search_entry%3B--",
    "<script>alert(1)</script>",
    "%3C%2Fmark%3E%3Cimg+src%3Dx+onerror%3Dalert(1)%3E",
    "%ff%fe",
    "%F0%9F%93%9A",
    "title:renew+kind:person",
]


@pytest.fixture
def chats(archive):
    make_chat(
        "2024-03-06",
        topics=[
            make_topic("Can we renew early?", 688, tags=["due dates"], key="renewearly11"),
            make_topic("Packing maps", 900, tags=["packaging"], answer="Use a tube & <b>tape</b>."),
            make_topic("Icebreaker: your favorite map", 30),
            make_topic("A link for maps", source="text chat"),
        ],
        hosts=["Mara Lindqvist"],
        teams=["Delivery"],
        title="All about due dates",
        recording_url=YOUTUBE,
    )
    make_chat("2024-02-21", topics=[make_topic("Courier bins and maps", 60)], hosts=["Theo Abara"])
    make_chat("2023-11-08", outcome=Outcome.LOST, outcome_reason="power cut", note="Ask Theo.")


@pytest.fixture
def indexed(chats):
    following.rebuild()


@pytest.fixture
def noted(monkeypatch):
    calls = []
    monkeypatch.setattr(asked, "note", lambda words, found: calls.append((words, found)))
    return calls


def search_page(client, query):
    response = client.get(f"/chats/{query}")
    assert response.status_code == 200
    return html.fromstring(response.content)


def lines(page, within="main >"):
    return page.cssselect(f"{within} .hits > li")


def titles(page, within="main >"):
    found = lines(page, within)
    return [line.cssselect("a.stamped > span:last-child")[0].text_content() for line in found]


def line_of(page, title):
    return next(line for line, said in zip(lines(page), titles(page), strict=True) if said == title)


def text(element):
    return " ".join(element.text_content().split())


def options(page, name):
    return [option.text for option in page.cssselect(f'select[name="{name}"] option')]


def test_a_hit_is_a_stamp_and_a_title_in_one_link_to_the_moment(client, chats):
    page = search_page(client, "?q=renewing+early")
    (line,) = lines(page)
    (link,) = line.cssselect("a.stamped")
    assert link.get("href") == "/chats/2024-03-06/#topic-renewearly11"
    assert text(link) == "11:28 Can we renew early?"
    assert link.cssselect("time.stamp")[0].get("datetime") == "PT11M28S"
    assert [mark.text for mark in link.cssselect("mark")] == ["renew early"]
    assert not page.cssselect("article.chat")
    assert text(page.cssselect("[role=status]")[0]) == "1 found"


def test_beneath_it_stands_who_said_it_when_and_where_to_hear_it(client, chats):
    (line,) = lines(search_page(client, "?q=renew"))
    meta = text(line.cssselect(".hit-meta")[0])
    assert "March 6, 2024, All about due dates" in meta
    assert "Hosted by Mara Lindqvist, with Delivery" in meta
    listen = line.cssselect(".hit-meta a")[0]
    assert text(listen) == "Listen from 11:28 on YouTube"
    assert listen.get("href") == f"{YOUTUBE}&t=688s"


def test_asides_and_the_text_chat_are_called_so(client, chats):
    page = search_page(client, "?q=map")
    aside, written = (
        line_of(page, "Icebreaker: your favorite map"),
        line_of(page, "A link for maps"),
    )
    assert "Icebreaker" in text(aside.cssselect(".hit-meta")[0])
    assert "From the text chat" in text(written.cssselect(".hit-meta")[0])
    assert not written.cssselect(".hit-meta a")
    assert not written.cssselect(".stamp")


def test_the_answer_is_shown_escaped_with_the_words_marked(client, chats):
    response = client.get("/chats/?q=tubes")
    assert b"Use a <mark>tube</mark> &amp; &lt;b&gt;tape&lt;/b&gt;." in response.content


@time_machine.travel("2024-04-10 12:00 +0000")
def test_an_answer_tells_its_age_and_what_replaced_it(client, archive):
    newer = make_topic("Renewals, asked again", 30, key="newer2topic")
    make_chat("2024-03-20", topics=[newer])
    make_chat(
        "2021-03-03",
        topics=[
            make_topic(
                "Renewing by mail",
                75,
                answer="Write to the lender.",
                answer_checked_on=datetime.date(2021, 4, 1),
                superseded_by="newer2topic",
            )
        ],
    )
    line = line_of(search_page(client, "?q=renew"), "Renewing by mail")
    assert "Checked on April 1, 2021, more than two years ago" in text(line)
    successor = line.cssselect('a[href="/chats/2024-03-20/#topic-newer2topic"]')
    assert [text(link) for link in successor] == ["Renewals, asked again"]


def test_a_chat_has_the_stamp_of_its_date_and_a_person_a_word(client, chats):
    Person.objects.filter(name="Mara Lindqvist").update(role="Borrowing desk")
    page = search_page(client, "?q=mara")
    person = line_of(page, "Mara Lindqvist")
    assert person.cssselect("a.stamped")[0].get("href") == "/people/mara-lindqvist/"
    assert text(person.cssselect(".hit-meta span")[0]) == "Person"
    chat = line_of(page, "All about due dates")
    assert chat.cssselect("a.stamped")[0].get("href") == "/chats/2024-03-06/"
    assert chat.cssselect("time.stamp-date")[0].get("datetime") == "2024-03-06"


def test_a_title_that_is_the_date_does_not_say_it_beside_its_stamp(client, chats):
    page = search_page(client, "?q=theo&state=lost")
    assert titles(page) == ["Community chat"]
    page = search_page(client, "?q=november&state=lost")
    assert titles(page) == ["Community chat, November 8, 2023"]


def test_what_stands_beside_title_and_text_is_shown_marked(client, chats):
    (line,) = lines(search_page(client, "?q=packaging"))
    (found_by,) = [p for p in line.cssselect("p.meta") if p.cssselect("mark")]
    assert text(found_by) == "Found by: packaging"
    assert found_by.cssselect("mark")[0].text == "packaging"
    assert not line.cssselect("a.stamped mark, .answer mark")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=RENEWING", {"Can we renew early?"}),
        ("?q=tube", {"Packing maps"}),
        ('?q="packing+maps"', {"Packing maps"}),
        ("?q=maps+-packing&year=2024&tag=packaging", set()),
        ("?q=renew+bins", set()),
        ("?q=maps&host=theo-abara", {"Courier bins and maps"}),
        ("?q=maps&tag=packaging", {"Packing maps"}),
        ("?q=theo&state=lost", {"Community chat"}),
        ("?q=theo&state=complete", {"Courier bins and maps", "Community chat"}),
        ("?q=theo&year=2023", {"Community chat"}),
        (
            "?q=maps&year=2024&host=mara-lindqvist&tag=packaging&state=complete",
            {"Packing maps"},
        ),
    ],
)
@pytest.mark.parametrize("engine", ["table", "index"])
def test_words_and_filters_combine(client, chats, query, found, engine):
    if engine == "index":
        following.rebuild()
    assert set(titles(search_page(client, query))) == found


def test_each_value_says_how_many_hits_it_leaves(client, chats):
    page = search_page(client, "?q=maps")
    assert text(page.cssselect("[role=status]")[0]) == "4 found"
    assert options(page, "year") == ["Any year", "2024 (4)"]
    assert options(page, "host") == ["Any host", "Mara Lindqvist (3)", "Theo Abara (1)"]
    assert options(page, "tag") == ["Any tag", "packaging (1)"]
    page = search_page(client, "?q=maps&host=theo-abara&tag=packaging")
    assert options(page, "host") == ["Any host", "Mara Lindqvist (1)", "Theo Abara (0)"]
    assert options(page, "tag") == ["Any tag", "packaging (0)"]


def test_an_unknown_filter_is_said_and_narrows_nothing(client, chats):
    page = search_page(client, "?q=maps&year=1887")
    assert len(lines(page)) == 4
    assert "1887" in text(page.cssselect(".errors")[0])


def test_filters_in_use_can_be_taken_out_one_by_one(client, chats):
    page = search_page(client, "?q=renew&year=2024&page=1")
    chips = {text(chip): chip.get("href") for chip in page.cssselect(".chip")}
    assert chips == {"Remove Words: renew ×": "?year=2024", "Remove Year: 2024 ×": "?q=renew"}


def test_the_search_keeps_the_filters_and_the_filters_the_search(client, chats):
    page = search_page(client, "?q=renew&year=2024")
    search, filters = page.cssselect("form.search")[0], page.cssselect("form.filters")[0]
    assert {("q", "renew"), ("year", "2024")} <= set(search.form_values())
    assert ("q", "renew") in filters.form_values()


def test_twenty_hits_a_page_and_pages_keep_words_and_filters(client, archive):
    make_chat(topics=[make_topic(f"Renewal {n}", n) for n in range(1, 23)])
    page = search_page(client, "?q=renewal&year=2024")
    assert len(lines(page)) == 20
    assert text(page.cssselect("[role=status]")[0]) == "22 found"
    following_page = page.cssselect('a[rel="next"]')[0].get("href")
    assert {"q=renewal", "year=2024", "page=2"} <= set(following_page.lstrip("?").split("&"))
    second = search_page(client, following_page)
    assert not set(titles(page)) & set(titles(second))
    assert len(lines(search_page(client, "?q=renewal&page=999"))) == 2


def test_a_slip_is_corrected_and_said(client, indexed):
    page = search_page(client, "?q=packng+maps&year=2024")
    told = page.cssselect("[role=status]")[0]
    assert "Nothing has “packng maps”. These are for “packing maps”." in text(told)
    assert "1 found" in text(told)
    (link,) = told.cssselect("a")
    assert text(link) == "Did you mean packing maps?"
    assert link.get("href") == "?q=packing+maps&year=2024"
    assert titles(page) == ["Packing maps"]
    assert page.cssselect("input[type=search]")[0].get("value") == "packng maps"


def test_no_hits_say_what_was_tried_and_each_filter_can_be_taken_out(client, chats):
    page = search_page(client, "?q=zeppelin&year=2024&host=mara-lindqvist")
    assert "Nothing found for “zeppelin”" in text(page.cssselect("[role=status]")[0])
    chips = {text(chip): chip.get("href") for chip in page.cssselect(".no-hits .chip")}
    assert chips == {
        "Remove Year: 2024 ×": "?q=zeppelin&host=mara-lindqvist",
        "Remove Host: Mara Lindqvist ×": "?q=zeppelin&year=2024",
    }


def test_no_hits_offer_those_of_all_words_but_one(client, chats):
    page = search_page(client, "?q=packing+zeppelin")
    assert "Without “zeppelin”" in [text(heading) for heading in page.cssselect("h2")]
    assert titles(page, ".no-hits >") == ["Packing maps"]
    assert not titles(page)


def test_no_hits_offer_words_that_begin_alike(client, chats):
    page = search_page(client, "?q=courtesy&year=2024")
    alike = {link.text: link.get("href") for link in page.cssselect(".no-hits .alike a")}
    assert alike == {"courier": "?q=courier&year=2024"}
    (more,) = [a for a in page.cssselect(".no-hits a") if a.text == "Words that begin like this"]
    assert more.get("href") == "/chats/suggestions/?q=cour"
    assert lines(search_page(client, alike["courier"]))


@time_machine.travel("2024-03-10 12:00 +0000")
def test_no_hits_show_the_newest_chats_and_whom_to_ask(client, chats):
    make_chat("2024-03-20", title="The next one", register_url="https://example.org/r")
    page = search_page(client, "?q=zeppelin")
    shown = [time.get("datetime") for time in page.cssselect("article.chat .stamp-date")]
    assert shown == ["2024-03-20", "2024-03-06", "2024-02-21", "2023-11-08"]
    assert page.cssselect('.no-hits a[href="https://example.org/r"]')


def test_without_a_chat_ahead_the_introduction_says_whom_to_ask(client, archive, chats):
    archive.intro = "<p>Every other Wednesday, all may come.</p>"
    archive.save()
    page = search_page(client, "?q=zeppelin")
    assert "Every other Wednesday" in text(page.cssselect(".no-hits")[0])


def test_what_is_not_public_is_not_found(client, chats):
    make_chat("2024-04-03", topics=[make_topic("Maps of the unpublished")], live=False)
    hidden = make_chat("2024-04-17", topics=[make_topic("Maps of the staff", tags=["secret"])])
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    page = search_page(client, "?q=maps")
    assert not {"Maps of the unpublished", "Maps of the staff"} & set(titles(page))
    assert "secret" not in page.text_content()


def test_a_topic_gone_since_it_was_written_down_still_leads_to_its_chat(client, chats):
    ChatPage.objects.get(slug="2024-03-06").topics.get(title="Packing maps").delete()
    line = line_of(search_page(client, "?q=packing"), "Packing maps")
    assert line.cssselect("a.stamped")[0].get("href").startswith("/chats/2024-03-06/#topic-")


def test_hits_are_no_page_for_other_search_engines(client, chats):
    assert search_page(client, "?q=maps").cssselect('meta[name="robots"][content="noindex"]')
    assert not search_page(client, "").cssselect('meta[name="robots"]')


def test_the_title_of_the_page_says_the_words(client, chats):
    title = search_page(client, "?q=maps").cssselect("title")[0].text
    assert title.startswith("“maps” · Community chats")


@pytest.mark.parametrize("engine", ["table", "index"])
def test_no_query_however_odd_breaks_the_page_or_takes_long(client, chats, engine):
    if engine == "index":
        following.rebuild()
    client.get("/chats/?q=renew")
    numbers = ["page=0", "page=-1", "page=x", f"page={10**30}", f"year={'9' * 20}"]
    for query in [*ODD_QUERIES, *(f"maps&{number}" for number in numbers)]:
        address = f"/chats/?q={query}"
        assert takes_less(1, lambda address=address: client.get(address)), query
        response = client.get(address)
        assert response.status_code == 200, query
        page = html.fromstring(response.content)
        assert not page.cssselect("script:not([src]), img, b, [onerror]"), query
        assert len(response.content) < 60_000, query


def test_words_are_counted_once_and_pages_of_them_not(client, chats, noted):
    client.get("/chats/?q=maps")
    client.get("/chats/?q=%20zeppelin%00&year=2024")
    client.get("/chats/?q=maps&page=1")
    assert noted == [("maps", True), ("zeppelin", False), ("maps", True)]


def test_what_is_no_search_is_not_counted(client, archive, noted):
    make_chat(topics=[make_topic(f"Renewal {n}", n) for n in range(1, 23)])
    for query in ("", "?q=", "?q=%21%21", "?year=2024", "?q=renewal&page=2"):
        client.get(f"/chats/{query}")
    client.head("/chats/?q=renewal")
    client.post("/chats/?q=renewal")
    client.get("/chats/suggestions.json?q=rene")
    client.get("/chats/suggestions/?q=rene")
    assert noted == []


def test_only_reading_is_allowed(client, archive):
    for address in ("/chats/", "/chats/search.json", "/chats/suggestions.json"):
        assert client.post(address).status_code == 405
        assert client.head(address).status_code == 200


def test_an_archive_past_its_time_answers_nothing(client, chats):
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    ChatArchivePage.objects.update(expire_at=past)
    for rest in ("", "search.json", "suggestions.json?q=ma", "suggestions/?q=ma"):
        assert client.get(f"/chats/{rest}").status_code == 404
    assert client.get("/chats/2024-03-06/").status_code == 200


def test_found_is_said_in_the_readers_language(client, chats):
    with translation.override("ar"):
        page = search_page(client, "?q=maps")
    assert page.get("dir") == "rtl"
    assert len(lines(page)) == 4
