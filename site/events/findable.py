"""Events in the search."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.findable import Addresses, Findable, FindableText
from events.models import EventPage

EVENT = "event"


def _texts(events: QuerySet) -> Iterator[tuple[EventPage, list[FindableText]]]:
    for event in events.for_listing().defer(None):
        named = [
            *(person.name for person in event.hosts),
            *(tag.name for tag in event.shown_tags),
            *(one.name for one in (event.kind, event.series) if one),
            event.place,
        ]
        text = FindableText(
            EVENT,
            key=str(event.pk),
            title=event.title,
            text=f"{event.summary} {event.text}".strip(),
            context=" · ".join(filter(None, named)),
            date=event.date,
            hosts=tuple(dict.fromkeys(person.slug for person in event.hosts)),
            tags=tuple(dict.fromkeys(tag.slug for tag in event.shown_tags)),
        )
        yield event, [text]


def _addresses(events: QuerySet) -> Addresses:
    return {event.pk: event.url for event in events.defer("body")}


EVENTS = Findable(
    model=EventPage,
    kinds={EVENT: _("Event")},
    visible=lambda: EventPage.objects.published(),
    texts=_texts,
    addresses=_addresses,
)
