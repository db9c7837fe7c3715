"""What a search leads to, as a reader sees it in a list."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape

from django.db.models import Model
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from core.findable import findable_of
from core.html import from_text
from core.offers import Offers
from core.text import clean_text
from core.timestamps import format_duration, format_stamp
from search.highlights import is_marked
from search.results import Hit

BETWEEN = " · "
"""What parts the context of an entry."""


@dataclass(frozen=True)
class ShownHit:
    """A hit as components/hit.html shows it; apps show theirs with more."""

    hit: Hit
    topic: object = None
    chat: object = None
    is_passage = False
    listen_href = ""
    about = ""
    """The title of what it stands in, as a section in its guide."""
    is_off = False
    """Whether it was to take place and does not."""

    @property
    def title(self) -> SafeString:
        return self.hit.title

    @property
    def stamp(self) -> str:
        """When it was said; blank for what has no time."""
        start = self.hit.entry.start
        return "" if start is None else format_stamp(start)

    @property
    def date(self) -> datetime.date | None:
        """The day it is of; None for what has no day, or a time."""
        return self.hit.entry.date if self.hit.entry.start is None else None

    @property
    def iso_duration(self) -> str:
        start = self.hit.entry.start
        return "" if start is None else format_duration(start)

    @property
    def found_by(self) -> SafeString:
        """What says the words, if neither title nor text does: a tag, a host, the chat's title."""
        parts = map(mark_safe, self.hit.context.split(BETWEEN))
        return mark_safe(BETWEEN.join(filter(is_marked, parts)))

    @property
    def kind_label(self) -> str:
        findable = findable_of(self.hit.entry.model)
        return str(findable.kinds[self.hit.entry.kind]) if findable else ""

    @property
    def lasting_href(self) -> str:
        """An address that stays its own, whatever becomes of its page."""
        return self.hit.href

    @property
    def began_at(self) -> datetime.datetime:
        """When it was; of what has only a day, when that began."""
        day = self.hit.entry.date or timezone.localdate()
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))

    @property
    def changed_at(self) -> datetime.datetime:
        return self.began_at

    @property
    def told(self) -> SafeString:
        """What feeds say of it, as HTML."""
        return from_text(clean_text(unescape(strip_tags(self.hit.text))))


@dataclass(frozen=True)
class Showing:
    """How an app shows what is found of its objects."""

    model: type[Model]
    show: Callable[[list[Hit]], Iterable[ShownHit]]
    """In the order of the hits, in a number of queries that does not grow with them."""


showings: Offers[Showing] = Offers()


def shown(hits: Iterable[Hit]) -> list[ShownHit]:
    """Fetch what a list shows of hits, in a number of queries that does not grow with them."""
    hits = list(hits)
    found = {hit.entry.ref: ShownHit(hit) for hit in hits}
    for showing in showings:
        label = showing.model._meta.label_lower
        if own := [hit for hit in hits if hit.entry.model == label]:
            found |= {one.hit.entry.ref: one for one in showing.show(own)}
    return [found[hit.entry.ref] for hit in hits]
