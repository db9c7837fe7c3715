import pytest
from lxml import html

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


def test_the_index_counts_topics(client, archive):
    assert b"No tag yet" in client.get("/tags/").content
    make_chat(
        topics=[make_topic("Boxes", tags=["packaging"]), make_topic("Bags", tags=["packaging"])]
    )
    page = html.fromstring(client.get("/tags/").content)
    entry = page.cssselect("main li")[0]
    assert entry.text_content().split() == ["packaging", "2", "topics"]
