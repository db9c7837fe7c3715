"""What is about the same: what shares the most tags, then the newest. Computed here alone."""

from collections.abc import Iterable

from django.db.models import Count, F, Model, Q

from search.models import Entry
from search.results import lead_to
from search.showing import ShownHit, shown

LOOKED_AT = 60
"""Of the best, of which several may be of one object."""


def related(
    item: Model, tags: Iterable[str], kinds: Iterable[str], most: int = 3
) -> list[ShownHit]:
    """Return what else bears these tags, given by slug; each object once, by its best entry."""
    tags = list(tags)
    if not tags:
        return []
    shares = Count("labels", filter=Q(labels__facet="tag", labels__value__in=tags))
    entries = (
        Entry.objects.not_expired()
        .filter(kind__in=list(kinds), labels__facet="tag", labels__value__in=tags)
        .but_of_objects([(item._meta.label_lower, item.pk or 0)])
        .annotate(shared=shares)
        .order_by("-shared", F("date").desc(nulls_last=True), "-object_id", "place", "ref")
    )
    best: dict[tuple[str, int], Entry] = {}
    for entry in entries[:LOOKED_AT]:
        best.setdefault(entry.object_ref, entry)
    return shown(lead_to(best.values())[:most])
