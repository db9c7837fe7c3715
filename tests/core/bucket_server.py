"""A stand-in for an S3 service on this machine, with one bucket that its key alone opens.

with BucketServer() as server:
    bucket = Bucket(**server.options)
"""

import hashlib
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY, SECRET, NAME = "the-key", "the-secret", "desk"
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class Kept(NamedTuple):
    content: bytes
    etag: str
    modified: datetime


def kept(content: bytes) -> Kept:
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Kept(content, f'"{digest}"', datetime.now(UTC).replace(microsecond=0))


class BucketServer:
    """Keeps objects in memory by their key, and lists two of them at a time."""

    page_of = 2

    def __init__(self) -> None:
        self.objects: dict[str, Kept] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        """What was asked for, by method and key."""
        self.is_public = False
        self.refuses_to_put = False
        self.fails_with = 0
        """The status of all answers; 0 for the right one."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.bucket = self

    @property
    def options(self) -> dict[str, str]:
        return {
            "bucket_name": NAME,
            "location": "media",
            "endpoint_url": f"http://127.0.0.1:{self._server.server_port}",
            "region_name": "us-east-1",
            "access_key": KEY,
            "secret_key": SECRET,
        }

    def contents(self) -> dict[str, bytes]:
        return {key: one.content for key, one in sorted(self.objects.items())}

    def __enter__(self) -> "BucketServer":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        self.sent = b""
        super().handle_one_request()

    def _begin(self) -> bool:
        """Read what is asked; return whether it may be."""
        bucket = self.server.bucket
        parts = urlsplit(self.path)
        _slash, name, *rest = unquote(parts.path).split("/", 2)
        self.key = rest[0] if rest else ""
        self.asked = {key: value[0] for key, value in parse_qs(parts.query, True).items()}
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket.asked.append((self.command, self.key))
        if bucket.fails_with or (bucket.refuses_to_put and self.command == "PUT"):
            self._answer(bucket.fails_with or 503)
        elif name != NAME:
            self._fail(404, "NoSuchBucket")
        elif not self._is_signed() and not (bucket.is_public and self.command in ("GET", "HEAD")):
            self._fail(403, "AccessDenied")
        else:
            return True
        return False

    def _is_signed(self) -> bool:
        said = self.headers.get("Authorization", "")
        return said.startswith(f"AWS4-HMAC-SHA256 Credential={KEY}/") and "Signature=" in said

    def do_GET(self) -> None:
        if not self._begin():
            return
        if not self.key:
            self._list()
        elif not (one := self.server.bucket.objects.get(self.key)):
            self._fail(404, "NoSuchKey")
        else:
            content, status, headers = one.content, 200, self._headers_of(one)
            if asked := self.headers.get("Range"):
                first, last = map(int, asked.removeprefix("bytes=").split("-"))
                content, status = content[first : last + 1], 206
                headers["Content-Range"] = f"bytes {first}-{last}/{len(one.content)}"
            self._answer(status, content, headers)

    def do_HEAD(self) -> None:
        if not self._begin():
            return
        if one := self.server.bucket.objects.get(self.key):
            self._answer(200, one.content, self._headers_of(one))
        else:
            self._fail(404, "NoSuchKey")

    def do_PUT(self) -> None:
        if not self._begin():
            return
        bucket = self.server.bucket
        if upload := self.asked.get("uploadId"):
            bucket.parts[upload][int(self.asked["partNumber"])] = self.sent
            self._answer(200, headers={"ETag": kept(self.sent).etag})
            return
        copied = unquote(self.headers.get("x-amz-copy-source", "")).partition("/")[2]
        content = bucket.objects[copied].content if copied else self.sent
        bucket.objects[self.key] = one = kept(content)
        if copied:
            self._tell("CopyObjectResult", f"<ETag>{escape(one.etag)}</ETag>")
        else:
            self._answer(200, headers={"ETag": one.etag})

    def do_POST(self) -> None:
        if not self._begin():
            return
        bucket = self.server.bucket
        if "uploads" in self.asked:
            upload = f"upload-{len(bucket.parts)}"
            bucket.parts[upload] = {}
            self._tell("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>")
        else:
            parts = bucket.parts.pop(self.asked["uploadId"])
            bucket.objects[self.key] = kept(b"".join(parts[number] for number in sorted(parts)))
            self._tell("CompleteMultipartUploadResult", f"<Key>{escape(self.key)}</Key>")

    def do_DELETE(self) -> None:
        if self._begin():
            self.server.bucket.objects.pop(self.key, None)
            self._answer(204)

    def _list(self) -> None:
        bucket = self.server.bucket
        after, prefix = self.asked.get("continuation-token", ""), self.asked.get("prefix", "")
        keys = sorted(key for key in bucket.objects if key.startswith(prefix) and key > after)
        shown, more = keys[: bucket.page_of], keys[bucket.page_of :]
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(bucket.objects[key].content)}</Size>"
            f"<LastModified>{bucket.objects[key].modified.isoformat()}</LastModified></Contents>"
            for key in shown
        )
        rest = "<IsTruncated>false</IsTruncated>"
        if more:
            token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>"
            rest = f"<IsTruncated>true</IsTruncated>{token}"
        self._tell("ListBucketResult", rest + entries)

    def _headers_of(self, one: Kept) -> dict[str, str]:
        return {"ETag": one.etag, "Last-Modified": format_datetime(one.modified, usegmt=True)}

    def _tell(self, element: str, content: str, status: int = 200) -> None:
        self._answer(status, f"<{element} {NAMESPACE}>{content}</{element}>".encode())

    def _fail(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _answer(
        self, status: int, content: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
