"""How the index follows the table of entries: change by change, or as a whole."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from core.findable import ObjectRef
from core.health import HealthPart
from search.engines import Busy, NoIndex, current_engine
from search.entries import sweep
from search.models import Change, Entry

logger = logging.getLogger(__name__)

CHANGES_AT_ONCE = 100
LAGS_AFTER = timedelta(seconds=60)
"""From then on the table answers in place of the index."""
KEPT_FOR = timedelta(seconds=60)
"""Longer than a search takes: one under way sees by a change that it read of two states."""
ENTRIES_AT_ONCE = 2000
OBJECTS_AT_ONCE = 200


def drain() -> bool:
    """Tell the index of changed objects, each whole. Returns whether more may wait."""
    if not Change.objects.waiting().exists():
        return False
    try:
        with current_engine().writing() as writer:
            # Read while nobody else writes to the index: what is written last must not be older.
            changes = list(Change.objects.waiting()[:CHANGES_AT_ONCE])
            objects = {change.object_ref for change in changes}
            # Read after the changes: as new as they are, or newer.
            entries = list(Entry.objects.of_objects(objects).prefetch_related("labels"))
            writer.delete(objects)
            writer.upsert(entries)
    except Busy:
        return False
    except NoIndex:
        return _made_anew()
    _heard(change.pk for change in changes)
    return len(changes) == CHANGES_AT_ONCE


def catch_up() -> None:
    """Bring the table to the objects and the index to the table, whatever either has missed."""
    sweep()
    _compare()


def tidy() -> None:
    """Catch up thoroughly and clear up, in a quiet hour."""
    sweep(thorough=True)
    _compare()
    try:
        current_engine().tidy()
    except (Busy, NoIndex):
        logger.info("The search index is in use elsewhere; it is tidied the next time.")


def rebuild(told: Callable[[Iterator[Entry]], Iterable[Entry]] = iter) -> None:
    """Make the index anew, in service all the while. Raises Busy where that is being done.

    `told` is given the entries as they are read, to count them along the way.
    """
    # Each by its key: one with a lower key may become visible later than these.
    changes = list(Change.objects.waiting().values_list("pk", flat=True))
    current_engine().rebuild(told(all_entries()), differences)
    _heard(changes)


def _compare() -> None:
    try:
        current_engine().follow(differences)
    except NoIndex:
        _made_anew()
    except Busy:
        logger.info("The search index is being written to; it is compared the next time.")


def _made_anew() -> bool:
    """Make the index anew unless somebody else is at it; return whether it was made."""
    try:
        rebuild()
    except Busy:
        logger.info("The search index is being made anew elsewhere.")
        return False
    return True


def _heard(changes: Iterable[int]) -> None:
    remaining = iter(changes)
    while some := list(islice(remaining, CHANGES_AT_ONCE)):
        Change.objects.filter(pk__in=some).update(heard_at=timezone.now())
    Change.objects.filter(heard_at__lt=timezone.now() - KEPT_FOR).delete()


def index() -> HealthPart:
    """Tell how far the index has followed."""
    waiting = Change.objects.waiting().order_by("made_at")
    oldest = waiting.values_list("made_at", flat=True).first()
    behind = timezone.now() - oldest if oldest else timedelta()
    if not current_engine().is_there():
        return HealthPart("index", "none; searches are answered from the database", well=False)
    if behind > LAGS_AFTER:
        minutes = int(behind.total_seconds() // 60)
        return HealthPart("index", f"behind by {minutes} min", well=False)
    return HealthPart("index", "up", well=True)


def all_entries() -> Iterator[Entry]:
    entries = Entry.objects.order_by("pk").prefetch_related("labels")
    return entries.iterator(chunk_size=ENTRIES_AT_ONCE)


def differences(
    known: dict[str, tuple[ObjectRef, str]],
) -> tuple[set[ObjectRef], Iterable[Entry]]:
    """Return what an index must take out and put in, by what it knows."""
    objects = set()
    unheard = dict(known)
    rows = Entry.objects.values_list("ref", "digest", "model", "object_id")
    for ref, digest, model, pk in rows.iterator(chunk_size=ENTRIES_AT_ONCE):
        if unheard.pop(ref, None) != ((model, pk), digest):
            objects.add((model, pk))
    objects |= {ref for ref, _digest in unheard.values()}
    return objects, _entries_of(objects)


def _entries_of(objects: set[ObjectRef]) -> Iterator[Entry]:
    remaining = iter(sorted(objects))
    while some := list(islice(remaining, OBJECTS_AT_ONCE)):
        yield from Entry.objects.of_objects(some).prefetch_related("labels")
