"""The page where a chat is watched, heard and read: what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from taggit.models import Tag

from chats.giving_back import downloads_of
from chats.hits import give_successors
from chats.leading import give_related
from chats.models import ChatPage, Topic, TopicSource, of_substance
from chats.news import follow_refs
from chats.passages import Passage, lines_fetched_along, passages_of, sections_of, transcript_of
from chats.recordings import Player
from chats.structured_data import recording_data
from core.lazy import lazily
from core.pages import Crumb
from core.structured_data import as_script
from search.related import related

MOST_RELATED = 4
LOOKED_UP = (
    *("topics", "asides", "tags", "follow_refs", "recording", "sound", "is_steered", "timed"),
    *("transcript", "spoken", "written", "structured_data", "related", "exports"),
)


@dataclass(frozen=True)
class ShownPassage:
    """A passage, and where its time leads without script."""

    passage: Passage
    href: str


@dataclass(frozen=True)
class ShownSection:
    topic: Topic | None
    passages: list[ShownPassage]


def watch_context(chat: ChatPage, request: HttpRequest, crumbs: list[Crumb]) -> dict:
    """Return what a chat's page shows; nothing is looked up where its parts are kept.

    `recording` is None for one that is gone; `sound` is the sound alone, where that stands beside
    something else; `is_steered` says whether the page itself plays any of it.
    """
    is_draft = getattr(request, "is_preview", False)
    return {
        "archive_url": crumbs[-1].href if crumbs else "",
        **lazily(lambda: _looked_up(chat, is_draft), *LOOKED_UP),
    }


def _looked_up(chat: ChatPage, is_draft: bool) -> dict:
    # A draft brings its own along.
    if not is_draft:
        chat.fetch_shown()
    topics, tags = _topics_of(chat), []
    if topics:
        tagged = Tag.objects.filter(tagged_topics__content_object__page=chat)
        tags = list(tagged.distinct().order_by("name"))
    transcript = transcript_of(chat)
    if transcript:
        prefetch_related_objects([transcript], "speakers", lines_fetched_along("lines"))
    recording = None if chat.recording_is_gone else chat.recording
    sound = chat.audio_file if chat.audio_file != chat.kept_recording else None
    plays = recording is not None and recording.player != Player.NONE
    spoken = sections_of(passages_of(chat, TopicSource.RECORDING))
    substance = of_substance(topics)
    return {
        "topics": substance,
        "asides": [topic for topic in topics if topic not in substance],
        "tags": tags,
        "follow_refs": follow_refs(chat),
        "recording": recording,
        "sound": sound,
        "is_steered": plays or sound is not None,
        "timed": chat.timed_topics,
        "transcript": transcript,
        "spoken": [ShownSection(one.topic, _shown(chat, one.passages)) for one in spoken],
        "written": _shown(chat, passages_of(chat, TopicSource.TEXT_CHAT)),
        "structured_data": as_script(recording_data(chat)),
        "related": related(chat, [tag.slug for tag in tags], most=MOST_RELATED),
        "exports": downloads_of(chat, has_transcript=bool(spoken)),
    }


def _topics_of(chat: ChatPage) -> list[Topic]:
    """Return its topics as a listener meets them, with all that leads on from them."""
    topics, address = chat.ordered_topics, chat.url
    chat.has_topics = bool(topics)
    for topic in topics:
        topic.page = chat
        topic.href = f"{address}#{topic.anchor}"
    give_successors(topics)
    give_related(topics)
    return topics


def _shown(chat: ChatPage, passages: Iterable[Passage]) -> list[ShownPassage]:
    recording = chat.recording
    can_seek = recording is not None and recording.can_seek and not chat.recording_is_gone
    return [
        ShownPassage(one, recording.at(one.start) if can_seek else f"#{one.anchor}")
        for one in passages
    ]
