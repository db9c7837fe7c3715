"""Objects whose publishing is news, and what mails tell of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from core.offers import Offers
from core.timestamps import Moment
from updates.following import Ref


@dataclass(frozen=True)
class News:
    """What a mail tells of a thing, in plain text without markup."""

    subject: str
    """Of a mail that tells this alone."""
    title: str
    href: str
    dated: date | None = None
    """Stamped on it."""
    meta: str = ""
    """Who and when, in a line."""
    summary: str = ""
    moments: tuple[Moment, ...] = ()
    action: str = ""
    """What the button says that leads there."""
    html: str = ""
    """Of what is sent whole to who is told at once: its words, safe for mail."""
    text: str = ""
    """The same in plain text."""


@dataclass(frozen=True)
class Source:
    """Objects whose publishing is news. No method may change anything."""

    model: type[Model]
    label: str | Promise
    """What stands above several of them: From the blog."""
    is_fresh: Callable[[Model], bool]
    """Asked when an object is first seen to be news: if not, it was there before, and is not."""
    due_at: Callable[[Model, datetime], datetime | None]
    """Given when it was noticed: from when on it may be told; None while it may not yet."""
    visible: Callable[[], QuerySet]
    """The objects that the public may see now and that are news as they are."""
    follows: Callable[[Model], Iterable[Ref]]
    """What it is told to the followers of; the narrowest first."""
    tell: Callable[[Model], News]
    once: Callable[[int], str] = lambda pk: ""
    """Where others tell of it too: the name under which an address is told once, of a key."""
    found_as: Callable[[int], tuple[str, int] | None] = lambda pk: None
    """Where search entries are another object's: its model's name and key, of a key."""
    is_news: Callable[[Model], bool] = lambda it: it.live
    """Whether an object that was just saved is published as far as it must be to be told of."""

    @property
    def name(self) -> str:
        """The model's, as `blog.postpage`."""
        return self.model._meta.label_lower

    def entries_of(self, pk: int) -> tuple[str, int]:
        """Return of which object a saved search looks through the entries."""
        return self.found_as(pk) or (self.name, pk)

    def find(self, pk: int) -> Model | None:
        """Return an object as it is now; None where there is nothing to tell of it."""
        return self.visible().filter(pk=pk).first()


sources: Offers[Source] = Offers()


def source_named(name: str) -> Source | None:
    return next((source for source in sources if source.name == name), None)
