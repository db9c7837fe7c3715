"""Things to find that are nothing else: texts of a test, written down as those of pages are."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core.findable import Findable, FindableText
from people.models import Library
from search import following
from search.engines import Found, Narrowing, SearchEngine
from search.entries import refresh
from search.models import ObjectRef
from search.query import parse, widen


@dataclass
class Corpus:
    """Libraries stand for the objects; what is said of them is said here alone."""

    said: dict[int, list[FindableText]] = field(default_factory=dict)
    _pks: dict[str, int] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.findable = Findable(
            model=Library,
            kinds={},
            visible=lambda: Library.objects.filter(pk__in=self.said),
            texts=self._texts,
            addresses=lambda libraries: {library.pk: "/" for library in libraries},
        )

    def put(
        self, key: str, title: str, text: str = "", *, of: str = "", kind: str = "topic", **fields
    ) -> None:
        """Say something of an object, named by the key unless told."""
        if date := fields.get("date"):
            fields["date"] = datetime.date.fromisoformat(date)
        pk = self.pk(of or key)
        others = [other for other in self.said.get(pk, []) if other.key != key]
        self.said[pk] = [*others, FindableText(kind, key, title, text, **fields)]
        self._changed.add(pk)

    def take_out(self, key: str) -> None:
        """Say nothing any more of the object."""
        self.said.pop(self.pk(key))
        self._changed.add(self.pk(key))

    def put_all(self, titles: Iterable[str]) -> None:
        """Say titles, each of an object of its own and its own key."""
        for title in titles:
            self.put(title, title)

    def pk(self, name: str) -> int:
        if name not in self._pks:
            library = Library(name=name[:100], slug=f"library-{len(self._pks)}")
            self._pks[name] = Library.objects.bulk_create([library])[0].pk
        return self._pks[name]

    def ref(self, name: str) -> ObjectRef:
        return "people.library", self.pk(name)

    def write(self) -> None:
        """Bring the table to what is said."""
        refresh(self.findable, self._changed)
        self._changed.clear()

    def tell(self) -> None:
        """Bring the table and the index to what is said."""
        self.write()
        while following.drain():
            pass

    def _texts(self, libraries: QuerySet) -> Iterator[tuple[Library, list[FindableText]]]:
        for library in libraries:
            yield library, self.said[library.pk]


def look(
    engine: SearchEngine,
    words: str,
    *,
    synonyms: Iterable[list[str]] = (),
    offset: int = 0,
    limit: int = 100,
    **narrowing,
) -> Found:
    query = widen(parse(words), list(synonyms))
    return engine.search(query, Narrowing(**narrowing), offset, limit)


def keys(found: Found) -> list[str]:
    return [ref.partition(":")[2] for ref in found.refs]


def found_in(engine: SearchEngine, words: str, **options) -> set[str]:
    """Return the keys of all that is found."""
    found = look(engine, words, **options)
    assert len(found.refs) == found.total
    return set(keys(found))
