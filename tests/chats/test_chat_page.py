import datetime

import time_machine
from lxml import html

from chats.states import Outcome
from tests.factories.chats import make_chat, make_topic

YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"


def chat_page(client, chat):
    response = client.get(chat.url)
    assert response.status_code == 200
    return html.fromstring(response.content)


def test_topics_stand_in_order_of_time_with_the_untimed_last(client, archive):
    topics = [make_topic("Later", 900), make_topic("Whenever"), make_topic("First", 20)]
    page = chat_page(client, make_chat(topics=topics))
    assert [
        title.text_content() for title in page.cssselect(".topics .stamped > span:last-child")
    ] == [
        "First",
        "Later",
        "Whenever",
    ]


def test_a_stamp_leads_into_the_recording(client, archive):
    page = chat_page(client, make_chat(topics=[make_topic("Maps", 688)], recording_url=YOUTUBE))
    assert page.cssselect(".topics a.stamped")[0].get("href") == f"{YOUTUBE}&t=688s"


def test_each_topic_offers_the_address_that_lasts(client, archive):
    chat = make_chat(topics=[make_topic("Maps", 688), make_topic("Whenever")])
    page = chat_page(client, chat)
    links = [link.get("href") for link in page.cssselect(".topics a.permalink")]
    assert links == [f"/topics/{topic.key}/" for topic in chat.ordered_topics]
    assert page.cssselect(".topics a.permalink")[0].text_content() == "#Link to: Maps"


def test_where_no_link_leads_into_the_recording_the_page_says_how(client, archive):
    chat = make_chat(
        topics=[make_topic("Maps", 688)],
        recording_url="https://zoom.us/rec/share/x",
        recording_passcode="k1&<",
    )
    page = chat_page(client, chat)
    key = chat.topics.get().key
    assert page.cssselect(".topics a.stamped")[0].get("href") == f"{chat.url}#topic-{key}"
    assert "go to the time" in page.text_content()
    assert "k1&<" in page.text_content()


def test_an_expired_link_is_not_offered(client, archive):
    chat = make_chat(
        recording_url="https://zoom.us/rec/share/x",
        recording_expires_on=datetime.date(2024, 6, 1),
    )
    with time_machine.travel("2024-06-01 12:00 +0000"):
        assert "https://zoom.us/rec/share/x" in client.get(chat.url).content.decode()
    with time_machine.travel("2024-06-03 12:00 +0000"):
        text = client.get(chat.url).content.decode()
    assert "https://zoom.us/rec/share/x" not in text
    assert "until June 1, 2024" in text


def test_a_superseded_topic_names_the_newer_one(client, archive):
    newer = make_chat("2024-03-06", topics=[make_topic("Now it takes four days", 30)])
    topic = newer.topics.get()
    older = make_chat("2022-03-09", topics=[make_topic("Six days", 9, superseded_by=topic.key)])
    page = chat_page(client, older)
    link = page.cssselect(f'a[href="/chats/2024-03-06/#topic-{topic.key}"]')
    assert "Now it takes four days" in link[0].text_content()
    newer.unpublish()
    assert "Now it takes four days" not in chat_page(client, older).text_content()


def test_an_answer_checked_long_ago_says_so(client, archive):
    checked = datetime.date(2022, 1, 5)
    chat = make_chat(topics=[make_topic("Fees?", answer="None.", answer_checked_on=checked)])
    with time_machine.travel("2024-01-04 12:00 +0000"):
        assert "more than two years" not in chat_page(client, chat).text_content()
    with time_machine.travel("2024-01-06 12:00 +0000"):
        assert "more than two years" in chat_page(client, chat).text_content()


def test_titles_are_text_and_nothing_else(client, archive):
    title = '</script><script>alert(1)</script> "a" & <b>b</b>'
    page = chat_page(client, make_chat(topics=[make_topic(title)], note="<b>x</b>", title="<i>"))
    assert page.cssselect(".topics .stamped > span:last-child")[0].text_content() == title
    assert not page.cssselect("main b, main i, main script")


def test_lost_and_cancelled_say_why(client, archive):
    lost = make_chat(outcome=Outcome.LOST, outcome_reason="power cut", topics=[make_topic("Bins")])
    page = chat_page(client, lost)
    assert "Recording lost" in page.text_content()
    assert "power cut" in page.text_content()
    assert "Bins" in page.text_content()


def test_the_sitemap_names_the_chat(client, archive):
    make_chat()
    assert b"/chats/2024-03-06/</loc>" in client.get("/sitemap.xml").content


def test_small_talk_folds_away(client, archive):
    topics = [make_topic("Icebreaker: tea or coffee?", 5), make_topic("Packing maps", 60)]
    page = chat_page(client, make_chat(topics=topics))
    folded = page.cssselect("details .topics .stamped > span:last-child")
    assert [title.text_content() for title in folded] == ["Icebreaker: tea or coffee?"]
