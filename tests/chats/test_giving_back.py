"""A chat and the archive as files: what they hold, and that nothing private is in them."""

import csv
import json
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from lxml import etree
from wagtailmedia.models import get_media_model

from chats.giving_back import DOWNLOADS
from chats.importers import detect
from chats.transcribing import set_offset, strike
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SAID = [
    (2, "Marisol Achterberg", "Good morning & welcome."),
    (65, "Theo L.", "How do you mark a damaged book?"),
    (70, "Marisol Achterberg", "We put a yellow band around it."),
]
TOPICS = [
    ("Welcome", 0, "recording"),
    ('Damaged books: "what now?"', 60, "recording"),
    ("Maps & <b>atlases</b> --> rooms; floors", 688, "recording"),
    ("=SUM(A1) of the mailbag", 3723, "recording"),
    ("A link", None, "text chat"),
]


@pytest.fixture
def chat():
    topics = [make_topic(title, start, source=source) for title, start, source in TOPICS]
    chat = make_chat(hosts=["Marisol Achterberg"], topics=topics, duration=4105)
    make_transcript(chat, SAID)
    return chat


def get(client, chat, name):
    response = client.get(f"{chat.url}{name}")
    assert response.status_code == 200, name
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-cache" in response["Cache-Control"]
    return response.content.decode()


@pytest.mark.parametrize("download", DOWNLOADS[:5], ids=lambda one: one.name)
def test_an_export_read_back_has_the_same_topics_and_seconds(chat, client, download):
    text = get(client, chat, download.name)
    parsed = detect(text).parse(text)
    topics = parsed.topics or parsed.chats[0].topics
    told = [(topic.start, topic.title.replace("，", ",")) for topic in topics]
    meant = [(start, title) for title, start, _source in TOPICS]
    if download.of_times:
        meant = [pair for pair in meant if pair[0] is not None]
    if download.name == "guide-line.txt":
        meant = [(start, title.replace(";", ",")) for start, title in meant]
    if download.name == "youtube.txt":
        assert [start for start, _title in told] == [start for start, _title in meant]
    else:
        assert told == meant


def test_captions_follow_the_clock_and_name_nobody_who_is_no_host(chat, client):
    set_offset(chat, 10)
    captions = get(client, chat, "captions.vtt")
    assert (
        "00:00:12.000 --> 00:00:15.000\n<v Marisol Achterberg>Good morning &amp; welcome."
        in captions
    )
    assert "<v A participant>How do you mark" in captions and "Theo" not in captions
    transcript = get(client, chat, "transcript.txt")
    assert "[1:15]\nA participant: How do you" in transcript and "Damaged books" in transcript


def test_a_struck_line_is_in_none_of_them(chat, client):
    strike(chat, [chat.transcript.lines.get(text__contains="yellow").pk])
    for download in DOWNLOADS:
        assert "yellow" not in get(client, chat, download.name)
    assert "yellow" not in b"".join(client.get("/chats/chats.json").streaming_content).decode()


def test_a_spreadsheet_runs_nothing(chat, client):
    rows = list(csv.reader(StringIO(get(client, chat, "topics.csv"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_chapters_lead_to_the_topic(chat, client):
    chapters = json.loads(get(client, chat, "chapters.json"))["chapters"]
    topics = chat.ordered_topics
    assert [one["url"] for one in chapters] == [
        f"{chat.full_url}#{topic.anchor}" for topic in topics[:4]
    ]
    assert client.get(f"{chat.url}chapters.json")["Content-Type"].startswith(
        "application/json+chapters"
    )


@pytest.mark.parametrize("name", ["captions.vtt", "chapters.vtt", "x.vtt", "topics.csv", "a.php"])
def test_what_a_chat_has_not_is_not_there(client, name):
    chat = make_chat()
    assert client.get(f"{chat.url}{name}").status_code == 404
    assert "chapters.vtt" not in client.get(chat.url).content.decode()


def test_a_draft_gives_nothing(client):
    chat = make_chat(topics=[make_topic("Secret", 5)], live=False)
    assert client.get(f"{chat.url}topics.csv").status_code == 404
    for name in ("feed.xml", "podcast.xml"):
        assert b"Secret" not in client.get(f"/chats/{name}").content
    assert b"Secret" not in b"".join(client.get("/chats/chats.json").streaming_content)


def test_the_feed_tells_of_chats_the_newest_first(chat, client):
    newer = make_chat("2024-04-03", topics=[make_topic("Labels", 30)], title="Labels & more")
    make_chat("2099-01-01")
    response = client.get("/chats/feed.xml")
    feed = etree.fromstring(response.content)
    entries = feed.findall("a:entry", ATOM)
    assert [one.findtext("a:title", namespaces=ATOM) for one in entries] == [
        "Labels & more",
        chat.title,
    ]
    link = entries[0].find("a:link", ATOM).get("href")
    assert link == newer.full_url
    assert "0:30 Labels" in entries[0].findtext("a:summary", namespaces=ATOM)
    assert entries[0].findtext("a:id", namespaces=ATOM) == f"urn:uuid:{newer.translation_key}"
    again = client.get("/chats/feed.xml", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert b'href="/chats/feed.xml"' in client.get("/chats/").content


def test_the_podcast_has_what_is_kept_here_with_chapters(chat, client):
    media = get_media_model().objects.create(
        title="Call", type="audio", duration=4105, file=ContentFile(b"ID3" + b"x" * 97, "call.mp3")
    )
    kept = make_chat("2024-04-03", topics=[make_topic("Labels", 30)], audio_file=media, duration=90)
    feed = etree.fromstring(client.get("/chats/podcast.xml").content)
    (item,) = feed.findall("channel/item")
    enclosure = item.find("enclosure")
    assert (enclosure.get("length"), enclosure.get("type")) == ("100", "audio/mpeg")
    assert enclosure.get("url").startswith("http://")
    chapters = item.find("podcast:chapters", feed.nsmap)
    assert chapters.get("url") == f"{kept.full_url}chapters.json"
    assert item.findtext("itunes:duration", namespaces=feed.nsmap) == "90"
    media.file.storage.delete(media.file.name)
    assert not etree.fromstring(client.get("/chats/podcast.xml").content).findall("channel/item")


def test_one_file_holds_everything_public(chat, client):
    everything = json.loads(b"".join(client.get("/chats/chats.json").streaming_content))
    (told,) = everything["chats"]
    assert [topic["start"] for topic in told["topics"]] == [0, 60, 688, 3723, None]
    assert told["transcript"][1] == {
        "start": 65.0,
        "end": 68.0,
        "who": "A participant",
        "text": "How do you mark a damaged book?",
    }
    assert told["hosts"] == ["Marisol Achterberg"] and told["state"] == "complete"


@pytest.mark.parametrize("name", ["feed.xml", "podcast.xml", "chats.json"])
def test_their_queries_do_not_grow_with_the_chats(client, django_assert_max_num_queries, name):
    for month in range(1, 10):
        make_chat(f"2024-0{month}-03", topics=[make_topic("Labels", 30, tags=["x"])], hosts=["A"])
    with django_assert_max_num_queries(22):
        response = client.get(f"/chats/{name}")
        b"".join(response) if response.streaming else response.content
