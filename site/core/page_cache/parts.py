"""Parts of pages that are kept in the process, under the version of the content.

Templates keep theirs by the tag `kept` (core.templatetags.kept).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest

Key = TypeVar("Key")
Part = TypeVar("Part")

_MISSING = object()

KEPT_FOR = 3600
"""Seconds; what has not been asked for since is of a version that ended, or not missed."""


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
        with _noting_failures() as failures:
            part = make()
        if not failures:
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
        with _noting_failures() as failures:
            made = make(missing)
        new = {key: made.get(key) for key in missing}
        if not failures:
            caches["parts"].set_many({names[key]: part for key, part in new.items()}, KEPT_FOR)
        parts |= new
    return {key: part for key, part in parts.items() if part is not None}


@contextmanager
def _noting_failures() -> Iterator[list[Exception]]:
    """Tell what the database refused meanwhile: templates pass over an error in `{% if a or b %}`,
    and what is made without knowing better is not for the next reader."""
    failures: list[Exception] = []

    def note(execute, *arguments):
        try:
            return execute(*arguments)
        except Exception as error:
            failures.append(error)
            raise

    with connection.execute_wrapper(note):
        yield failures


def _version(request: HttpRequest) -> str:
    """Return what parts are kept under; blank for none, as where an editor looks at a draft."""
    is_preview = getattr(request, "is_preview", False)
    return "" if is_preview else getattr(request, "content_version", "")
