"""Where answers are kept: in files of this host, or in the cache that several hosts share."""

import json
import logging
import os
import re
import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.cache import caches
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

MOST_PAGES = 10_000
"""Kept of one version by one process: addresses are many, a small server's disk is not."""
ENDED_KEPT_FOR = 60
"""Seconds for which an ended version still lies there, for whoever is reading in it."""
SHARED_FOR = 600
"""Seconds that a shared answer lasts: what bounds a purge that the cache did not hear of."""

_SEGMENT = r"[\w-][\w.-]{0,59}"
_ADDRESS = re.compile(rf"[\w\[][\w.:\]-]{{0,99}}/(?:{_SEGMENT}/)*(?:{_SEGMENT})?")
_LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class Answer:
    """What a reader gets, but for the status: that is 200."""

    headers: dict[str, str]
    body: bytes
    """Compressed (gzip, RFC 1952)."""
    valid_until: float
    """Seconds since the epoch: the next moment at which the clock changes a page."""
    is_plain: bool
    """Whether its headers are those of any page, ETag apart: a web server can say them too."""


class Store(Protocol):
    def version(self) -> str:
        """Return the version of what readers may see; blank where nothing is kept.

        Asked before anything is read of which an answer is made.
        """

    def get(self, version: str, address: str) -> Answer | None: ...

    def put(self, version: str, address: str, answer: Answer) -> None:
        """Keep an answer. One whose version has ended meanwhile is found by nobody."""

    def purge(self) -> None:
        """End the version: nothing that was kept before is found from now on."""

    def forget_ended(self) -> None:
        """Give back the room that ended versions take."""


def current_store() -> Store:
    return _store(settings.PAGE_CACHE_STORE, settings.PAGES_FOLDER)


@cache
def _store(path: str, folder: Path) -> Store:
    return import_string(path)(folder)


class NoStore:
    """Keeps nothing: for work on the code, and for tests."""

    def __init__(self, folder: Path) -> None:
        pass

    def version(self) -> str:
        return ""

    def get(self, version: str, address: str) -> Answer | None:
        return None

    def put(self, version: str, address: str, answer: Answer) -> None:
        pass

    def purge(self) -> None:
        pass

    def forget_ended(self) -> None:
        pass


class FileStore:
    """A folder for each version, the link `current` leading to one; in it one for each address.

    A plain page lies in `@page.gz`, with which nginx may answer by itself, any other body in
    `@body.gz`. Addresses ending in a slash and others differ by a second `@`. No segment of an
    address begins so: neither is taken for the other.
    """

    CURRENT = "current"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current = folder / self.CURRENT
        self._count = ("", 0)

    def version(self) -> str:
        try:
            return self._current.readlink().name
        except FileNotFoundError:
            self.purge()
            return self._current.readlink().name

    def get(self, version: str, address: str) -> Answer | None:
        if not _is_kept(address):
            return None
        folder, named = self._folder / version, _named(address)
        try:
            head = json.loads((folder / f"{named}head.json").read_bytes())
            body = (folder / f"{named}{_body(head['is_plain'])}").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Answer(body=body, **head)

    def put(self, version: str, address: str, answer: Answer) -> None:
        folder, named = self._folder / version, _named(address)
        # One that was cleared away is not to be made again.
        if not _is_kept(address) or self._is_full(version) or not folder.is_dir():
            return
        head = asdict(answer)
        body = head.pop("body")
        (folder / named).parent.mkdir(parents=True, exist_ok=True)
        begun_at = _begun_at(version)
        _write(folder / f"{named}{_body(answer.is_plain)}", body, begun_at)
        _write(folder / f"{named}head.json", json.dumps(head).encode(), begun_at)

    def purge(self) -> None:
        begun_at = int(time.time())
        with suppress(FileNotFoundError):
            ended = self._folder / self._current.readlink()
            # nginx tells two texts of equal length apart by the second alone (its ETag).
            begun_at = max(begun_at, _begun_at(ended.name) + any(ended.iterdir()))
        version = f"{begun_at}-{_drawn()}"
        (self._folder / version).mkdir(parents=True)
        link = self._folder / f"{version}.link"
        link.symlink_to(version)
        link.replace(self._current)

    def forget_ended(self) -> None:
        current, before = self.version(), time.time() - ENDED_KEPT_FOR
        for folder in self._folder.iterdir():
            if folder.name in (self.CURRENT, current) or _begun_at(folder.name) > before:
                continue
            if folder.is_symlink():
                folder.unlink(missing_ok=True)
            else:
                shutil.rmtree(folder, ignore_errors=True)

    def _is_full(self, version: str) -> bool:
        of, count = self._count
        self._count = (version, count + 1 if of == version else 1)
        return self._count[1] > MOST_PAGES


class SharedStore:
    """The cache that all hosts share (CACHE_URL). Where it does not answer, nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self._owes_purge = False

    def version(self) -> str:
        try:
            if self._owes_purge:
                self.purge()
            cached = caches["default"]
            return cached.get("pages:version") or cached.get_or_set("pages:version", _drawn, None)
        except Exception as error:
            logger.warning("The shared cache does not answer: %s", error)
            return ""

    def get(self, version: str, address: str) -> Answer | None:
        return caches["default"].get(_key(version, address)) if _is_kept(address) else None

    def put(self, version: str, address: str, answer: Answer) -> None:
        if _is_kept(address):
            caches["default"].set(_key(version, address), answer, SHARED_FOR)

    def purge(self) -> None:
        self._owes_purge = True
        caches["default"].set("pages:version", _drawn(), None)
        self._owes_purge = False

    def forget_ended(self) -> None:
        """They go by themselves."""


def _is_kept(address: str) -> bool:
    return len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


def _named(address: str) -> str:
    """Return how the names of an address's files begin."""
    return f"{address}@" if address.endswith("/") else f"{address}/@@"


def _body(is_plain: bool) -> str:
    return "page.gz" if is_plain else "body.gz"


def _begun_at(version: str) -> int:
    return int(version.partition("-")[0])


def _write(path: Path, content: bytes, modified_at: int) -> None:
    beside = path.with_name(f"{path.name}.{_drawn()}")
    beside.write_bytes(content)
    os.utime(beside, (modified_at, modified_at))
    beside.replace(path)


def _key(version: str, address: str) -> str:
    return f"pages:{version}:{address}"


def _drawn() -> str:
    return uuid.uuid4().hex
