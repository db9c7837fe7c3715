"""From the bytes of a file, or a paste, to text whose lines can be counted."""

import codecs
import math
import re

from django.utils.translation import gettext as _

from chats.importers.frame import ImportRefused
from chats.importers.page_text import is_page, page_text

MAX_BYTES = 2 * 1024 * 1024
MAX_TRANSCRIPT_BYTES = 10 * 1024 * 1024
"""What Zoom writes of a call of three hours has less than one megabyte."""

_NOT_SPACE = re.compile(r"\S")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_NO_PAGE = re.compile(
    r"WEBVTT(?!\S)|\{\s{0,100}\"|\d{1,9}[ \t]*\n\d{1,6}:\d\d|\d{1,6}:\d\d[\d:.,]*[ \t]*(?:-->|\t)"
    r"|[^\n]{0,40}\d:\d\d[^\n]{0,5}\sFrom\s"
    r"|(?:[\w \"]{1,40}[,;\t]){0,20}\"?(?:start|time|timestamp|topic|title|date)\"?[,;\t\n]",
    re.IGNORECASE,
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(data: bytes, limit: int = MAX_BYTES) -> str:
    r"""Return the text of a file, its lines ended by `\n`.

    UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Of a saved web page, the text as
    `page_text` gives it; cues, chats, JSON and tables are none, whatever tags stand in them.
    Raises ImportRefused for what is no text, is empty or has more bytes than the limit.
    """
    _refuse_documents(data)
    _refuse_size(len(data), limit)
    return _plain(_decode(data))


def read_pasted(text: str, limit: int = MAX_BYTES) -> str:
    """Return pasted text as `read_text` returns that of a file; raises the same."""
    _refuse_size(len(text.encode("utf-8", "surrogatepass")), limit)
    return _plain(text)


def with_line_feeds(text: str) -> str:
    """Return the text with a line feed for every other mark of a line's end."""
    return _LINE_END.sub("\n", text)


def _plain(text: str) -> str:
    visible, controls = _CONTROL.subn("", text.removeprefix("\ufeff"))
    if "\0" in text or controls * 100 > len(text):
        raise ImportRefused(
            _("This is not a text file. Save the list of chats as plain text (UTF-8) or paste it.")
        )
    text = with_line_feeds(visible)
    if is_page(text) and not _NO_PAGE.match(text[:4000].lstrip()):
        text = page_text(text)
    if not _NOT_SPACE.search(text):
        raise ImportRefused(_("There is no text in this. Paste the list of chats as text."))
    return text


def _refuse_size(size: int, limit: int) -> None:
    if size > limit:
        mega = 1024 * 1024
        reason = _(
            "This has %(size).1f MB, the limit is %(limit)d MB. "
            "Paste only the part that lists the chats."
        )
        if limit > MAX_BYTES:
            reason = _(
                "This has %(size).1f MB, the limit is %(limit)d MB, far more than hours of talk "
                "take. Check that it is the transcript or chat itself, as text."
            )
        about = {"size": math.ceil(size / mega * 10) / 10, "limit": limit // mega}
        raise ImportRefused(reason % about)


def _refuse_documents(data: bytes) -> None:
    kind = ""
    if data.startswith(b"PK\x03\x04"):
        kind = _("an archive")
        if b"word/" in data:
            kind = _("a Word document")
        elif b"xl/" in data:
            kind = _("an Excel workbook")
        elif b"vnd.oasis.opendocument" in data:
            kind = _("an OpenDocument file")
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        kind = _("a document of an older Office version")
    elif data.startswith(b"%PDF"):
        kind = _("a PDF")
    elif data.startswith(rb"{\rtf"):
        kind = _("a rich-text document")
    elif data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise ImportRefused(_("This is a picture; type or paste its text instead."))
    if kind:
        raise ImportRefused(_("This is %(kind)s; open it and paste its text.") % {"kind": kind})


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return _decode_other(data)


def _decode_other(data: bytes) -> str:
    # Windows-1252 would turn the rest of a damaged UTF-8 file into garbage without complaint.
    attempt = data.decode("utf-8", "replace")
    damaged = attempt.count("\ufffd")
    if data.startswith(_UTF_16) or sum(char > "\x7f" for char in attempt) > 2 * damaged:
        raise ImportRefused(
            _("Characters in this file are damaged. Save it again as UTF-8, or paste its text.")
        )
    try:
        return data.decode("windows-1252")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            _("This file is in no known encoding. Save it again as UTF-8, or paste its text.")
        ) from error
