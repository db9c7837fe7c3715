"""What is about the same: what shares the most tags, then the newest. Computed here alone."""

from collections.abc import Iterable

from django.db.models import Count, F, Model, Q

from search.kinds import kinds_of_parts
from search.models import Entry, EntryQuerySet, ObjectRef
from search.results import Hit, lead_to
from search.showing import ShownHit, shown

LOOKED_AT = 60
"""Of the best, of which several may be of one object."""


def related(
    item: Model,
    tags: Iterable[str],
    kinds: Iterable[str] = (),
    most: int = 3,
    *,
    else_newest: str = "",
    at_least: int = 0,
) -> list[ShownHit]:
    """Return what else bears these tags, given by slug; each object once, by its best entry.

    Without kinds, of all kinds. What is missing to `at_least` is made up by the newest of a kind.
    """
    own = item._meta.label_lower, item.pk or 0
    found = _first(_sharing(set(tags) - {""}, _others(own, kinds)), most)
    missing = at_least - len(found)
    if else_newest and missing > 0:
        known = [own, *(hit.entry.object_ref for hit in found)]
        newest = Entry.objects.not_expired().filter(kind=else_newest).but_of_objects(known)
        found += _first(newest.newest_first(), missing)
    return shown(found)


def _others(own: ObjectRef, kinds: Iterable[str]) -> EntryQuerySet:
    others = Entry.objects.not_expired().but_of_objects([own])
    if kinds := list(kinds):
        return others.filter(kind__in=kinds)
    return others.exclude(kind__in=kinds_of_parts())


def _sharing(tags: set[str], others: EntryQuerySet) -> EntryQuerySet:
    """Return those that bear some of the tags, what shares the most of them first."""
    if not tags:
        return others.none()
    shares = Count("labels", filter=Q(labels__facet="tag", labels__value__in=tags))
    sharing = others.filter(labels__facet="tag", labels__value__in=tags).annotate(shared=shares)
    return sharing.order_by(
        "-shared", F("date").desc(nulls_last=True), "-object_id", "place", "ref"
    )


def _first(entries: EntryQuerySet, most: int) -> list[Hit]:
    best: dict[ObjectRef, Entry] = {}
    for entry in entries[:LOOKED_AT]:
        best.setdefault(entry.object_ref, entry)
    return lead_to(best.values())[:most]
