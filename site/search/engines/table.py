"""Answers from the table of entries itself: slower than an index, and never behind."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from core.findable import ObjectRef
from search.engines import (
    FACETS,
    LOOKED_OVER,
    Counts,
    Differences,
    Found,
    IndexWriter,
    Narrowing,
    spread,
)
from search.models import Entry, EntryLabel, EntryQuerySet
from search.query import Alternative, Query
from search.words import words_of

YEAR = re.compile(r"[0-9]{4}")
TITLES_TO_COMPLETE_FROM = 500
TITLE_COUNTS = 2
"""How much more a word counts in a title than in the text."""


class TableEngine:
    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        met = _meeting(query, _within(narrowing))
        found = _chosen(met, narrowing)
        if query:
            refs = _best(query, found, offset + limit)[offset : offset + limit]
        else:
            newest = found.newest_first().values_list("ref", flat=True)
            refs = list(newest[offset : offset + limit])
        return Found(found.count(), refs, _counts(met, narrowing))

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        met = _chosen(_meeting(before, _within(narrowing)), narrowing)
        entries = met.filter(title__icontains=beginning)
        titles = entries.newest_first().values_list("title", flat=True)
        words = Counter(
            word
            for title in titles[:TITLES_TO_COMPLETE_FROM]
            for word in set(words_of(title))
            if word.startswith(beginning)
        )
        return sorted(words, key=lambda word: (-words[word], word))[:limit]

    def suggest(self, word: str) -> str | None:
        return None

    def is_there(self) -> bool:
        return True

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        yield self

    def delete(self, objects: Iterable[ObjectRef]) -> None:
        """The table has them no more already."""

    def upsert(self, entries: Iterable[Entry]) -> None:
        """The table has them already."""

    def follow(self, differences: Differences) -> None:
        """It is never behind."""

    def rebuild(self, entries: Iterable[Entry], differences: Differences) -> None:
        """There is nothing beside the table."""

    def tidy(self) -> None:
        """The database sees to itself."""


def _within(narrowing: Narrowing) -> EntryQuerySet:
    entries = Entry.objects.not_expired()
    if narrowing.kinds:
        entries = entries.filter(kind__in=narrowing.kinds)
    if narrowing.within is not None:
        entries = entries.of_objects(narrowing.within)
    if narrowing.hidden:
        entries = entries.but_of_objects(narrowing.hidden)
    return entries


def _meeting(query: Query, entries: EntryQuerySet) -> EntryQuerySet:
    for term in query.terms:
        entries = entries.filter(_any_of(term.alternatives, "stems"))
    if query.unwanted:
        entries = entries.exclude(_any_of(query.unwanted, "stems"))
    return entries


def _any_of(alternatives: Iterable[Alternative], field: str) -> Q:
    said = Q(pk__in=[])
    for alternative in alternatives:
        said |= Q(**{f"{field}__contains": f" {' '.join(alternative.stems)} "})
    return said


def _chosen(entries: EntryQuerySet, narrowing: Narrowing, but: str = "") -> EntryQuerySet:
    for facet, value in narrowing.chosen.items():
        if facet == but:
            continue
        if facet == "kind":
            entries = entries.filter(kind=value)
        elif facet == "year":
            entries = entries.filter(year=int(value)) if YEAR.fullmatch(value) else entries.none()
        else:
            entries = entries.labelled(facet, value)
    return entries


def _best(query: Query, found: EntryQuerySet, limit: int) -> list[str]:
    """Return the refs of the best: with the most words in the title, of the most weight, newest."""
    ranked = found.annotate(in_title=_terms_in_title(query)).order_by(
        ((F("in_title") * TITLE_COUNTS + 1) * F("weight")).desc(),
        F("date").desc(nulls_last=True),
        "place",
        "ref",
    )
    rows = ranked.values_list("ref", "title_stems", "model", "object_id")
    best = spread(
        list(rows[: max(limit, LOOKED_OVER)]),
        lambda row: None if row[1].strip() else row[2:],
    )
    return [ref for ref, *_object in best]


def _terms_in_title(query: Query):
    score = Value(0)
    for term in query.terms:
        in_title = _any_of(term.alternatives, "title_stems")
        score = score + Case(When(in_title, then=Value(1)), default=Value(0))
    return score


def _counts(met: EntryQuerySet, narrowing: Narrowing) -> Counts:
    counts: Counts = {}
    for facet in FACETS:
        entries = _chosen(met, narrowing, but=facet)
        if facet in {"kind", "year"}:
            counted = _count(entries.exclude(**{facet: None}), facet)
        else:
            labels = EntryLabel.objects.filter(facet=facet, entry__in=entries.values("pk"))
            counted = _count(labels, "value")
        counts[facet] = {str(value): count for value, count in counted}
    return counts


def _count(rows: QuerySet, field: str) -> Iterable[tuple[object, int]]:
    return rows.order_by().values_list(field).annotate(Count("pk", distinct=True))
