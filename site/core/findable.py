"""What apps offer to be found: texts of objects that the public may see."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from wagtail.models import Page

from core.offers import Offers
from core.pages import BasePage, published


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


ObjectRef = tuple[str, int]
"""An object by its model, as `chats.chatpage`, and its primary key."""
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
    of_pages: bool = False
    """Whether they are pages, of which whatever is published may be seen."""

    @property
    def label(self) -> str:
        """The model's name, as `chats.chatpage`."""
        return self.model._meta.label_lower


def findable_page(model: type[BasePage], **said: object) -> Findable:
    """Return how pages of a model are found of which the public may see all that is published."""
    visible = partial(published, model.objects.all())
    return Findable(model, visible=visible, addresses=page_addresses, of_pages=True, **said)


def page_addresses(pages: QuerySet) -> Addresses:
    return {page.pk: page.url for page in pages.only("url_path")}


def addresses_of(refs: Iterable[ObjectRef]) -> dict[ObjectRef, str]:
    """Return where objects are read now; nothing of those that may not be seen."""
    by_model: dict[str, set[int]] = {}
    for label, pk in refs:
        by_model.setdefault(label, set()).add(pk)
    addresses, pages = {}, {}
    for label, pks in by_model.items():
        findable = findable_of(label)
        if findable and findable.of_pages:
            pages |= dict.fromkeys(pks, label)
        elif findable:
            seen = findable.addresses(findable.visible().filter(pk__in=pks))
            addresses |= {(label, pk): address for pk, address in seen.items()}
    if pages:
        # All of them at once, whatever their models.
        seen = page_addresses(published(Page.objects.filter(pk__in=pages)))
        addresses |= {(pages[pk], pk): address for pk, address in seen.items()}
    return addresses


findables: Offers[Findable] = Offers()


def findable_of(label: str) -> Findable | None:
    return next((findable for findable in findables if findable.label == label), None)
