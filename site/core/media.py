"""Uploaded files without a web server in front: whole, by range, or not at all.

They come from a disk or from a bucket (core.bucket), and readers cannot tell which.
"""

import logging
import mimetypes
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils._os import safe_join
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from core.doctor import Check, Finding

if TYPE_CHECKING:
    from core.bucket import Bucket

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
SHOWN_TYPES = {
    ".avif": "image/avif",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".png": "image/png",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
DOCUMENTS = "documents"
"""Where Wagtail keeps them. They have a view of their own, which knows who may have one."""


class UnsatisfiableRange(ValueError):
    """The range lies outside the file (RFC 9110, 14.4)."""


class MediaAway(OSError):
    """The service that keeps uploads does not answer, or refuses."""


@dataclass(frozen=True)
class StoredFile:
    """An upload, wherever it lies."""

    size: int
    modified: float
    """POSIX time."""
    etag: str
    """As HTTP writes it, with its quotes."""
    read: Callable[[int, int], Iterator[bytes]]
    """Gives the bytes from a first one on, so many of them, in pieces."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte asked for, or None where the whole file is the answer.

    One range is served; several, and what is malformed, may be ignored (RFC 9110, 14.2).
    Raises UnsatisfiableRange.
    """
    match = RANGE.fullmatch(header.strip())
    if not match or match[1] == match[2] == "":
        return None
    if match[1] == "":
        first, last = max(size - int(match[2]), 0), size - 1
        if match[2].strip("0") == "":
            raise UnsatisfiableRange
    else:
        first = int(match[1])
        last = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < first:
            return None
    if first >= size:
        raise UnsatisfiableRange
    return first, last


def current_bucket() -> "Bucket | None":
    """Return what keeps uploads; None where that is a disk."""
    return default_storage if hasattr(default_storage, "find") else None


def look() -> Iterator[Finding]:
    """Tell how the bucket is, where there is one; of the disk others tell."""
    if bucket := current_bucket():
        yield from bucket.look()


def find_on_disk(name: str) -> StoredFile:
    """Return a file below MEDIA_ROOT. Raises what the disk says, and ValueError, where none is."""
    path = Path(safe_join(settings.MEDIA_ROOT, name))
    status = path.stat()
    if not path.is_file():
        raise FileNotFoundError(name)
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    return StoredFile(status.st_size, status.st_mtime, etag, partial(_read, path))


def _read(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


@require_safe
def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an upload with 206, 304 and 416 as RFC 9110 has them.

    Only pictures, sound, video and captions are shown in place; anything else is handed over
    as a file, so that an upload never runs as a page of this site.
    """
    if posixpath.normpath(path).lstrip("/").partition("/")[0] == DOCUMENTS:
        raise Http404
    try:
        file = bucket.find(path) if (bucket := current_bucket()) else find_on_disk(path)
    except MediaAway:
        logger.exception("An upload cannot be fetched")
        return HttpResponse(status=503, headers={"Retry-After": "10", "Cache-Control": "no-store"})
    except (OSError, SuspiciousOperation, ValueError) as error:
        raise Http404 from error

    modified = http_date(file.modified)
    response = _answer(request, file, posixpath.basename(path), modified)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, max-age=3600"
    response["ETag"] = file.etag
    response["Last-Modified"] = modified
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(request: HttpRequest, file: StoredFile, name: str, modified: str) -> HttpResponseBase:
    if _unchanged(request, file.etag, modified):
        return HttpResponseNotModified()

    suffix = posixpath.splitext(name)[1].lower()
    shown = suffix in SHOWN_TYPES
    kind = SHOWN_TYPES.get(suffix) or mimetypes.guess_type(name)[0]
    header = request.headers.get("Range", "")
    if request.headers.get("If-Range", file.etag) not in (file.etag, modified):
        header = ""
    try:
        wanted = parse_range(header, file.size) if request.method == "GET" else None
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    first, last = wanted or (0, file.size - 1)
    length = last - first + 1
    response = StreamingHttpResponse(
        file.read(first, length),
        status=206 if wanted else 200,
        content_type=kind or "application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(not shown, name),
            "Content-Length": str(length),
        },
    )
    if wanted:
        response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return response


def _unchanged(request: HttpRequest, etag: str, modified: str) -> bool:
    if known := request.headers.get("If-None-Match"):
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return etag in tags or "*" in tags
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and parse_http_date_safe(modified) <= since


CHECK = Check("uploads", look, asks_others=True)
