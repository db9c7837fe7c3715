import datetime
import json

import time_machine
from django.core.files.base import ContentFile
from lxml import html
from wagtailmedia.models import Media

from chats.structured_data import recording_data
from core.structured_data import as_script
from tests.factories.chats import make_chat, make_topic

YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"
NASTY = '</script><script>alert(1)</script> "a" & <!-- \u2028 b'


def test_a_recording_names_its_topics_as_clips(archive):
    topics = [
        make_topic("Maps", 688),
        make_topic("Bins", 20),
        make_topic("Atlases", 688),
        make_topic("Whenever"),
        make_topic("Written", 30, source="text chat"),
        make_topic("After the end", 5000),
    ]
    chat = make_chat(
        topics=topics,
        recording_url=YOUTUBE,
        duration=4105,
        title="Maps & bins",
        summary="<p>All of <b>them</b>.</p>",
        start_time=datetime.time(14),
    )
    data = recording_data(chat)
    clips = data.pop("hasPart")
    assert data == {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "Maps & bins",
        "description": "All of them.",
        "url": chat.full_url,
        "uploadDate": "2024-03-06T14:00:00-05:00",
        "embedUrl": "https://www.youtube-nocookie.com/embed/abcdefghijk"
        "?enablejsapi=1&playsinline=1&rel=0",
        "duration": "PT1H8M25S",
    }
    assert [(clip["name"], clip["startOffset"], clip["endOffset"]) for clip in clips] == [
        ("Bins", 20, 688),
        ("Maps", 688, 5000),
        ("Atlases", 688, 5000),
    ]
    assert {clip["@type"] for clip in clips} == {"Clip"}
    assert clips[0]["url"] == f"{chat.full_url}#t=20"


def test_the_last_clip_has_no_end_while_none_is_known(archive):
    chat = make_chat(topics=[make_topic("Bins", 20)], recording_url=YOUTUBE)
    assert "duration" not in recording_data(chat)
    assert "endOffset" not in recording_data(chat)["hasPart"][0]


def test_sound_kept_here_is_sound(archive, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sound = Media(title="Call", type="audio", duration=9)
    sound.file.save("call.wav", ContentFile(b""))
    data = recording_data(make_chat(audio_file=sound))
    assert data["@type"] == "AudioObject"
    assert data["contentUrl"].endswith(sound.url)
    assert data["contentUrl"].startswith("http")
    assert "hasPart" not in data


def test_nothing_is_told_of_a_recording_that_is_not_there(client, archive):
    without = make_chat(topics=[make_topic("Bins", 20)])
    assert recording_data(without) is None
    assert b"ld+json" not in client.get(without.url).content
    expired = make_chat(
        "2024-03-20",
        recording_url="https://zoom.us/rec/share/x",
        recording_expires_on=datetime.date(2024, 6, 1),
    )
    with time_machine.travel("2024-06-01 12:00 +0000"):
        assert recording_data(expired)
    with time_machine.travel("2024-06-03 12:00 +0000"):
        assert recording_data(expired) is None


def test_a_title_ends_no_script_and_begins_none(client, archive):
    chat = make_chat(title=NASTY, topics=[make_topic(NASTY, 5)], recording_url=YOUTUBE)
    script = as_script(recording_data(chat))
    inside = script.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&\u2028") & set(inside)
    page = html.fromstring(client.get(chat.url).content)
    shown = page.cssselect("script[type='application/ld+json']")
    assert len(shown) == 1
    assert json.loads(shown[0].text) == recording_data(chat)
    assert recording_data(chat)["hasPart"][0]["name"] == NASTY
