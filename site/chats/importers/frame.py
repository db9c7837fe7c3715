"""What every dialect gives back."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from core.timestamps import format_stamp

Source = Literal["recording", "text chat"]
Outcome = Literal["", "cancelled", "lost"]
State = Literal[
    "cancelled", "lost", "complete", "topics_expected", "upcoming", "recording_expected"
]


class ImportRefused(ValueError):
    """The input cannot be read; the message says what happened and what to do."""


@dataclass(frozen=True)
class ImportedTopic:
    """A topic; `start` counts seconds from the start of the recording, None if no time is known."""

    start: int | None
    title: str
    source: Source = "recording"

    @property
    def stamp(self) -> str:
        return "" if self.start is None else format_stamp(self.start)


@dataclass(frozen=True)
class ImportedChat:
    """A chat as the text tells it, without knowing today's date.

    `start_time` is the local time as written; `outcome_reason` is empty where none was given;
    `recording_url` is http or https; `line` counts from 1 and is where the chat starts.
    """

    date: datetime.date
    start_time: datetime.time | None = None
    title: str = ""
    hosts: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    note: str = ""
    topics: tuple[ImportedTopic, ...] = ()
    outcome: Outcome = ""
    outcome_reason: str = ""
    topics_promised: bool = False
    topics_due: datetime.date | None = None
    invites: bool = False
    recording_url: str = ""
    line: int = 0

    @property
    def state(self) -> State:
        if self.outcome:
            return self.outcome
        if self.topics:
            return "complete"
        if self.topics_promised:
            return "topics_expected"
        if self.invites:
            return "upcoming"
        return "recording_expected"


@dataclass(frozen=True)
class ImportedLine:
    """A line said or written on the call; times in milliseconds by the clock of its file.

    `end` is None where the file does not tell; `answers` is the place, in the text's lines, of
    the one it replies to.
    """

    start: int
    text: str
    end: int | None = None
    speaker: str = ""
    source: Source = "recording"
    reactions: str = ""
    answers: int | None = None


@dataclass(frozen=True)
class ImportNotice:
    """A warning: what was met on a line (counted from 1) and what was done about it."""

    line: int
    reason: str


@dataclass(frozen=True)
class Parsed:
    """What a text holds, each in its order: whole chats, or topics or lines of a single one."""

    chats: tuple[ImportedChat, ...] = ()
    warnings: tuple[ImportNotice, ...] = ()
    """In the order of the lines."""
    topics: tuple[ImportedTopic, ...] = ()
    lines: tuple[ImportedLine, ...] = ()
    tells_time_of_day: bool = False
    """Whether the lines' times count from midnight, not from the start of the recording."""

    def as_json(self) -> dict[str, Any]:
        """Return the chats and warnings in values that JSON knows; `start` in seconds or None."""
        return {
            "chats": [
                {
                    "date": chat.date.isoformat(),
                    "title": chat.title,
                    "state": chat.state,
                    "hosts": list(chat.hosts),
                    "teams": list(chat.teams),
                    "note": chat.note,
                    "topics": [
                        {"start": topic.start, "title": topic.title, "source": topic.source}
                        for topic in chat.topics
                    ],
                }
                for chat in self.chats
            ],
            "warnings": [
                {"line": warning.line, "reason": warning.reason} for warning in self.warnings
            ],
        }


@dataclass(frozen=True)
class Dialect:
    """One way of writing down chats, topics or lines. `parse` takes any text and never raises."""

    name: str
    label: str | Promise
    recognises: Callable[[str], bool]
    parse: Callable[[str], Parsed]
