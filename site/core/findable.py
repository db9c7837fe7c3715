"""What apps offer to be found: texts of objects that the public may see."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from core.offers import Offers


@dataclass(frozen=True)
class FindableText:
    """One thing a search can lead to: an object or a part of it, in plain text without markup."""

    kind: str
    key: str
    """Unique among all of its kind, and lasting."""
    title: str
    text: str = ""
    context: str = ""
    """What else it may be found by, though it is not said there: hosts, tags, the page's title."""
    fragment: str = ""
    """Its place on the object's page, without the #."""
    start: int | None = None
    """Seconds from the start of the recording."""
    place: int = 0
    """Its order among the texts of the object."""
    date: datetime.date | None = None
    hosts: tuple[str, ...] = ()
    """Slugs of persons."""
    tags: tuple[str, ...] = ()
    """Slugs of tags."""
    weight: float = 1.0
    """What its score is multiplied by: less for what few look for."""


Addresses = dict[int, str]
"""Where objects are read, by primary key."""


@dataclass(frozen=True)
class Findable:
    """How the objects of a model are found. No method may change anything."""

    model: type[Model]
    kinds: Mapping[str, str | Promise]
    """The kinds of its texts, each with its label."""
    visible: Callable[[], QuerySet]
    """The objects that the public may see now, and until their `expire_at` if they have one."""
    texts: Callable[[QuerySet], Iterable[tuple[Model, list[FindableText]]]]
    """The texts of such objects, in a number of queries that does not grow with them."""
    addresses: Callable[[QuerySet], Addresses]
    depending: Callable[[list[int]], Iterable[tuple["Findable", list[int]]]] = lambda pks: ()
    """Objects of others whose texts hang on these objects, which have changed."""
    plurals: Mapping[str, str | Promise] = field(default_factory=dict)
    """The labels of its kinds where several are counted, if they have one of their own."""
    parts: frozenset[str] = frozenset()
    """Those of its kinds that only stand in another: what is about a tag leaves them out."""

    @property
    def label(self) -> str:
        """The model's name, as `chats.chatpage`."""
        return self.model._meta.label_lower


findables: Offers[Findable] = Offers()


def findable_of(label: str) -> Findable | None:
    return next((findable for findable in findables if findable.label == label), None)
