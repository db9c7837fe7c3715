"""Titles and texts as they are kept: one line, fit for the database, and where it was said."""

import re

from chats.importers.frame import Source

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
FROM_CHAT = re.compile(
    r"\A\s*[(\[]\s*(?:from\s+(?:the\s+)?(?:text\s+)?|text\s+)chat\s*[)\]]:?", re.IGNORECASE
)


def one_line(text: str) -> str:
    """Return the text with a space for each line break, without control characters."""
    if _LINE_END.search(text):
        parts = (part.strip() for part in _LINE_END.split(text))
        text = " ".join(part for part in parts if part)
    return _UNFIT.sub("", text)


def take_source(title: str) -> tuple[Source, str]:
    """Return where a topic was said, and its title without "(from text chat)" before it."""
    rest = FROM_CHAT.sub("", title, count=1)
    if rest == title or not rest.strip():
        return "recording", title
    return "text chat", rest[1:] if rest[0] in " \xa0" else rest
