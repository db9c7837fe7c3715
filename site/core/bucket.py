"""Uploads in a bucket of an S3 service, which this site alone reads and writes.

Readers get them from the site, by the addresses that they have on a disk (core.media). So no bucket
need be public, no stored page has an address that runs out, and no policy names another origin.
Whatever the service does not do is raised as MediaAway, an OSError as disks raise.
"""

import posixpath
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import Any, NamedTuple

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from core.doctor import Finding, bad, good
from core.media import CHUNK, MediaAway, StoredFile

IN_MEMORY = 1024 * 1024
"""Bytes of a file that is read; a larger one lies on the disk while it is open."""
LONGEST_KEY = 1024
"""Bytes."""
# Threads would hold a part each in memory.
UPLOADED = TransferConfig(use_threads=False)
# Within the service: no byte of it comes here.
COPIED = TransferConfig(use_threads=False, multipart_threshold=1024**3, multipart_chunksize=1024**3)

_connecting = Lock()


class Listed(NamedTuple):
    name: str
    size: int
    modified: float
    """POSIX time."""


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the service says against it as disks do."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchKey":
            raise FileNotFoundError(str(error)) from error
        raise MediaAway(str(error)) from error


class Bucket(S3Storage):
    """A folder of a bucket: a storage of Django, and what serving and back-ups need besides."""

    def __init__(self, **options: Any) -> None:
        config = Config(
            s3={"addressing_style": "auto"},
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Not all services know the checksums that Amazon's own takes.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        own = {
            "client_config": config,
            "transfer_config": UPLOADED,
            "file_overwrite": False,
            "default_acl": None,
        }
        super().__init__(**own | options)
        self._one_connection = None
        self._sizes: dict[str, int] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_one_connection": None}

    @property
    def connection(self):
        """One for all threads: what it has read of the protocol takes some 15 MB."""
        with _connecting:
            if self._one_connection is None:
                self._one_connection = super().connection
            return self._one_connection

    def url(self, name: str, *args: object, **kwargs: object) -> str:
        return settings.MEDIA_URL + filepath_to_uri(name).lstrip("/")

    exists = _told()(S3Storage.exists)
    listdir = _told()(S3Storage.listdir)
    get_modified_time = _told()(S3Storage.get_modified_time)

    @_told()
    def size(self, name: str) -> int:
        """Ask for a size once: a podcast has hundreds, and no file is written over."""
        if name not in self._sizes:
            self._sizes[name] = super().size(name)
        return self._sizes[name]

    @_told()
    def delete(self, name: str) -> None:
        self._sizes.pop(name, None)
        super().delete(name)

    @_told()
    def _save(self, name: str, content: File) -> str:
        self._sizes.pop(name, None)
        return super()._save(name, content)

    def find(self, name: str) -> StoredFile:
        """Return a file as it is served. Raises FileNotFoundError, SuspiciousOperation."""
        key = self._key(name)
        if "\0" in key or len(key.encode()) > LONGEST_KEY:
            raise FileNotFoundError(name)
        try:
            head = self._client.head_object(Bucket=self.bucket_name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from error
            raise MediaAway(str(error)) from error
        except BotoCoreError as error:
            raise MediaAway(str(error)) from error
        modified: datetime = head["LastModified"]
        read = partial(self.read, name)
        return StoredFile(head["ContentLength"], modified.timestamp(), head["ETag"], read)

    def walk(self) -> Iterator[Listed]:
        """Yield all files."""
        folder = f"{self.location}/"
        pages = self._client.get_paginator("list_objects_v2")
        with _told():
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=folder):
                for entry in page.get("Contents", ()):
                    # Some tools make a folder as an empty file of its name.
                    if not entry["Key"].endswith("/"):
                        name, changed = entry["Key"].removeprefix(folder), entry["LastModified"]
                        yield Listed(name, entry["Size"], changed.timestamp())

    def read(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Yield the bytes from a first one on, so many. Raises FileNotFoundError."""
        if length <= 0:
            return
        asked = f"bytes={first}-{first + length - 1}"
        with _told():
            key = self._key(name)
            got = self._client.get_object(Bucket=self.bucket_name, Key=key, Range=asked)
            with closing(got["Body"]) as body:
                yield from body.iter_chunks(CHUNK)

    def put(self, name: str, file: File) -> None:
        """Write a file under this very name, over what is there."""
        self._save(name, file)

    @_told()
    def move_all(self, folder: str) -> None:
        """Move all files to another folder of the bucket, beside this one."""
        beside = posixpath.join(posixpath.dirname(self.location), folder)
        for one in list(self.walk()):
            source = {"Bucket": self.bucket_name, "Key": self._key(one.name)}
            self._client.copy(source, self.bucket_name, f"{beside}/{one.name}", Config=COPIED)
            self._client.delete_object(**source)

    def look(self) -> Iterator[Finding]:
        """Write a file, read it, try to as a stranger, and delete it."""
        name = f"doctor-{secrets.token_hex(8)}.txt"
        try:
            self.put(name, ContentFile(name.encode()))
            try:
                next(self.walk(), None)
                is_read = self.open(name).read() == name.encode()
                is_public = self._is_public(name)
            finally:
                self.delete(name)
        except OSError as error:
            yield bad(
                f"The bucket of uploads does not do what it must: {error}",
                "See that the settings MEDIA_S3_… are right, and that the key may list, read, "
                "write and delete there.",
            )
            return
        if not is_read:
            yield bad("The bucket gives back something else than it got.", "Ask its service.")
        elif is_public:
            yield bad(
                "Anybody may read in the bucket of uploads, documents for a few among them.",
                "Make it private: the site serves what readers may have.",
            )
        else:
            yield good("The bucket of uploads takes and gives files, to this site alone.")

    def _is_public(self, name: str) -> bool:
        stranger = self.unsigned_connection.meta.client
        try:
            stranger.head_object(Bucket=self.bucket_name, Key=self._key(name))
        except ClientError:
            return False
        return True

    def _open(self, name: str, mode: str = "rb") -> File:
        """Open a file to be read, from a copy of its own."""
        if mode != "rb":
            raise ValueError("An upload is written as a whole.")
        held = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        found = self.find(name)
        for chunk in found.read(0, found.size):
            held.write(chunk)
        held.seek(0)
        return File(held, name)

    def _key(self, name: str) -> str:
        return self._normalize_name(name)

    @property
    def _client(self):
        return self.connection.meta.client
