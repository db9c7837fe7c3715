"""A chat as other tools read it: its topics, captions and transcript, as files below its page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from chats.exports import guide_list, podcast_chapters, table, webvtt, youtube
from chats.exports.frame import Export
from chats.importers import ImportedChat, ImportedLine, ImportedTopic
from chats.models import ChatPage, TopicSource
from chats.passages import passages_of, said_lines
from core.timestamps import format_stamp


@dataclass(frozen=True)
class Download:
    """A file below a chat's page."""

    name: str
    label: str | Promise
    write: Callable[[ChatPage], Export | None]
    """Returns None where the chat has nothing for it."""
    of_transcript: bool = False
    of_times: bool = False

    @property
    def href(self) -> str:
        return self.name


def respond(request: HttpRequest, chat: ChatPage, name: str) -> HttpResponse:
    """Answer a file; 404 where there is no such, or nothing in it.

    Browsers ask each time anew: a line that was struck out is gone from it at once.
    """
    download = next((one for one in DOWNLOADS if one.name == name), None)
    export = download and download.write(chat)
    if export is None:
        raise Http404
    response = HttpResponse(export.text, content_type=f"{export.media_type}; charset=utf-8")
    filename = f"{chat.date.isoformat()}{export.suffix}"
    response["Content-Disposition"] = content_disposition_header(False, filename)
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, no_cache=True, private=True)
    return response


def downloads_of(chat: ChatPage, has_transcript: bool) -> list[Download]:
    """Return the files that this chat has."""
    has = {True: has_transcript, False: bool(chat.ordered_topics)}
    timed = _has_times(imported_topics(chat))
    return [one for one in DOWNLOADS if has[one.of_transcript] and (timed or not one.of_times)]


def imported_topics(chat: ChatPage) -> list[ImportedTopic]:
    """Return the topics as an import would bring them."""
    return [ImportedTopic(one.start, one.title, one.source) for one in chat.ordered_topics]


def _chapters(chat: ChatPage) -> Export | None:
    topics = imported_topics(chat)
    return webvtt.chapters(topics, chat.duration) if _has_times(topics) else None


def _podcast_chapters(chat: ChatPage) -> Export | None:
    topics = imported_topics(chat)
    urls = [f"{chat.full_url}#{topic.anchor}" for topic in chat.ordered_topics]
    return podcast_chapters.chapters(topics, urls) if _has_times(topics) else None


def _youtube(chat: ChatPage) -> Export | None:
    topics = imported_topics(chat)
    return youtube.description(topics) if _has_times(topics) else None


def _has_times(topics: Iterable[ImportedTopic]) -> bool:
    return any(topic.start is not None for topic in topics)


def _table(chat: ChatPage) -> Export | None:
    topics = imported_topics(chat)
    return table.topics(topics) if topics else None


def _guide_line(chat: ChatPage) -> Export | None:
    topics = imported_topics(chat)
    facts = ImportedChat(
        date=chat.date,
        start_time=chat.start_time,
        title=chat.title if chat.has_own_title else "",
        hosts=tuple(person.name for person in chat.hosts),
        teams=tuple(team.name for team in chat.teams.all()),
        note=chat.note,
        topics=tuple(topics),
        outcome=chat.outcome,
        outcome_reason=chat.outcome_reason,
        topics_promised=chat.topics_promised,
        topics_due=chat.topics_due,
    )
    return guide_list.entry(facts) if topics else None


def _captions(chat: ChatPage) -> Export | None:
    lines = said_lines(chat, TopicSource.RECORDING)
    heard = [
        ImportedLine(
            start=round(line.at * 1000),
            end=None if line.until is None else round(line.until * 1000),
            speaker=line.who,
            text=line.text,
        )
        for line in lines
    ]
    return webvtt.captions(heard) if heard else None


def _transcript(chat: ChatPage) -> Export | None:
    parts: list[str] = []
    topic = None
    for passage in passages_of(chat, TopicSource.RECORDING):
        if passage.topic is not None and passage.topic is not topic:
            topic = passage.topic
            parts.append(f"\n{topic.title}\n")
        parts.append(f"[{format_stamp(passage.start)}]")
        for turn in passage.turns:
            said = " ".join(line.text for line in turn.lines)
            parts.append(f"{turn.who}: {said}" if turn.who else said)
    text = "\n".join(parts).strip() + "\n"
    return Export(text, "text/plain", ".transcript.txt") if parts else None


DOWNLOADS = (
    Download("chapters.vtt", _("Chapters (WebVTT)"), _chapters, of_times=True),
    Download("chapters.json", _("Chapters of a podcast (JSON)"), _podcast_chapters, of_times=True),
    Download("youtube.txt", _("Text for YouTube"), _youtube, of_times=True),
    Download("guide-line.txt", _("Line for a guide page"), _guide_line),
    Download("topics.csv", _("Table (CSV)"), _table),
    Download("captions.vtt", _("Captions (WebVTT)"), _captions, of_transcript=True),
    Download("transcript.txt", _("Transcript (text)"), _transcript, of_transcript=True),
)
