"""A transcript as it is read and found: passages under their topics, by the recording's clock."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from chats.models import ChatPage, Line, Speaker, Topic, TopicSource, Transcript
from core.timestamps import format_duration, format_stamp, say_stamp
from search.words import words_of

WORDS_OF_PASSAGE = 130


@dataclass(frozen=True)
class SaidLine:
    """A line with the second of the recording it was said at; `who` is what readers may know."""

    at: float
    until: float | None
    who: str
    text: str
    reactions: str = ""
    replies: list["SaidLine"] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """What one person says in a row."""

    who: str
    lines: list[SaidLine]


@dataclass(frozen=True)
class Passage:
    """A stretch of at most about 130 words under one topic."""

    source: TopicSource
    topic: Topic | None
    """None for what comes before the first topic."""
    lines: list[SaidLine]

    @property
    def start(self) -> int:
        """Whole seconds from the start of the recording."""
        return int(self.lines[0].at)

    @property
    def anchor(self) -> str:
        """Its place on the chat's page: of spoken words, what the player reads as a second too."""
        spoken = self.source == TopicSource.RECORDING
        return f"t={self.start}" if spoken else f"written-{self.start}"

    @property
    def stamp(self) -> str:
        return format_stamp(self.start)

    @property
    def iso_duration(self) -> str:
        return format_duration(self.start)

    @property
    def name(self) -> str:
        """“at 11 minutes 28 seconds”: what a link to it is called when it is read out."""
        return _("at %(time)s") % {"time": say_stamp(self.start)}

    @property
    def turns(self) -> list[Turn]:
        return [Turn(who, list(lines)) for who, lines in groupby(self.lines, lambda one: one.who)]

    @property
    def text(self) -> str:
        """All its words, without who said them."""
        return " ".join(_texts(self.lines))


@dataclass(frozen=True)
class Section:
    """A topic and the passages under it."""

    topic: Topic | None
    passages: list[Passage]


def sections_of(passages: Iterable[Passage]) -> list[Section]:
    grouped = groupby(passages, lambda passage: passage.topic)
    return [Section(topic, list(under)) for topic, under in grouped]


def passages_of(chat: ChatPage, source: TopicSource) -> list[Passage]:
    """Return what readers may see of a chat's transcript or text chat, in order of time."""
    lines = said_lines(chat, source)
    topics = chat.timed_topics
    passages: list[Passage] = []
    taken: set[str] = set()
    for topic, under in groupby(lines, lambda line: topic_at(topics, line.at)):
        for some in _stretches(under):
            passage = Passage(source, topic, some)
            # Two passages of one second would have one address: the later goes with the earlier.
            if passage.anchor in taken:
                passages[-1].lines.extend(some)
            else:
                passages.append(passage)
                taken.add(passage.anchor)
    return passages


def said_lines(chat: ChatPage, source: TopicSource) -> list[SaidLine]:
    """Return the lines that were not struck out, by the recording's clock; none before its start.

    A reply stands with what it replies to, not by itself.
    """
    transcript = transcript_of(chat)
    if transcript is None:
        return []
    hosts = [person.name for person in chat.hosts]
    speakers = {one.pk: shown_name(one, hosts) for one in transcript.speakers.all()}
    said: dict[int, SaidLine] = {}
    top: list[SaidLine] = []
    for line in kept_lines(transcript):
        if line.source != source:
            continue
        at, until = _by_recording(line, transcript.offset)
        if (at if until is None else until) < 0 or (until == 0 and at < 0):
            continue
        who = speakers.get(line.speaker_id, "")
        said[line.pk] = one = SaidLine(max(at, 0.0), until, who, line.text, line.reactions)
        replied_to = said.get(line.answers_id)
        (replied_to.replies if replied_to else top).append(one)
    return top


def with_transcripts(chats: QuerySet) -> QuerySet:
    """Fetch along what was said in these chats."""
    return chats.select_related("transcript").prefetch_related(
        "transcript__speakers",
        lines_fetched_along("transcript__lines"),
    )


def lines_fetched_along(path: str) -> Prefetch:
    """Return how lines not struck out are fetched with what they are reached from by that path."""
    return Prefetch(path, Line.objects.kept().in_order(), to_attr="fetched_lines")


def transcript_of(chat: ChatPage) -> Transcript | None:
    return getattr(chat, "transcript", None)


def kept_lines(transcript: Transcript) -> Iterable[Line]:
    """Return the lines not struck out, in order of time, from what was fetched along if it was."""
    fetched = getattr(transcript, "fetched_lines", None)
    return transcript.lines.kept().in_order() if fetched is None else fetched


def shown_name(speaker: Speaker, hosts: Iterable[str]) -> str:
    """Return what readers may know of a speaker: a host's name, else what the editor decided."""
    said = words_of(speaker.name)
    host = next((name for name in hosts if (own := words_of(name)) and said[: len(own)] == own), "")
    if speaker.is_named is None:
        is_host = host and speaker.source == TopicSource.RECORDING
        return host if is_host else _("A participant")
    return (host or speaker.name) if speaker.is_named else _("A participant")


def _by_recording(line: Line, offset: int) -> tuple[float, float | None]:
    until = None if line.end is None else line.end / 1000 + offset
    return line.start / 1000 + offset, until


def topic_at(topics: list[Topic], at: float) -> Topic | None:
    """Return which of timed topics, in their order, a second of the recording falls under."""
    place = bisect_right([topic.start for topic in topics], at)
    return topics[place - 1] if place else None


def _stretches(lines: Iterable[SaidLine]) -> Iterator[list[SaidLine]]:
    """Cut into stretches of about as many words, between lines."""
    stretch: list[SaidLine] = []
    words = 0
    for line in lines:
        more = sum(len(text.split()) for text in _texts([line]))
        if stretch and words + more > WORDS_OF_PASSAGE:
            yield stretch
            stretch, words = [], 0
        stretch.append(line)
        words += more
    if stretch:
        yield stretch


def _texts(lines: Iterable[SaidLine]) -> Iterator[str]:
    for line in lines:
        yield line.text
        yield from _texts(line.replies)
