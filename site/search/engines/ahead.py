"""An index that lags, and what it has not heard of yet: together they answer as of now."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from core.findable import ObjectRef
from search.engines import FACETS, Found, Narrowing, SearchEngine, fallback_engine
from search.query import Query


class Ahead:
    """Answers of changed objects from the table, of all others from the index.

    What has just changed stands first, until the index has heard of it.
    """

    def __init__(self, index: SearchEngine, changed: Iterable[ObjectRef]) -> None:
        self._index = index
        self._table = fallback_engine()
        self._changed = frozenset(changed)

    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        fresh = self._table.search(query, self._of_changed(narrowing), offset, limit)
        known = self._index.search(
            query,
            self._of_unchanged(narrowing),
            max(0, offset - fresh.total),
            limit - len(fresh.refs),
        )
        counts = {
            facet: dict(Counter(fresh.counts[facet]) + Counter(known.counts[facet]))
            for facet in FACETS
        }
        return Found(fresh.total + known.total, fresh.refs + known.refs, counts)

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        known = self._index.complete(before, beginning, self._of_unchanged(narrowing), limit)
        fresh = self._table.complete(before, beginning, self._of_changed(narrowing), limit)
        return list(dict.fromkeys([*known, *fresh]))[:limit]

    def suggest(self, word: str) -> str | None:
        return self._index.suggest(word)

    def _of_changed(self, narrowing: Narrowing) -> Narrowing:
        within = self._changed if narrowing.within is None else self._changed & narrowing.within
        return replace(narrowing, within=within)

    def _of_unchanged(self, narrowing: Narrowing) -> Narrowing:
        return replace(narrowing, hidden=narrowing.hidden | self._changed)
