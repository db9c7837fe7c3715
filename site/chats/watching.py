"""The page where a chat is watched, heard and read: what it shows beside its topics."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from taggit.models import Tag

from chats.models import ChatPage, Topic, TopicSource
from chats.passages import Passage, lines_fetched_along, passages_of, sections_of, transcript_of
from chats.recordings import Player
from chats.structured_data import recording_data
from core.structured_data import as_script
from search.related import related

MOST_RELATED = 4


@dataclass(frozen=True)
class ShownPassage:
    """A passage, and where its time leads without script."""

    passage: Passage
    href: str


@dataclass(frozen=True)
class ShownSection:
    topic: Topic | None
    passages: list[ShownPassage]


def watch_context(chat: ChatPage, tags: Iterable[Tag]) -> dict:
    """Return what the watch page shows beside topics, which bear those tags.

    `recording` is None for one that is gone; `sound` is the sound alone, where that stands beside
    something else; `is_steered` says whether the page itself plays any of it.
    """
    transcript = transcript_of(chat)
    if transcript:
        prefetch_related_objects([transcript], "speakers", lines_fetched_along("lines"))
    recording = None if chat.recording_is_gone else chat.recording
    sound = chat.audio_file if chat.audio_file != chat.kept_recording else None
    plays = recording is not None and recording.player != Player.NONE
    spoken = sections_of(passages_of(chat, TopicSource.RECORDING))
    return {
        "recording": recording,
        "sound": sound,
        "is_steered": plays or sound is not None,
        "timed": chat.timed_topics,
        "transcript": transcript,
        "spoken": [ShownSection(one.topic, _shown(chat, one.passages)) for one in spoken],
        "written": _shown(chat, passages_of(chat, TopicSource.TEXT_CHAT)),
        "structured_data": as_script(recording_data(chat)),
        "related": related(chat, [tag.slug for tag in tags], most=MOST_RELATED),
    }


def _shown(chat: ChatPage, passages: Iterable[Passage]) -> list[ShownPassage]:
    recording = chat.recording
    can_seek = recording is not None and recording.can_seek and not chat.recording_is_gone
    return [
        ShownPassage(one, recording.at(one.start) if can_seek else f"#{one.anchor}")
        for one in passages
    ]
