import datetime

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.models import PageViewRestriction

from chats.models import ChatArchivePage
from chats.states import ChatState, Outcome
from tests.factories.chats import make_chat, make_topic


@pytest.fixture
def chats(archive):
    make_chat(
        "2024-03-06",
        topics=[
            make_topic("Renewing early", 671, tags=["renewals"]),
            make_topic("Packing maps", 900, tags=["packaging"], answer="Use a tube."),
        ],
        hosts=["Mara Lindqvist"],
        title="All about due dates",
    )
    make_chat("2024-02-21", topics=[make_topic("Courier bins")], hosts=["Theo Abara"])
    make_chat("2023-11-08", outcome=Outcome.LOST, outcome_reason="power cut", note="Ask Theo.")
    make_chat("2023-10-25", hosts=["Mara Lindqvist"], topics_promised=True)


def archive_page(client, query=""):
    response = client.get(f"/chats/{query}")
    assert response.status_code == 200
    return html.fromstring(response.content)


def dates(page):
    return [time.get("datetime") for time in page.cssselect("article.chat .stamp-date")]


def options(page, name):
    return [option.text for option in page.cssselect(f'select[name="{name}"] option')]


def test_newest_first_by_year(client, chats):
    page = archive_page(client)
    assert dates(page) == ["2024-03-06", "2024-02-21", "2023-11-08", "2023-10-25"]
    assert [heading.text for heading in page.cssselect("main h2")] == ["2024", "2023"]


def test_the_later_of_a_day_comes_first_and_one_without_a_time_last(client, archive):
    make_chat(title="Morning", start_time=datetime.time(9))
    make_chat(title="Some time")
    make_chat(title="Afternoon", start_time=datetime.time(14))
    headings = archive_page(client).cssselect("article.chat a.stamped")
    assert [heading.text_content().split()[-1] for heading in headings] == [
        "Afternoon",
        "Morning",
        "time",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?year=2023", ["2023-11-08", "2023-10-25"]),
        ("?host=mara-lindqvist", ["2024-03-06", "2023-10-25"]),
        ("?tag=renewals", ["2024-03-06"]),
        ("?state=lost", ["2023-11-08"]),
        ("?state=topics_expected", ["2023-10-25"]),
        ("?host=mara-lindqvist&year=2023&state=topics_expected", ["2023-10-25"]),
        ("?host=mara-lindqvist&year=2023&tag=renewals", []),
        ("?year=2024&host=mara-lindqvist&tag=renewals&state=complete", ["2024-03-06"]),
        ("?q=%21%3F&year=2023", ["2023-11-08", "2023-10-25"]),
    ],
)
def test_filters_combine(client, chats, query, found):
    assert dates(archive_page(client, query)) == found


def test_a_found_chat_shows_the_topics_that_were_asked_for(client, chats):
    page = archive_page(client, "?tag=packaging")
    assert [
        title.text_content() for title in page.cssselect(".topics .stamped > span:last-child")
    ] == ["Packing maps"]
    assert page.cssselect("article.chat details[open]")
    assert "1 more" in page.cssselect("article.chat")[0].text_content()


def test_each_value_says_how_many_chats_it_leaves(client, chats):
    assert options(archive_page(client), "year") == ["Any year", "2024 (2)", "2023 (2)"]
    page = archive_page(client, "?year=2023")
    assert options(page, "year") == ["Any year", "2024 (2)", "2023 (2)"]
    assert options(page, "host") == ["Any host", "Mara Lindqvist (1)"]
    assert options(page, "tag") == ["Any tag"]
    page = archive_page(client, "?host=mara-lindqvist&tag=renewals&state=complete")
    assert options(page, "year") == ["Any year", "2024 (1)"]
    assert options(page, "host") == ["Any host", "Mara Lindqvist (1)"]
    assert options(page, "tag") == ["Any tag", "packaging (1)", "renewals (1)"]


def test_what_is_chosen_stays_offered_even_if_it_leaves_nothing(client, chats):
    page = archive_page(client, "?year=2023&tag=renewals")
    assert options(page, "tag") == ["Any tag", "renewals (0)"]
    assert options(page, "year") == ["Any year", "2024 (1)", "2023 (0)"]
    chosen = page.cssselect('select[name="tag"] option[selected]')
    assert [option.get("value") for option in chosen] == ["renewals"]


def test_answers_are_not_in_every_list(client, chats):
    assert "Use a tube." not in archive_page(client).text_content()


def test_filters_in_use_can_be_taken_out_one_by_one(client, chats):
    page = archive_page(client, "?q=renewing&year=2024&page=1")
    chips = {
        chip.text_content().split("×")[0].strip(): chip.get("href")
        for chip in page.cssselect(".chip")
    }
    assert sorted(chips.values()) == ["?q=renewing", "?year=2024"]
    assert any("Year: 2024" in label for label in chips)


def test_the_search_keeps_the_filters_and_the_filters_the_search(client, chats):
    page = archive_page(client, "?q=renewing&year=2024")
    search, filters = page.cssselect("form.search")[0], page.cssselect("form.filters")[0]
    assert ("year", "2024") in search.form_values()
    assert ("q", "renewing") in filters.form_values()


def test_nothing_found_offers_the_way_back(client, chats):
    page = archive_page(client, "?host=mara-lindqvist&year=2023&tag=renewals")
    empty = page.cssselect(".empty")[0]
    assert "Nothing found" in empty.text_content()
    assert empty.cssselect("a")[0].get("href") == "/chats/"


def test_an_empty_archive_says_what_will_be_here(client, archive):
    page = archive_page(client)
    assert "No chat yet" in page.cssselect(".empty")[0].text_content()
    assert not page.cssselect("form.filters")


@pytest.mark.parametrize(
    "query",
    [
        "?year=abc",
        "?year=99999999999999999999",
        "?host=nobody&tag=none&state=odd",
        "?host=%00&tag=%00&state=%00",
        "?page=0",
        "?page=999",
        "?page=x",
        "?q=%00",
        "?q=%22",
        "?%00=1&year[]=1&year=2023&year=2024",
    ],
)
def test_no_query_however_odd_breaks_the_list(client, chats, query):
    page = archive_page(client, query)
    assert dates(page)
    assert not page.cssselect("script:not([src])")


def test_an_unknown_filter_is_said_and_narrows_nothing(client, chats):
    page = archive_page(client, "?year=1887")
    assert len(dates(page)) == 4
    assert "1887" in page.cssselect(".errors")[0].text_content()


def test_what_is_not_public_is_in_no_list(client, chats):
    make_chat("2024-04-03", live=False)
    hidden = make_chat("2024-04-17", topics=[make_topic("Staff only", tags=["secret"])])
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    page = archive_page(client)
    assert "2024-04-03" not in dates(page)
    assert "2024-04-17" not in dates(page)
    assert "secret" not in page.text_content()
    assert "2024-04-17" not in client.get("/").content.decode()


def test_pages_keep_the_filters(client, archive):
    call_command("generate_load", chats=60)
    page = archive_page(client, "?state=complete")
    assert len(dates(page)) == 20
    following = page.cssselect('a[rel="next"]')[0].get("href")
    assert "state=complete" in following
    assert "page=2" in following
    assert dates(archive_page(client, following))[0] < dates(page)[-1]


def test_every_state_is_offered(client, chats):
    options = archive_page(client).cssselect('select[name="state"] option')
    assert {option.get("value") for option in options} == {"", *ChatState.values}


def test_there_is_one_archive(archive):
    assert not ChatArchivePage.can_create_at(archive.get_parent())


def test_a_card_that_is_kept_is_not_read_again_and_not_taken_for_another(rf, chats, home):
    def served(query=""):
        request = rf.get(f"/chats/{query}", SERVER_NAME="localhost")
        request.content_version = "one"
        with CaptureQueriesContext(connection) as queries:
            response = ChatArchivePage.objects.get().serve(request).render()
        asked = [query["sql"] for query in queries if 'FROM "chats_topic" ' in query["sql"]]
        titles = html.fromstring(response.content).cssselect(".topics .stamped > span:last-child")
        return [title.text_content() for title in titles], asked

    caches["parts"].clear()
    all_topics = ["Renewing early", "Packing maps", "Courier bins"]
    titles, asked = served()
    assert titles == all_topics
    assert asked
    assert served() == (all_topics, [])
    assert served("?tag=packaging")[0] == ["Packing maps"]
    assert served() == (all_topics, [])
