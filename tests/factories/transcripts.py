"""Transcripts to test with, brought in as the site brings them in."""

from collections.abc import Iterable

from chats.importers import ImportedLine
from chats.models import ChatPage, Line
from chats.transcribing import bring_in_lines


def make_transcript(
    chat: ChatPage, said: Iterable[tuple[int, str, str]], source: str = "recording"
) -> list[Line]:
    """Bring in lines given by second, speaker and text; each lasts three seconds."""
    written = source == "text chat"
    lines = [
        ImportedLine(at * 1000, text, None if written else at * 1000 + 3000, who, source)
        for at, who, text in said
    ]
    bring_in_lines(chat, lines)
    return list(chat.transcript.lines.of(source).in_order())
