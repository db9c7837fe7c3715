"""Parts of pages that are kept in the process, under the version of the content.

A template keeps one so, its names being whatever else the part depends on:

    {% cache 3600 chat_card content_version chat.pk using="parts" %}…{% endcache %}
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.core.cache import caches
from django.http import HttpRequest

Key = TypeVar("Key")
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


def kept_each(
    request: HttpRequest,
    name: str,
    keys: Iterable[Key],
    make: Callable[[Iterable[Key]], Mapping[Key, Part]],
) -> dict[Key, Part]:
    """Return what `make` returned for these keys, making at once what is new of it.

    Of a key for which it returned nothing, that is kept too.
    """
    keys, version = list(keys), _version(request)
    if not version:
        return dict(make(keys))
    # Names of caches have no spaces.
    names = {key: f"{name}:{key}:{version}".replace(" ", "") for key in keys}
    there = caches["parts"].get_many(names.values())
    parts = {key: there[name] for key, name in names.items() if name in there}
    missing = [key for key in names if key not in parts]
    if missing:
        made = make(missing)
        new = {key: made.get(key) for key in missing}
        caches["parts"].set_many({names[key]: part for key, part in new.items()}, KEPT_FOR)
        parts |= new
    return {key: part for key, part in parts.items() if part is not None}


def _version(request: HttpRequest) -> str:
    """Return what parts are kept under; blank for none, as where an editor looks at a draft."""
    is_preview = getattr(request, "is_preview", False)
    return "" if is_preview else getattr(request, "content_version", "")
