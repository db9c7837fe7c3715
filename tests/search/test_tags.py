"""Pages of tags: all that bears one, of whatever kind, and all tags."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from chats.models import ChatPage
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.events import make_event
from tests.factories.guides import make_guide


def test_a_tag_page_lists_every_second_newest_first(client, archive):
    make_chat("2024-02-21", topics=[make_topic("Packing maps", 61, tags=["packaging"])])
    newer = make_chat(
        "2024-03-06",
        topics=[
            make_topic("Padded bags", 700, tags=["Packaging"]),
            make_topic("Boxes", 200, tags=["packaging"]),
            make_topic("Renewing early", 900, tags=["renewals"]),
        ],
    )
    page = html.fromstring(client.get("/tags/packaging/").content)
    lines = page.cssselect(".line a.stamped")
    assert [line.cssselect(".stamp")[0].text_content().strip() for line in lines] == [
        "3:20",
        "11:40",
        "1:01",
    ]
    first = newer.topics.get(title="Boxes")
    assert lines[0].get("href") == f"/chats/2024-03-06/#topic-{first.key}"
    assert "Renewing early" not in page.text_content()


def test_topics_without_a_time_come_after_those_with_one(client, archive):
    make_chat(
        topics=[
            make_topic("Whenever", tags=["packaging"]),
            make_topic("Boxes", 200, tags=["packaging"]),
        ]
    )
    page = html.fromstring(client.get("/tags/packaging/").content)
    titles = [line.cssselect("span:last-child")[0].text for line in page.cssselect("a.stamped")]
    assert titles == ["Boxes", "Whenever"]


@pytest.mark.parametrize("name", ["χάρτες", "配送", "maps & atlases", "C++"])
def test_a_tag_in_any_script_has_a_page(client, archive, name):
    chat = make_chat(topics=[make_topic("Boxes", tags=[name])])
    for address in (chat.url, "/tags/"):
        page = html.fromstring(client.get(address).content)
        link = next(a.get("href") for a in page.cssselect("main + * a, main a") if a.text == name)
        response = client.get(link)
        assert response.status_code == 200
        assert "Boxes" in response.content.decode()


def test_a_tag_nothing_public_carries_is_no_page(client, archive):
    make_chat(topics=[make_topic("Not yet said", tags=["secret"])], live=False)
    assert client.get("/tags/secret/").status_code == 404
    assert client.get("/tags/nonsense/").status_code == 404
    Tag.objects.create(name="Never used", slug="never")
    assert client.get("/tags/never/").status_code == 404


def test_what_stops_being_public_leaves_both_pages(client, archive):
    make_chat("2024-02-21", topics=[make_topic("Boxes", tags=["packaging"])])
    private = make_chat("2024-03-06", topics=[make_topic("For staff", tags=["packaging", "keys"])])
    past = make_chat("2024-03-20", topics=[make_topic("Long past", tags=["packaging", "old"])])
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    # As time goes by: nothing is saved when a page's hour comes.
    past.expire_at = timezone.now() + datetime.timedelta(hours=1)
    past.save_revision().publish()
    assert "Long past" in client.get("/tags/packaging/").content.decode()
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        page = html.fromstring(client.get("/tags/packaging/").content)
        index = html.fromstring(client.get("/tags/").content)
        assert client.get("/tags/old/").status_code == 404
    assert client.get("/tags/keys/").status_code == 404
    assert "1 place" in page.text_content()
    assert [span.text for span in page.cssselect("a.stamped > span:last-child")] == ["Boxes"]
    assert [item.text_content().split() for item in index.cssselect("main li")] == [
        ["packaging", "1", "time"]
    ]


def test_answers_tell_when_they_were_checked_and_what_replaced_them(client, archive):
    make_chat("2024-03-20", topics=[make_topic("Asked again", 30, key="newer2topic")])
    make_chat(
        "2021-03-03",
        topics=[
            make_topic(
                "Padded bags",
                answer="Ask the van.",
                answer_checked_on=datetime.date(2021, 4, 1),
                superseded_by="newer2topic",
                tags=["packaging"],
            )
        ],
    )
    page = html.fromstring(client.get("/tags/packaging/").content)
    line = " ".join(page.cssselect(".line")[0].text_content().split())
    assert "Ask the van. Checked on April 1, 2021, more than two years ago" in line
    assert page.cssselect('.line a[href="/chats/2024-03-20/#topic-newer2topic"]')


def test_much_is_paged_and_a_topic_gone_since_still_leads_to_its_chat(client, archive, monkeypatch):
    monkeypatch.setattr("search.tags.ON_A_PAGE", 2)
    make_chat(topics=[make_topic(f"Box {n}", n, tags=["packaging"]) for n in range(1, 4)])
    page = html.fromstring(client.get("/tags/packaging/?page=2").content)
    assert [text.split()[-1] for text in page.xpath("//a[@class='stamped']/span/text()")] == ["3"]
    ChatPage.objects.get().topics.get(title="Box 3").delete()
    page = html.fromstring(client.get("/tags/packaging/?page=2").content)
    assert page.cssselect("a.stamped")[0].get("href").startswith("/chats/2024-03-06/#topic-")


def test_the_index_counts_what_bears_each(client, archive):
    assert b"No tag yet" in client.get("/tags/").content
    make_chat(
        topics=[make_topic("Boxes", tags=["packaging"]), make_topic("Bags", tags=["packaging"])]
    )
    page = html.fromstring(client.get("/tags/").content)
    entry = page.cssselect("main li")[0]
    assert entry.text_content().split() == ["packaging", "2", "times"]


@pytest.fixture
def of_all_kinds(archive):
    """Something of each kind that can bear a tag, and parts that say it too."""
    make_chat("2024-03-06", [make_topic("Boxes", 200, tags=["packaging"])])
    make_post("Labels that stick", "2024-05-01", tags=["packaging"])
    make_event("Packing clinic", "2024-04-02", tags=["packaging"])
    sections = [("Choose a box", [("text", "<p>The smallest.</p>")])]
    make_guide("Pack a loan", sections, tags=["packaging"])


def kinds_of(page) -> dict[str, str]:
    """Return how many there are of each kind, as its link says."""
    links = page.cssselect(".kinds a")
    return dict(" ".join(link.text_content().split()).rsplit(" ", 1) for link in links)


def told(page) -> list[str]:
    return [link.cssselect("span:last-child")[0].text for link in page.cssselect(".hit a.stamped")]


def test_all_kinds_stand_on_it_and_parts_of_them_do_not(client, of_all_kinds):
    page = html.fromstring(client.get("/tags/packaging/").content)
    # The guide is of today; its section is no thing of its own.
    assert told(page) == ["Pack a loan", "Labels that stick", "Packing clinic", "Boxes"]
    assert kinds_of(page) == {"All": "4", "Guides": "1", "Posts": "1", "Topics": "1", "Events": "1"}
    kinds = [hit.cssselect(".hit-meta span")[0].text for hit in page.cssselect(".hit")]
    assert kinds == ["Guide", "Post", "Event", "Question"]


def test_one_kind_of_them_can_be_chosen(client, of_all_kinds):
    page = html.fromstring(client.get("/tags/packaging/?kind=post").content)
    assert told(page) == ["Labels that stick"]
    (current,) = page.cssselect(".kinds [aria-current]")
    assert current.text.strip() == "Posts"
    assert page.cssselect(".kinds a")[0].get("href") == "/tags/packaging/"
    unknown = html.fromstring(client.get("/tags/packaging/?kind=<b>zebra").content)
    assert len(told(unknown)) == 4
    assert "Nothing of the kind “<b>zebra”" in unknown.cssselect(".notice")[0].text_content()
    assert unknown.cssselect(".kinds [aria-current]")[0].text.strip() == "All"


@pytest.mark.parametrize("query", ["kind=%00", "kind=" + "x" * 5000, "page=0", f"page={10**30}"])
def test_no_query_however_odd_breaks_it(client, of_all_kinds, query):
    assert client.get(f"/tags/packaging/?{query}").status_code == 200


def test_what_is_of_one_kind_alone_has_no_kinds_to_choose_from(client, archive):
    make_post("Labels", tags=["packaging"])
    page = html.fromstring(client.get("/tags/packaging/").content)
    assert told(page) == ["Labels"]
    assert not page.cssselect(".kinds")


def test_what_bears_it_can_be_followed_kind_by_kind(client, of_all_kinds):
    tag = Tag.objects.get(slug="packaging")
    page = html.fromstring(client.get("/tags/packaging/").content)
    offered = {field.get("value") for field in page.cssselect(".by-mail [type=hidden]")}
    assert {f"posts-tag:{tag.pk}", f"recordings-tag:{tag.pk}"} <= offered


def test_more_of_it_asks_the_database_no_more(client, archive):
    def fill(numbers):
        for n in numbers:
            make_post(f"Label {n}", tags=["packaging"])
            make_event(f"Clinic {n}", tags=["packaging"])
            make_chat(f"2024-03-{n:02}", [make_topic("Boxes", n, tags=["packaging"])], hosts=["Jo"])

    def asked() -> int:
        client.get("/tags/packaging/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/tags/packaging/")
        return len(queries)

    fill(range(1, 3))
    few = asked()
    fill(range(3, 13))
    assert asked() <= few
