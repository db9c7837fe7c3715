"""Parts of pages that are kept in the process, under the version of the content.

A template keeps one so, its names being whatever else the part depends on:

    {% cache 3600 chat_card content_version chat.pk using="parts" %}…{% endcache %}
"""

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
    return {"content_version": getattr(request, "content_version", "")}


def kept(request: HttpRequest, name: str, make: Callable[[], Part]) -> Part:
    """Return what `make` returned for this version of the content, making it where it is new.

    `name` tells apart all that it depends on besides. What is kept can be pickled, and shows
    nothing that is somebody's own.
    """
    version = getattr(request, "content_version", "")
    if not version:
        return make()
    key = f"{name}:{version}"
    part = caches["parts"].get(key, _MISSING)
    if part is _MISSING:
        part = make()
        caches["parts"].set(key, part, KEPT_FOR)
    return part
