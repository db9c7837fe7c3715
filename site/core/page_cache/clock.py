"""When the clock alone changes a page: an event begins, registration closes, a day ends."""

import datetime
from collections.abc import Callable

from django.utils import timezone

from core.offers import Offers
from core.page_cache.stores import current_store

next_changes: Offers[Callable[[datetime.datetime], datetime.datetime | None]] = Offers()
"""Asked when, after a moment, the clock next changes what readers see; None for never."""


class Clock:
    """The next moment for one version of the content, asked for once in each process."""

    def __init__(self) -> None:
        self._known: tuple[str, datetime.datetime] | None = None

    def valid_until(self, version: str) -> datetime.datetime:
        known = self._known
        if known is None or known[0] != version:
            known = self._known = (version, next_change(timezone.now()))
        return known[1]


clock = Clock()


def next_change(now: datetime.datetime) -> datetime.datetime:
    """Return the first moment after `now` at which the clock changes a page."""
    return min(filter(None, (ask(now) for ask in next_changes)))


def purge_in_time() -> None:
    """End the version whose moment has come; for the worker, each second."""
    store = current_store()
    version = store.version()
    if version and clock.valid_until(version) <= timezone.now():
        store.purge()


@next_changes.add
def midnight(now: datetime.datetime) -> datetime.datetime:
    """Return the beginning of the next day by the site's time zone."""
    tomorrow = timezone.localdate(now) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time()))
