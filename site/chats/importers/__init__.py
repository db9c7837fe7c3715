"""Bringing chats in: text in, chats out, with warnings that name line and reason.

A dialect is a module with one `Dialect`, listed in `DIALECTS`. Nothing here touches the database.
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from chats.importers import guide_list, podcast_chapters, table, topic_line, youtube, zoom_chat
from chats.importers.frame import (
    Dialect,
    ImportedChat,
    ImportedLine,
    ImportedTopic,
    ImportNotice,
    ImportRefused,
    Outcome,
    Parsed,
    Source,
    State,
)
from chats.importers.reading import MAX_BYTES, MAX_TRANSCRIPT_BYTES, read_pasted, read_text
from chats.importers.webvtt import chapters, transcript

# From the unmistakable to what only resembles something.
DIALECTS: list[Dialect] = [
    podcast_chapters.DIALECT,
    chapters.DIALECT,
    transcript.DIALECT,
    zoom_chat.DIALECT,
    table.DIALECT,
    guide_list.DIALECT,
    topic_line.DIALECT,
    youtube.DIALECT,
]

DIALECTS_OF_CHATS = (guide_list.DIALECT.name, table.DIALECT.name)
"""Those that can hold more than one chat."""


def detect(text: str, names: Collection[str] | None = None) -> Dialect:
    """Return the first dialect, of those named if any are, that recognises the text.

    Raises ImportRefused if none does.
    """
    for dialect in DIALECTS:
        if (names is None or dialect.name in names) and dialect.recognises(text):
            return dialect
    raise ImportRefused(
        _(
            "No list of chats was found in this text. Each chat has to start on a line of its own "
            "with its date, such as “Wednesday, March 2, 2022”. For one chat, this can be a list "
            "of topics, each with its time (“11:28 Courier bins”), chapters (WebVTT or JSON), a "
            "table (CSV), a transcript (WebVTT or SRT) or a saved Zoom chat."
        )
    )


__all__ = [
    "DIALECTS",
    "DIALECTS_OF_CHATS",
    "MAX_BYTES",
    "MAX_TRANSCRIPT_BYTES",
    "Dialect",
    "ImportNotice",
    "ImportRefused",
    "ImportedChat",
    "ImportedLine",
    "ImportedTopic",
    "Outcome",
    "Parsed",
    "Source",
    "State",
    "detect",
    "read_pasted",
    "read_text",
]
