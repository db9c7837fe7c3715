"""What a process keeps for itself, within a bound of bytes."""

import pickle
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

FASTEST = 1
"""zlib's level: a page's part in a third of a millisecond, a fifth as long."""


@dataclass
class _Kept:
    values: OrderedDict[str, tuple[bytes, float | None]] = field(default_factory=OrderedDict)
    """Each with the second at which it expires, None for never; what was asked for last is last."""
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, key: str) -> bytes | None:
        packed, expires_at = self.values.get(key, (None, None))
        if expires_at is not None and expires_at <= time.time():
            self.delete(key)
            return None
        if packed is not None:
            self.values.move_to_end(key)
        return packed

    def set(self, key: str, packed: bytes, expires_at: float | None, bound: int) -> None:
        self.delete(key)
        if len(packed) > bound:
            return
        self.values[key] = packed, expires_at
        self.size += len(packed)
        while self.size > bound:
            self.delete(next(iter(self.values)))

    def delete(self, key: str) -> bool:
        packed, _expires_at = self.values.pop(key, (None, None))
        self.size -= len(packed or b"")
        return packed is not None


_all_kept: dict[str, _Kept] = {}


class MemoryCache(BaseCache):
    """A cache of Django's in the process's memory, compressed, of at most `MAX_BYTES` in all.

    Django's own is bounded by a number of entries alone, and a part may be a word or a transcript.
    What has not been asked for the longest goes first; what is larger than all is not kept.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._bound = params["OPTIONS"]["MAX_BYTES"]
        self._kept = _all_kept.setdefault(name, _Kept())

    def get(self, key, default=None, version=None):
        key = self.make_and_validate_key(key, version)
        with self._kept.lock:
            packed = self._kept.get(key)
        return default if packed is None else pickle.loads(zlib.decompress(packed))  # noqa: S301

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key, packed = self.make_and_validate_key(key, version), _packed(value)
        with self._kept.lock:
            self._kept.set(key, packed, self.get_backend_timeout(timeout), self._bound)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key, packed = self.make_and_validate_key(key, version), _packed(value)
        with self._kept.lock:
            if self._kept.get(key) is not None:
                return False
            self._kept.set(key, packed, self.get_backend_timeout(timeout), self._bound)
            return True

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version)
        with self._kept.lock:
            packed = self._kept.get(key)
            if packed is not None:
                self._kept.set(key, packed, self.get_backend_timeout(timeout), self._bound)
        return packed is not None

    def delete(self, key, version=None):
        with self._kept.lock:
            return self._kept.delete(self.make_and_validate_key(key, version))

    def clear(self):
        with self._kept.lock:
            self._kept.values.clear()
            self._kept.size = 0


def _packed(value: object) -> bytes:
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), FASTEST)
