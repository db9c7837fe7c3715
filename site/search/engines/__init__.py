"""The port: what an engine must do. It turns words into refs of entries; rows come from the table.

Engines follow the table of entries, told by `search.following`; each of them passes the contract
in tests/search/test_engines.py.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from core.findable import ObjectRef
from search.models import Entry
from search.query import Query

FACETS = ("kind", "year", "host", "tag")
"""What results can be narrowed by and are counted by."""


@dataclass(frozen=True)
class Narrowing:
    """What is looked through; each part narrows further."""

    kinds: tuple[str, ...] = ()
    """Blank for all."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """A value for some of FACETS."""
    within: frozenset[ObjectRef] | None = None
    """The objects to keep to; None for all."""
    hidden: frozenset[ObjectRef] = frozenset()
    """Objects an index may still know and nobody may see."""


Counts = dict[str, dict[str, int]]
"""Of each facet, how many results each value would leave; its own choice is left out of that."""


@dataclass(frozen=True)
class Found:
    total: int
    refs: list[str]
    """Of the page asked for, best first."""
    counts: Counts


LOOKED_OVER = 200
"""How many of the best are looked over for many texts of one object."""
MOST_OF_ONE = 3

Ranked = TypeVar("Ranked")


def spread(
    ranked: Sequence[Ranked], object_of: Callable[[Ranked], Hashable | None]
) -> list[Ranked]:
    """Let no object flood a list, best first: of each come its best three before all its others.

    `object_of` is None for what stands by itself however many there are, as all with a title.
    """
    seen: Counter[Hashable] = Counter()
    before: list[Ranked] = []
    after: list[Ranked] = []
    for one in ranked[:LOOKED_OVER]:
        owner = object_of(one)
        seen[owner] += 1
        is_one_more = owner is not None and seen[owner] > MOST_OF_ONE
        (after if is_one_more else before).append(one)
    return [*before, *after, *ranked[LOOKED_OVER:]]


class Busy(Exception):
    """Somebody else is writing to the index."""


class NoIndex(Exception):
    """There is no index, none of this release, or a damaged one: it is to be made anew."""


class IndexWriter(Protocol):
    def delete(self, objects: Iterable[ObjectRef]) -> None:
        """Take out all entries of these objects."""

    def upsert(self, entries: Iterable[Entry]) -> None:
        """Put in entries, their labels fetched, in place of what has their refs."""


Differences = Callable[[dict[str, tuple[ObjectRef, str]]], tuple[set[ObjectRef], Iterable[Entry]]]
"""Given object and digest of each ref of an index: objects to take out, entries to put in."""


class SearchEngine(Protocol):
    """Reading methods may be called by many threads and processes while one writes.

    Whatever they raise, the caller answers from the table.
    """

    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        """Find what meets the query, which asks for something."""

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        """Return words that begin so and stand together with what comes before, commonest first."""

    def suggest(self, word: str) -> str | None:
        """Return the word probably meant; None for one that is known or like no other."""

    def is_there(self) -> bool:
        """Say whether there is an index to ask, as far as a short look tells."""

    def writing(self) -> AbstractContextManager[IndexWriter]:
        """Change the index: all at once at the end, or not at all. Raises Busy, NoIndex."""

    def follow(self, differences: Differences) -> None:
        """Bring the whole index to what the table says. Raises Busy, NoIndex."""

    def rebuild(self, entries: Iterable[Entry], differences: Differences) -> None:
        """Make the index anew beside the one in use, let it catch up, and switch. Raises Busy."""

    def tidy(self) -> None:
        """Do what keeps it small and fast; called in a quiet hour. Raises Busy, NoIndex."""


def current_engine() -> SearchEngine:
    return _engine(settings.SEARCH_ENGINE)


@lru_cache
def _engine(path: str) -> SearchEngine:
    return import_string(path)()


def fallback_engine() -> SearchEngine:
    return _engine("search.engines.table.TableEngine")
