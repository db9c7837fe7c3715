"""A month of the calendar."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.events.reading import show, text_of, twice
from tests.factories.events import make_event, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def days(tree) -> dict[str, list[str]]:
    """Return what stands on each day that has events."""
    told = {}
    for cell in tree.cssselect("td.day"):
        date = cell.cssselect(".day-date")[0].get("datetime")
        if items := cell.cssselect("li"):
            told[date] = [text_of(item) for item in items]
    return told


def ways(tree) -> dict[str, str]:
    links = tree.cssselect(".month-ways a")
    return {text_of(link).strip("←→ "): link.get("href") for link in links}


def test_a_month_is_a_table_of_its_days(client):
    make_event("Chat", "2058-02-13")
    tree = show(client, "/events/2058/2/")
    (table,) = tree.cssselect("table")
    assert text_of(table.cssselect("caption")[0]) == "Events in February 2058"
    heads = table.cssselect("thead th[scope=col] abbr")
    assert [head.get("title") for head in heads][:2] == ["Sunday", "Monday"]
    dates = [time.get("datetime") for time in table.cssselect(".day-date")]
    assert (len(dates), dates[0], dates[-1]) == (28, "2058-02-01", "2058-02-28")
    assert {len(row.cssselect("td")) for row in table.cssselect("tbody tr")} == {7}
    # February 1, 2058 is a Friday.
    assert table.cssselect("tbody tr:first-child td")[5].cssselect(".day-date")
    assert days(tree) == {"2058-02-13": ["2 p.m. Chat"]}
    assert not twice(tree)


def test_the_week_begins_as_the_language_has_it(client):
    with translation.override("de"):
        heads = show(client, "/events/2058/2/").cssselect("thead abbr")
        first_row = show(client, "/events/2058/2/").cssselect("tbody tr:first-child td")
    assert heads[0].get("title") == "Montag"
    assert first_row[4].cssselect(".day-date")


def test_an_event_of_several_days_stands_on_each_of_them(client):
    make_event("Meeting", "2058-03-30", end_date=datetime.date(2058, 4, 2), end_time="12:00")
    assert days(show(client, "/events/2058/3/")) == {
        "2058-03-30": ["2 p.m. Meeting"],
        "2058-03-31": ["all day Meeting"],
    }
    assert days(show(client, "/events/2058/4/")) == {
        "2058-04-01": ["all day Meeting"],
        "2058-04-02": ["until noon Meeting"],
    }


def test_days_are_those_of_the_sites_time_zone(client):
    make_event("Late", "2058-01-31", "21:30", "22:30", time_zone="America/Los_Angeles")
    make_event("To midnight", "2058-01-30", "22:00", "00:00", end_date=datetime.date(2058, 1, 31))
    assert days(show(client, "/events/2058/2/")) == {"2058-02-01": ["12:30 a.m. Late"]}
    tree = show(client, "/events/2058/1/")
    assert days(tree) == {"2058-01-30": ["10 p.m. To midnight"]}
    assert "clocks in America/New York" in text_of(tree)


def test_a_month_in_which_clocks_change_has_all_its_events(client):
    make_event("First", "2058-03-01", "00:00", "00:30")
    make_event("Last", "2058-03-31", "23:00", "23:59")
    make_event("Before", "2058-02-28", "23:00", "23:59")
    make_event("After", "2058-04-01", "00:00", "00:30")
    told = days(show(client, "/events/2058/3/"))
    assert told == {"2058-03-01": ["midnight First"], "2058-03-31": ["11 p.m. Last"]}


def test_a_cancelled_or_full_event_is_marked_by_word_and_icon(client):
    make_event("Snow", "2058-01-09", is_cancelled=True)
    register_one(make_event("Full", "2058-01-10", seats=1))
    tree = show(client, "/events/2058/1/")
    assert days(tree) == {
        "2058-01-09": ["2 p.m. Snow Cancelled"],
        "2058-01-10": ["2 p.m. Full Waiting list"],
    }
    assert len(tree.cssselect("td .state svg")) == 2


def test_what_is_hidden_or_a_draft_is_on_no_day(client):
    make_event("Draft", "2058-01-09", live=False)
    assert not days(show(client, "/events/2058/1/"))


def test_a_month_leads_to_those_beside_it_and_to_today(client):
    with time_machine.travel("2058-02-14 12:00 +0000"):
        make_event("Chat", "2057-12-05", kind="Training")
        tree = show(client, "/events/2057/12/")
        assert ways(tree) == {
            "November 2057": "/events/2057/11/",
            "Today": "/events/2058/2/#today",
            "January 2058": "/events/2058/1/",
        }
        narrowed = show(client, "/events/2057/12/?kind=training")
        assert ways(narrowed)["January 2058"] == "/events/2058/1/?kind=training"
        today = show(client, "/events/2058/2/").cssselect("#today [aria-current=date]")
        assert [time.get("datetime") for time in today] == ["2058-02-14"]
        assert not tree.cssselect("#today, td [aria-current]")


def test_filters_narrow_a_month(client):
    make_event("A", "2058-01-09", kind="Training")
    make_event("B", "2058-01-09", kind="Meeting")
    tree = show(client, "/events/2058/1/?kind=training")
    assert days(tree) == {"2058-01-09": ["2 p.m. A"]}
    assert tree.cssselect(".chips a")[0].get("href") == "/events/2058/1/"


def test_a_month_without_events_says_so(client):
    tree = show(client, "/events/2058/1/")
    assert "No event in January 2058." in text_of(tree)
    assert tree.cssselect('meta[name=robots][content="noindex"]')


@pytest.mark.parametrize("address", ["1970/1", "2100/12"])
def test_the_first_and_the_last_month_lead_no_further(client, address):
    tree = show(client, f"/events/{address}/")
    assert len(ways(tree)) == 2


@pytest.mark.parametrize(
    "address", ["1969/12", "2101/1", "2058/0", "2058/13", "0/1", "99999/1", "2058", "2058/x"]
)
def test_what_is_no_month_is_missing(client, address):
    assert client.get(f"/events/{address}/").status_code == 404


def test_queries_do_not_grow_with_events(client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            show(client, "/events/2058/1/")
        return len(caught)

    make_event("First", "2058-01-01", hosts=["A"], tags=["x"], kind="K", seats=1)
    queries()
    few = queries()
    for n in range(2, 12):
        make_event(f"E{n}", f"2058-01-{n:02}", hosts=[f"A{n}"], tags=[f"x{n}"], kind=f"K{n}")
    assert queries() == few
