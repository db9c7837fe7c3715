"""Events in the search."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from core.findable import Findable, FindableText, findable_page
from events.models import EventPage, Kind, Series
from people.findable import PERSONS, persons_of
from people.models import Person

EVENT = "event"


def _texts(events: QuerySet) -> Iterator[tuple[EventPage, list[FindableText]]]:
    for event in events.in_full().defer(None):
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


def _hanging_on_events(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    return [(PERSONS, persons_of(EVENTS, pks, Q(hosted_events__page__in=pks)))]


EVENTS = findable_page(
    EventPage,
    kinds={EVENT: _("Event")},
    texts=_texts,
    plurals={EVENT: _("Events")},
    depending=_hanging_on_events,
)


def events_naming(named: Person | Tag | Kind | Series) -> list[int]:
    """Return the events whose entries say the name of a person, a tag, a kind or a series."""
    match named:
        case Person():
            events = EventPage.objects.filter(event_hosts__person=named)
        case Tag():
            events = EventPage.objects.filter(tagged_items__tag=named)
        case Kind():
            events = EventPage.objects.filter(kind=named)
        case Series():
            events = EventPage.objects.filter(series=named)
    return list(events.values_list("pk", flat=True).distinct())
