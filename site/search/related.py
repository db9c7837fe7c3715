"""What is about the same: what shares the most tags, then the newest. Computed here alone."""

from collections.abc import Collection, Iterable

from django.db.models import Count, F, Model

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
    but: Collection[str] = (),
    else_newest: str = "",
    at_least: int = 0,
) -> list[ShownHit]:
    """Return what else bears these tags, given by slug; each object once, by its best entry.

    Without kinds, of all kinds. Objects whose best is among the entries `but` are left out. What
    is missing to `at_least` is made up by the newest of a kind.
    """
    own = item._meta.label_lower, item.pk or 0
    found = _first(_sharing(set(tags) - {""}, _others(own, kinds)), most, but)
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
    sharing = others.filter(labels__facet="tag", labels__value__in=tags)
    # Grouped by its key alone, not by all its text.
    return (
        sharing.values("ref")
        .annotate(shared=Count("labels"))
        .order_by("-shared", F("date").desc(nulls_last=True), "-object_id", "place", "ref")
    )


def _first(entries: EntryQuerySet, most: int, but: Collection[str] = ()) -> list[Hit]:
    best: dict[ObjectRef, str] = {}
    # Their texts are read of those alone that are shown.
    for ref, model, pk in entries.values_list("ref", "model", "object_id")[:LOOKED_AT]:
        best.setdefault((model, pk), ref)
    refs = [ref for ref in best.values() if ref not in but]
    hits = _hits(refs[:most])
    # Nearly all may be seen: the others are asked for only where some may not.
    return hits if len(hits) == most else (hits + _hits(refs[most:]))[:most]


def _hits(refs: list[str]) -> list[Hit]:
    if not refs:
        return []
    entries = Entry.objects.defer("title_stems", "stems").in_bulk(refs)
    return lead_to(entries[ref] for ref in refs if ref in entries)
