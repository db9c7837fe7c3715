"""What is about the same: what shares the most tags, then the newest. Computed here alone."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from core.findable import ObjectRef
from search.kinds import kinds_of_parts
from search.models import Entry, EntryLabel
from search.results import Hit, lead_to
from search.showing import ShownHit, shown

LOOKED_AT = 60
"""Of the best, of which several may be of one object."""
FEWEST_SHARED = 1
NO_BOUND = 1_000_000_000

SHARING = """
    WITH sharing AS (
        SELECT entry_id, COUNT(*) AS shared FROM {labels}
        WHERE facet = 'tag' AND value IN ({tags})
        GROUP BY entry_id
    ), bound AS (
        SELECT COALESCE(
            (SELECT shared FROM sharing ORDER BY shared DESC LIMIT 1 OFFSET %s), 1
        ) AS least
    )
    SELECT ref, model, object_id, least
    FROM bound JOIN sharing ON shared >= least JOIN {entries} ON ref = entry_id
    WHERE (expires_at IS NULL OR expires_at > %s)
        AND NOT (model = %s AND object_id = %s)
        AND kind {among} ({kinds})
    ORDER BY shared DESC, date DESC NULLS LAST, object_id DESC, place, ref
    LIMIT %s
"""
"""What bears some of the tags, what shares the most of them first.

Tags are counted before any entry is read, and of those that share too few none is: a tag may be
borne by thousands.
"""


class Found(NamedTuple):
    ref: str
    model: str
    object_id: int


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
    kinds = list(kinds)
    sharing = _sharing(set(tags) - {""}, own, kinds, most + len(but))
    found = _first(sharing, most, but)
    missing = at_least - len(found)
    if else_newest and missing > 0:
        known = [own, *(hit.entry.object_ref for hit in found)]
        newest = Entry.objects.not_expired().filter(kind=else_newest).but_of_objects(known)
        read = newest.newest_first().values_list(*Found._fields)[:LOOKED_AT]
        found += _first(map(Found._make, read), missing)
    return shown(found)


def _sharing(tags: set[str], own: ObjectRef, kinds: list[str], wanted: int) -> list[Found]:
    """Return those of others that bear some of the tags, what shares the most of them first.

    They are of twice as many objects as wanted, if there are: some may not be seen any more.
    """
    found: list[Found] = []
    # More are asked for where most of the best are its own, of other kinds, or of few objects.
    for best in (4 * wanted, 4 * LOOKED_AT, NO_BOUND) if tags else ():
        found, least = _asked(tags, own, kinds, best)
        is_whole = least == FEWEST_SHARED or len(found) == LOOKED_AT
        if is_whole or len({(one.model, one.object_id) for one in found}) >= 2 * wanted:
            break
    return found


def _asked(tags: set[str], own: ObjectRef, kinds: list[str], best: int) -> tuple[list[Found], int]:
    """Return the first of those that share as many as so many of the best do, and how many."""
    among, kinds = ("IN", kinds) if kinds else ("NOT IN", list(kinds_of_parts()))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    statement = SHARING.format(
        labels=EntryLabel._meta.db_table,
        entries=Entry._meta.db_table,
        tags=_places(tags),
        among=among,
        kinds=_places(kinds),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*tags, best - 1, now, *own, *kinds, LOOKED_AT])
        rows = cursor.fetchall()
    return [Found(*row[:3]) for row in rows], rows[0][3] if rows else 0


def _places(values: Collection[str]) -> str:
    return ", ".join(["%s"] * len(values))


def _first(entries: Iterable[Found], most: int, but: Collection[str] = ()) -> list[Hit]:
    best: dict[ObjectRef, str] = {}
    # Their texts are read of those alone that are shown.
    for ref, model, pk in entries:
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
