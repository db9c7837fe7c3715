"""Parts of pages that are kept in the process, under the version of the content.

A template keeps one so, its names being whatever else the part depends on:

    {% cache 3600 chat_card content_version chat.pk using="parts" %}…{% endcache %}
"""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.http import HttpRequest

Part = TypeVar("Part")

_MISSING = object()

KEPT_FOR = 3600
"""Seconds; what has not been asked for since is of a version that ended, or not missed."""


def content_version(request: HttpRequest) -> dict[str, str]:
    """A context processor."""
    return {"content_version": _version(request) or uuid.uuid4().hex}


def kept(request: HttpRequest, name: str, make: Callable[[], Part]) -> Part:
    """Return what `make` returned for this version of the content, making it where it is new.

    `name` tells apart all that it depends on besides. What is kept can be pickled, and shows
    nothing that is somebody's own.
    """
    version = _version(request)
    if not version:
        return make()
    key = f"{name}:{version}"
    part = caches["parts"].get(key, _MISSING)
    if part is _MISSING:
        part = make()
        caches["parts"].set(key, part, KEPT_FOR)
    return part


def _version(request: HttpRequest) -> str:
    """Return what parts are kept under; blank for none, as where an editor looks at a draft."""
    is_preview = getattr(request, "is_preview", False)
    return "" if is_preview else getattr(request, "content_version", "")
