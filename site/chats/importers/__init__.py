"""Bringing chats in: text in, chats out, with warnings that name line and reason.

A dialect is a module with one `Dialect`, listed in `DIALECTS`. Nothing here touches the database.
"""

from django.utils.translation import gettext as _

from chats.importers import guide_list
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
from chats.importers.reading import MAX_BYTES, read_pasted, read_text

DIALECTS: list[Dialect] = [guide_list.DIALECT]


def detect(text: str) -> Dialect:
    """Return the first dialect that recognises the text; raise ImportRefused if none does."""
    for dialect in DIALECTS:
        if dialect.recognises(text):
            return dialect
    raise ImportRefused(
        _(
            "No list of chats was found in this text. Each chat has to start on a line of its own "
            "with its date, such as “Wednesday, March 2, 2022”."
        )
    )


__all__ = [
    "DIALECTS",
    "MAX_BYTES",
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
