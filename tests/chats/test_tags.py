import datetime

import pytest
import time_machine
from django.utils import timezone
from lxml import html
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from chats.models import ChatPage
from tests.factories.chats import make_chat, make_topic


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
    assert "Discussed once" in page.text_content()
    assert [span.text for span in page.cssselect("a.stamped > span:last-child")] == ["Boxes"]
    assert [item.text_content().split() for item in index.cssselect("main li")] == [
        ["packaging", "1", "topic"]
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


def test_many_topics_are_paged_and_a_topic_gone_since_is_left_out(client, archive, monkeypatch):
    monkeypatch.setattr("chats.views.TOPICS_PER_PAGE", 2)
    make_chat(topics=[make_topic(f"Box {n}", n, tags=["packaging"]) for n in range(1, 4)])
    page = html.fromstring(client.get("/tags/packaging/?page=2").content)
    assert [text.split()[-1] for text in page.xpath("//a[@class='stamped']/span/text()")] == ["3"]
    ChatPage.objects.get().topics.get(title="Box 3").delete()
    page = html.fromstring(client.get("/tags/packaging/?page=2").content)
    assert not page.cssselect("a.stamped")


def test_the_index_counts_topics(client, archive):
    assert b"No tag yet" in client.get("/tags/").content
    make_chat(
        topics=[make_topic("Boxes", tags=["packaging"]), make_topic("Bags", tags=["packaging"])]
    )
    page = html.fromstring(client.get("/tags/").content)
    entry = page.cssselect("main li")[0]
    assert entry.text_content().split() == ["packaging", "2", "topics"]
