"""The public archive of announcements: by list and month, one by one, and as feeds."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree, html

from tests.factories.updates import make_announcement, make_list, make_subscription
from updates.announcements import ref_of
from updates.models import Announcement, AnnouncementList

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NOW = datetime.datetime(2026, 3, 4, 15, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "<script>alert(1)</script> & “you”"


@pytest.fixture
def north() -> AnnouncementList:
    return make_list("Northern libraries")


def page_of(client, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content.decode())


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def subjects(page: html.HtmlElement) -> list[str]:
    links = page.cssselect("main article h2 a")
    return [words_of(link).partition(" 2026 ")[2] for link in links]


def send_many(number: int, *lists: AnnouncementList, first: datetime.datetime = NOW) -> None:
    made = [
        Announcement(subject=f"Number {n}", body="<p>Said.</p>", sent_at=first - n * DAY)
        for n in range(number)
    ]
    Announcement.objects.bulk_create(made)
    through = Announcement.lists.through
    through.objects.bulk_create(
        through(announcement_id=one.pk, announcementlist_id=each.pk)
        for one in made
        for each in lists
    )


def test_a_list_shows_what_was_sent_newest_first(client, north):
    south = make_list("The south")
    make_announcement([north, south], "Older", sent_at=NOW - DAY)
    make_announcement([north], "Newer", sent_at=NOW)
    make_announcement([south], "Elsewhere", sent_at=NOW)
    make_announcement([north], "A draft")
    make_announcement([north], "To come", send_at=NOW + DAY)
    page = page_of(client, north.get_absolute_url())
    assert subjects(page) == ["Newer", "Older"]
    assert "What is new in the north." in words_of(page)
    assert "Also sent to: The south" in words_of(page)
    (canonical,) = page.cssselect("link[rel=canonical]")
    assert canonical.get("href").endswith("/updates/lists/northern-libraries/")
    assert page.cssselect("link[rel=alternate]")[0].get("href").endswith("/feed.xml")
    (what,) = page.cssselect("main form input[name=what]")
    assert what.get("value") == str(ref_of(north))


def test_one_shows_its_day_lists_and_words(client, north):
    body = '<p>See <a linktype="page" id="99999">this</a> & <b>that</b>.</p>'
    south = make_list("The south", is_open=False)
    one = make_announcement([north, south], HOSTILE, body=body, sent_at=NOW)
    page = page_of(client, one.get_absolute_url())
    (heading,) = page.cssselect("h1")
    assert words_of(heading) == f"4 Mar 2026 {HOSTILE}"
    assert not page.xpath("//script[contains(., 'alert(1)')]")
    assert "See this & that." in words_of(page)
    assert "Sent to Northern libraries, The south" in words_of(page)
    assert [it.get("value") for it in page.cssselect("main form input[type=hidden]")] == [
        str(ref_of(north))
    ]
    (canonical,) = page.cssselect("link[rel=canonical]")
    assert canonical.get("href").endswith(one.get_absolute_url())


def test_drafts_are_read_by_nobody(client, north):
    for fields in ({}, {"send_at": NOW + DAY}, {"send_at": NOW - DAY}):
        one = make_announcement([north], "A draft", **fields)
        assert client.get(one.get_absolute_url()).status_code == 404
    assert client.get("/updates/announcements/none/").status_code == 404
    for address in (north.get_absolute_url(), f"{north.get_absolute_url()}feed.xml"):
        assert "A draft" not in client.get(address).content.decode()
    assert "announcements" not in client.get("/sitemap.xml").content.decode()


def test_months_are_those_of_the_site(client, north):
    late = datetime.datetime(2026, 3, 1, 4, 30, tzinfo=datetime.UTC)
    make_announcement([north], "In February there", sent_at=late)
    make_announcement([north], "In March", sent_at=late + datetime.timedelta(hours=1))
    address = north.get_absolute_url()
    assert subjects(page_of(client, f"{address}2026/2/")) == ["In February there"]
    page = page_of(client, f"{address}2026/3/")
    assert subjects(page) == ["In March"]
    assert words_of(page.cssselect("h1")[0]) == "Northern libraries: March 2026"
    months = page_of(client, address).cssselect("aside li a")
    assert [(words_of(it), it.get("href")) for it in months] == [
        ("March 2026", f"{address}2026/3/"),
        ("February 2026", f"{address}2026/2/"),
    ]
    (canonical,) = page_of(client, f"{address}2026/03/").cssselect("link[rel=canonical]")
    assert canonical.get("href").endswith(f"{address}2026/3/")


@pytest.mark.parametrize("month", ["2026/1", "2026/13", "2026/0", "0/3", "9999/12", "99999/1"])
def test_a_month_with_nothing_is_not_there(client, north, month):
    make_announcement([north], sent_at=NOW)
    assert client.get(f"{north.get_absolute_url()}{month}/").status_code == 404


def test_a_list_nobody_knows_is_not_there(client):
    for address in ("/updates/lists/none/", "/updates/lists/none/feed.xml"):
        assert client.get(address).status_code == 404


def test_a_list_without_announcements_says_what_will_be_there(client, north):
    page = page_of(client, north.get_absolute_url())
    assert "Nothing announced yet" in words_of(page.cssselect(".empty")[0])
    assert not page.cssselect("aside")


def test_nothing_but_reading_is_answered(client, north):
    one = make_announcement([north], sent_at=NOW)
    for address in (north.get_absolute_url(), one.get_absolute_url()):
        assert client.post(address).status_code == 405


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_a_thousand_are_shown_in_as_many_queries_as_two(client, north):
    south, address = make_list("The south"), north.get_absolute_url()
    send_many(2, north, south)
    addresses = (address, f"{address}feed.xml", f"{address}2026/3/", "/sitemap.xml")
    for each in addresses:
        client.get(each)
    few = [queries_of(client, each) for each in addresses]
    send_many(998, north, south)
    assert [queries_of(client, each) for each in addresses] == few
    page = page_of(client, address)
    assert len(subjects(page)) == 20
    assert page.cssselect("nav.pages a[rel=next]")
    second = page_of(client, f"{address}?page=2")
    (canonical,) = second.cssselect("link[rel=canonical]")
    assert canonical.get("href").endswith("?page=2")


def test_the_feed_has_whole_texts_and_is_told_when_it_is_unchanged(client, north):
    address = f"{north.get_absolute_url()}feed.xml"
    body = '<p>See <a href="/chats/">chats</a>.\x0b</p>'
    make_announcement([north], HOSTILE, body=body, sent_at=NOW)
    answer = client.get(address)
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == HOSTILE
    content = html.fromstring(entry.findtext("a:content", namespaces=ATOM))
    assert content.cssselect("a")[0].get("href").startswith("http")
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    make_announcement([north], sent_at=NOW + DAY)
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_an_empty_feed_stays_the_same(client, north):
    address = f"{north.get_absolute_url()}feed.xml"
    with time_machine.travel(NOW, tick=False) as clock:
        tag = client.get(address)["ETag"]
        clock.shift(DAY)
        assert client.get(address)["ETag"] == tag


def test_the_sitemap_names_what_was_sent(client, north):
    one = make_announcement([north], sent_at=NOW)
    tree = etree.fromstring(client.get("/sitemap.xml").content)
    places = [it.text for it in tree.iter("{*}loc")]
    assert [it for it in places if it.endswith(one.get_absolute_url())]
    assert len(places) > 1


def test_a_list_that_is_closed_keeps_its_archive_and_offers_no_mail(client):
    closed = make_list("Closed", is_open=False)
    make_announcement([closed], sent_at=NOW)
    make_subscription("a@example.org", ref_of(closed))
    page = page_of(client, closed.get_absolute_url())
    assert subjects(page)
    assert not page.cssselect("main form")
