"""What a file is, told by its content and not by its name alone."""

import codecs
import zipfile
import zlib

from django.core.files import File

_BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError),
    *(NotImplementedError, RuntimeError, OverflowError),
)
_BEGINS_ZIP = b"PK\3\4"
# Where an office document says that it is one (ISO/IEC 29500-2), and what of (OpenDocument 1.3
# part 2, 3.3: its first entry, neither packed nor with an extra field).
_OFFICE_PARTS = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
}
_OPEN_DOCUMENTS = {
    "odp": b"mimetypeapplication/vnd.oasis.opendocument.presentation",
    "ods": b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
    "odt": b"mimetypeapplication/vnd.oasis.opendocument.text",
}
_MACROS = ("vbaproject.bin", "basic/script-lc.xml")
_TEXTS = frozenset({"csv", "ics", "md", "txt"})
KNOWN = frozenset({*_OFFICE_PARTS, *_OPEN_DOCUMENTS, *_TEXTS, "jpeg", "jpg", "pdf", "png", "webp"})
"""Extensions that `is_what_it_says` can tell."""


def extension_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_what_it_says(extension: str, file: File) -> bool:
    """Say whether a file is what an extension says; False for extensions that are not KNOWN.

    Office documents with macros are none. Sources: ISO 32000-1 7.5.2 (PDF), PNG 3 5.2, ISO/IEC
    10918-1 B.1.1.3 (SOI), RFC 9649 (WebP).
    """
    file.seek(0)
    head = file.read(100)
    file.seek(0)
    if extension in _TEXTS:
        return _is_text(file)
    match extension:
        case "pdf":
            return head.startswith(b"%PDF-")
        case "docx" | "pptx" | "xlsx":
            needed = {"[Content_Types].xml", _OFFICE_PARTS[extension]}
            # Before a zip archive anything may stand, a page among it.
            return head.startswith(_BEGINS_ZIP) and needed <= _names_without_macros(file)
        case "odp" | "ods" | "odt":
            kind = _OPEN_DOCUMENTS[extension]
            is_of_kind = head.startswith(_BEGINS_ZIP) and head[30 : 30 + len(kind)] == kind
            return is_of_kind and bool(_names_without_macros(file))
        case "png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "jpg" | "jpeg":
            return head.startswith(b"\xff\xd8\xff")
        case "webp":
            return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return False


def _names_without_macros(file: File) -> set[str]:
    """Return what lies in an archive; nothing if it is broken or brings programs along."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except _BROKEN_ZIP:
        return set()
    finally:
        file.seek(0)
    return set() if any(name.lower().endswith(_MACROS) for name in names) else names


def _is_text(file: File) -> bool:
    content = file.read()
    file.seek(0)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            return False
    # Of files that are no text, hardly one has no such byte.
    return not content.translate(None, bytes(set(range(256)) - {*range(9), 14, 15, 127}))
