"""Events as a search shows them: each says whether it is off."""

from collections.abc import Iterator
from dataclasses import dataclass

from events.models import EventPage
from search.results import Hit
from search.showing import ShownHit


@dataclass(frozen=True)
class EventHit(ShownHit):
    is_off: bool = False


def show_events(hits: list[Hit]) -> Iterator[EventHit]:
    pks = {hit.entry.object_id for hit in hits}
    cancelled = EventPage.objects.filter(pk__in=pks, is_cancelled=True)
    off = set(cancelled.values_list("pk", flat=True))
    return (EventHit(hit, is_off=hit.entry.object_id in off) for hit in hits)
