import datetime
from dataclasses import replace

import pytest
from django.utils import translation

from chats.exports.guide_list import entry
from chats.importers import ImportedChat, ImportedTopic
from chats.importers.guide_list import parse
from chats.titles import default_title

DAY = datetime.date(2022, 3, 2)
CHAT = ImportedChat(
    DAY,
    start_time=datetime.time(14, 30),
    title=default_title(DAY),
    hosts=("Ivo Maric", "Lu Chen", "Dr. Ada Roe"),
    teams=("Maps", "Research and Growth"),
    note="The host was late; so were we.",
    topics=(
        ImportedTopic(15, "Sign-in"),
        ImportedTopic(688, "Why (red; blue)?", "text chat"),
        ImportedTopic(4580, "Bins"),
    ),
    recording_url="https://video.example/a?b=1",
    line=1,
)


def test_an_entry():
    export = entry(CHAT)
    assert export.text == (
        "Wednesday, March 2, 2022, 2:30 pm. (hosted by Ivo Maric, Lu Chen, and Dr. Ada Roe and "
        "co-hosted with Maps, and Research and Growth) Recording: https://video.example/a?b=1 "
        "Topics and timestamps: 0:15 Sign-in; 11:28 (from text chat) Why (red; blue)?; "
        "1:16:20 Bins (Note: The host was late; so were we.)\n"
    )


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"hosts": ("Ivo Maric",), "teams": ()},
        {"hosts": (), "teams": ("Maps",)},
        {"topics": (), "topics_promised": True},
        {"topics": (), "topics_promised": True, "topics_due": datetime.date(2022, 3, 9)},
        {"topics": (), "invites": True},
        {"topics": ()},
        {"topics": (), "outcome": "lost", "outcome_reason": "a full disk"},
        {"topics": (), "outcome": "cancelled", "outcome_reason": "snow (12 inches)"},
        {"topics": (), "outcome": "lost", "outcome_reason": "Sadly, Ivo lost the recording"},
        {"outcome": "lost", "outcome_reason": "a full disk"},
        {"start_time": datetime.time(0, 15)},
        {"start_time": datetime.time(12)},
        {"note": "", "recording_url": ""},
    ],
)
def test_an_entry_reads_back_as_the_same_chat(facts):
    chat = (
        replace(CHAT, teams=("Maps",), **facts) if "teams" not in facts else replace(CHAT, **facts)
    )
    export = entry(chat)
    assert export.notes == ()
    parsed = parse(export.text)
    assert parsed.warnings == ()
    assert parsed.chats == (chat,)


def test_facts_that_do_not_read_back_are_named():
    notes = entry(replace(CHAT, hosts=("whoever came",), note="(open")).notes
    assert "Read back, this differs: the hosts." in notes
    assert any("note" in note or "topics" in note for note in notes[1:])


def test_a_semicolon_becomes_a_comma():
    export = entry(ImportedChat(DAY, topics=(ImportedTopic(15, "a; b;c"), ImportedTopic(90, "d"))))
    assert "0:15 a, b, c; 1:30 d" in export.text
    assert export.notes == ("A semicolon parts topics here; in these it became a comma: “a; b;c”.",)


def test_the_line_is_english_in_every_language():
    with translation.override("fr"):
        assert entry(CHAT).text.startswith("Wednesday, March 2, 2022, 2:30 pm.")
