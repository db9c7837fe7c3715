"""Uploaded files without a web server in front: whole, by range, or not at all."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import (
    FileResponse,
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


class UnsatisfiableRange(ValueError):
    """The range lies outside the file (RFC 9110, 14.4)."""


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


def _read(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


@require_safe
def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a file below MEDIA_ROOT with 206, 304 and 416 as RFC 9110 has them.

    Only pictures, sound, video and captions are shown in place; anything else is handed over
    as a file, so that an upload never runs as a page of this site.
    """
    try:
        file_path = Path(safe_join(settings.MEDIA_ROOT, path))
        status = file_path.stat()
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    if not file_path.is_file():
        raise Http404

    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    modified = http_date(status.st_mtime)
    response = _answer(request, file_path, status.st_size, etag, modified)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, max-age=3600"
    response["ETag"] = etag
    response["Last-Modified"] = modified
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _answer(
    request: HttpRequest, path: Path, size: int, etag: str, modified: str
) -> HttpResponseBase:
    if _unchanged(request, etag, modified):
        return HttpResponseNotModified()

    suffix = path.suffix.lower()
    shown = suffix in SHOWN_TYPES
    kind = SHOWN_TYPES.get(suffix) or mimetypes.guess_type(path.name)[0]
    kind = kind or "application/octet-stream"
    header = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) not in (etag, modified):
        header = ""
    try:
        wanted = parse_range(header, size) if request.method == "GET" else None
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if wanted is None:
        return FileResponse(
            path.open("rb"), as_attachment=not shown, filename=path.name, content_type=kind
        )
    first, last = wanted
    length = last - first + 1
    return StreamingHttpResponse(
        _read(path, first, length),
        status=206,
        content_type=kind,
        headers={
            "Content-Disposition": content_disposition_header(not shown, path.name),
            "Content-Length": str(length),
            "Content-Range": f"bytes {first}-{last}/{size}",
        },
    )


def _unchanged(request: HttpRequest, etag: str, modified: str) -> bool:
    if known := request.headers.get("If-None-Match"):
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return etag in tags or "*" in tags
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and parse_http_date_safe(modified) <= since
