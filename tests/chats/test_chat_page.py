import datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from lxml import html
from wagtailmedia.models import Media

from chats.captions import Captions
from chats.models import Line
from chats.states import ChatState, Outcome
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = pytest.mark.any_database

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
    assert page.cssselect(".topics a.permalink")[0].text_content().strip() == "Link to: Maps"


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


@pytest.fixture
def make_media(settings, tmp_path):
    """A function that keeps an empty file here."""
    settings.MEDIA_ROOT = tmp_path

    def make(name: str) -> Media:
        media = Media(title=name, type="audio" if name.endswith("wav") else "video", duration=9)
        media.file.save(name, ContentFile(b""))
        return media

    return make


def test_a_linked_video_is_not_asked_for_before_it_is_played(client, archive):
    chat = make_chat(recording_url="https://vimeo.com/12345/0a1b2c", topics=[make_topic("A", 5)])
    page = chat_page(client, chat)
    assert not page.cssselect("iframe, video, audio, [src*='vimeo'], link[href*='vimeo']")
    screen = page.cssselect("[data-embed]")[0]
    assert screen.get("data-embed") == "https://player.vimeo.com/video/12345?h=0a1b2c&dnt=1"
    assert "Playing loads the video from Vimeo." in screen.text_content()
    policy = client.get(chat.url)["Content-Security-Policy"].split("; ")
    frames = next(part for part in policy if part.startswith("frame-src"))
    assert frames == "frame-src https://www.youtube-nocookie.com https://player.vimeo.com"


def test_a_file_kept_here_comes_with_captions_and_topics(client, archive, make_media):
    video = make_media("call.mp4")
    chat = make_chat(recording_file=video, recording_url=YOUTUBE, topics=[make_topic("A", 5)])
    assert [track.get("kind") for track in chat_page(client, chat).cssselect("video track")] == [
        "chapters"
    ]
    make_transcript(chat, [(1, "Pat", "Hello.")])
    page = chat_page(client, chat)
    assert page.cssselect("video")[0].get("src") == video.url
    tracks = {track.get("kind"): track.get("src") for track in page.cssselect("video track")}
    assert tracks == {
        "captions": f"{chat.url}captions.vtt",
        "chapters": f"{chat.url}chapters.vtt",
    }
    for address in tracks.values():
        assert client.get(address)["Content-Type"] == "text/vtt; charset=utf-8"


def test_sound_alone_stands_beside_a_link_and_for_one_that_is_gone(client, archive, make_media):
    sound = make_media("call.wav")
    chat = make_chat(
        recording_url="https://zoom.us/rec/share/x",
        recording_expires_on=datetime.date(2024, 6, 1),
        audio_file=sound,
    )
    for day, links in [("2024-05-30", 1), ("2024-06-03", 0)]:
        with time_machine.travel(f"{day} 12:00 +0000"):
            page = chat_page(client, chat)
        assert [audio.get("src") for audio in page.cssselect("audio")] == [sound.url]
        assert len(page.cssselect("a[href*='zoom']")) == links
        assert page.cssselect(".controls")
        assert "Ask the team" not in page.text_content()
    only = make_chat("2024-04-03", audio_file=sound)
    assert only.state == ChatState.TOPICS_EXPECTED
    assert chat_page(client, only).cssselect("audio")


def test_a_transcript_has_its_topics_for_headings_and_one_link_a_passage(client, archive):
    chat = make_chat(
        topics=[make_topic("Bins", 60), make_topic("Maps", 688)],
        hosts=["Marisol Achterberg"],
        recording_url=YOUTUBE,
    )
    said = [
        (5, "Marisol Achterberg", "Welcome <all>."),
        (688, "Reader", "Are maps lent?"),
        (690, "Marisol Achterberg", "They are."),
    ]
    make_transcript(chat, said)
    written = make_transcript(chat, [(700, "Marisol Achterberg", "See the form.")], "text chat")
    Line.objects.filter(pk=written[0].pk).update(reactions="👍 3")
    page = chat_page(client, chat)
    spoken, text_chat = page.cssselect(".transcript")
    assert [one.text_content() for one in spoken.cssselect("h3")] == [
        "Before the first topic",
        "Maps",
    ]
    links = spoken.cssselect("a, button, [tabindex]")
    assert [link.text_content() for link in links] == [
        "0:05at 5 seconds",
        "11:28at 11 minutes 28 seconds",
    ]
    assert [link.get("href") for link in links] == [f"{YOUTUBE}&t=5s", f"{YOUTUBE}&t=688s"]
    assert page.get_element_by_id("t=688").cssselect("p")[0].text_content().split(maxsplit=2) == [
        "A",
        "participant:",
        "Are maps lent? ",
    ]
    assert "Welcome <all>." in spoken.text_content()
    assert "A participant: See the form." in text_chat.text_content()
    assert text_chat.cssselect("details p")[0].text_content() == "👍 3"


def test_times_in_a_transcript_are_the_same_in_every_language(client, archive):
    chat = make_chat(recording_url=YOUTUBE)
    make_transcript(chat, [(2, "Pat", "Hello.")])
    Line.objects.update(start=2500)
    with translation.override("de"):
        page = chat_page(client, chat)
    assert page.cssselect("[data-at]")[0].get("data-at") == "2.5"


@pytest.mark.parametrize(
    ("captions", "told"),
    [
        ({}, "Captions: not known."),
        ({"captions": Captions.THERE}, "Captions: with the recording, checked by a person."),
        (
            {"captions": Captions.MACHINE},
            "Captions: with the recording, made by a machine and not yet checked.",
        ),
        (
            {
                "captions": Captions.EXPECTED,
                "captions_due": datetime.date(2024, 5, 1),
                "captions_reason": "We correct them.",
                "shown_was_said": True,
            },
            "Captions: expected by May 1, 2024. We correct them. "
            "What was shown on the screen was also said.",
        ),
    ],
)
def test_the_page_says_what_those_who_do_not_hear_can_expect(client, archive, captions, told):
    chat = make_chat(recording_url=YOUTUBE, **captions)
    line = chat_page(client, chat).cssselect(".captions")[0]
    assert " ".join(line.text_content().split()) == told


def test_a_transcript_goes_before_what_was_known_of_captions(client, archive):
    chat = make_chat(recording_url=YOUTUBE, captions=Captions.THERE)
    make_transcript(chat, [(2, "Pat", "Hello.")])

    def told() -> str:
        return chat_page(client, chat).cssselect(".captions")[0].text_content().strip()

    assert told() == "Captions and transcript: made by a machine, not yet checked."
    transcript = chat.transcript
    transcript.checked_on = datetime.date(2024, 4, 1)
    transcript.save()
    assert told() == "Captions and transcript: checked on April 1, 2024."


def test_whoever_was_recorded_can_ask_for_something_to_be_removed(client, archive):
    chat = make_chat(recording_url=YOUTUBE)
    assert chat_page(client, chat).cssselect(f"a[href='{chat.url}remove/']")


def test_files_to_take_along_are_offered_where_there_are_any():
    exports = [{"label": "Table", "href": "topics.csv"}]
    links = html.fromstring(render_to_string("components/exports.html", {"exports": exports}))
    assert links.cssselect("a")[0].get("href") == "topics.csv"
    assert not render_to_string("components/exports.html", {"exports": []}).strip()


def test_a_longer_transcript_asks_the_database_no_more(client, archive):
    counts = []
    for date, lines in [("2024-02-21", 0), ("2024-03-06", 3), ("2024-03-20", 400)]:
        chat = make_chat(date, topics=[make_topic("Bins", 60)], recording_url=YOUTUBE)
        said = [(at, f"Speaker {at % 9}", "Yes. " * 20) for at in range(lines)]
        if said:
            make_transcript(chat, said)
        client.get(chat.url)
        with CaptureQueriesContext(connection) as queries:
            chat_page(client, chat)
        counts.append(len(queries))
    assert counts[0] + 2 == counts[1] == counts[2]


def test_a_topic_leads_to_its_related_page_where_that_is_public(client, archive):
    other = make_chat("2024-04-03", title="How to mark a damaged book")
    chat = make_chat(topics=[make_topic("Damaged books", 60, related_page=other)])
    assert "How to mark a damaged book" in client.get(chat.url).content.decode()
    other.unpublish()
    assert "How to mark a damaged book" not in client.get(chat.url).content.decode()
