"""What a search leads to, as a reader sees it in a list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.safestring import SafeString, mark_safe

from core.findable import findable_of
from core.offers import Offers
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

    @property
    def title(self) -> SafeString:
        return self.hit.title

    @property
    def stamp(self) -> str:
        """When it was said; blank for what has no time."""
        start = self.hit.entry.start
        return "" if start is None else format_stamp(start)

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
