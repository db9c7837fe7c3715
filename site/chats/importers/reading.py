"""From the bytes of a file, or a paste, to text whose lines can be counted."""

import codecs
import math
import re

from django.utils.translation import gettext as _

from chats.importers.frame import ImportRefused
from chats.importers.page_text import is_page, page_text

MAX_BYTES = 2 * 1024 * 1024

_NOT_SPACE = re.compile(r"\S")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(data: bytes) -> str:
    r"""Return the text of a file, its lines ended by `\n`.

    UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Of a saved web page, the text as
    `page_text` gives it. Raises ImportRefused for what is no text, is empty or above MAX_BYTES.
    """
    _refuse_documents(data)
    _refuse_size(len(data))
    return _plain(_decode(data))


def read_pasted(text: str) -> str:
    """Return pasted text as `read_text` returns that of a file; raises the same."""
    _refuse_size(len(text.encode("utf-8", "surrogatepass")))
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
    if is_page(text):
        text = page_text(text)
    if not _NOT_SPACE.search(text):
        raise ImportRefused(_("There is no text in this. Paste the list of chats as text."))
    return text


def _refuse_size(size: int) -> None:
    if size > MAX_BYTES:
        mega = 1024 * 1024
        raise ImportRefused(
            _(
                "This has %(size).1f MB, the limit is %(limit)d MB. "
                "Paste only the part that lists the chats."
            )
            % {"size": math.ceil(size / mega * 10) / 10, "limit": MAX_BYTES // mega}
        )


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
