"""Events as readers see them: in a list, and on a page of their own."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.db.models import F, TextChoices, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Site

from core.lazy import lazily
from core.pages import Crumb, published
from core.structured_data import as_script
from events.forms import blank_form
from events.models import CalendarPage, EventHost, EventPage, RegistrationMode, Seats
from events.models.pages import hosted_by, named_beside
from events.news import follow_refs
from events.structured_data import event_data
from search.related import related

MOST_RELATED = 4


class Registering(StrEnum):
    """What a reader can do about coming to an event."""

    OVER = "over"
    NOT_NEEDED = "not needed"
    ELSEWHERE = "elsewhere"
    LATER = "later"
    CLOSED = "closed"
    OPEN = "open"
    QUEUE = "queue"
    FULL = "full"

    @property
    def is_open(self) -> bool:
        """Whether the form stands on the page."""
        return self in (Registering.OPEN, Registering.QUEUE)


SEATS_TOLD = {Registering.LATER, Registering.OPEN, Registering.QUEUE, Registering.FULL}
"""Where a reader is told how many seats there are."""


def registering_at(event: EventPage) -> Registering:
    """Say what a reader can do now."""
    if event.is_cancelled or event.is_over:
        return Registering.OVER
    if event.registration == RegistrationMode.NONE:
        return Registering.NOT_NEEDED
    if event.registration == RegistrationMode.ELSEWHERE:
        return Registering.ELSEWHERE
    if event.opens_later:
        return Registering.LATER
    if not event.is_open:
        return Registering.CLOSED
    seats = seats_of(event)
    if seats is None or not seats.is_full:
        return Registering.OPEN
    return Registering.QUEUE if event.has_waiting_list else Registering.FULL


def seats_of(event: EventPage) -> Seats | None:
    """Return an event's seats; None for one that was never saved."""
    return getattr(event, "seats", None)


class State(TextChoices):
    """What a list says of an event beside when and where."""

    CANCELLED = "cancelled", _("Cancelled")
    NOW = "now", _("On now")
    FULL = "full", _("Full")
    WAITING_LIST = "waiting_list", _("Waiting list")

    @property
    def icon(self) -> str:
        return self.value


@dataclass(frozen=True)
class ListedEvent:
    """An event in a list."""

    event: EventPage
    hosts_line: str = ""
    recording: Page | None = None
    """Where it is to be heard and seen once it is over, if anybody may."""

    @cached_property
    def state(self) -> State | None:
        if self.event.is_cancelled:
            return State.CANCELLED
        if self.event.has_begun and not self.event.is_over:
            return State.NOW
        states = {Registering.FULL: State.FULL, Registering.QUEUE: State.WAITING_LIST}
        return states.get(self.registering)

    @cached_property
    def registering(self) -> Registering:
        return registering_at(self.event)


def listed(events: Iterable[EventPage]) -> list[ListedEvent]:
    """Return events, fetched `for_listing`, as a list shows them."""
    shown = list(events)
    names, recordings = _names_of_hosts(shown), _recordings(shown)
    return [
        ListedEvent(event, hosted_by(names[event.pk]), recordings.get(event.pk)) for event in shown
    ]


def _names_of_hosts(events: Iterable[EventPage]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    hosts = EventHost.objects.filter(page__in=[event.pk for event in events])
    for pk, name in hosts.values_list("page", "person__name"):
        names[pk].append(name)
    return names


def _recordings(events: Iterable[EventPage]) -> dict[int, Page]:
    """Return the pages on which past events go on, of those that readers may see, by event."""
    over = [event.pk for event in events if event.is_over]
    if not over:
        return {}
    sequels = Page.objects.filter(event_sequel__event__in=over)
    pages = published(sequels).annotate(of_event=F("event_sequel__event")).only("url_path")
    return {page.of_event: page for page in pages}


class Month(NamedTuple):
    """A month's events in a list."""

    first: datetime.date
    items: list[ListedEvent]


def by_month(items: Iterable[ListedEvent]) -> list[Month]:
    """Group a list by the months of its dates."""
    groups = groupby(items, lambda item: item.event.date.replace(day=1))
    return [Month(first, list(group)) for first, group in groups]


def event_context(event: EventPage, request: HttpRequest, crumbs: list[Crumb]) -> dict:
    """Return what an event's page shows beside its own fields; the same for every reader."""
    looked_up = ("registering", "seats", "recording", "form", "structured_data", "related")
    return {
        "calendar_url": crumbs[-1].href,
        "follow_refs": follow_refs(event),
        **lazily(lambda: _looked_up(event, request), *looked_up),
    }


def _looked_up(event: EventPage, request: HttpRequest) -> dict:
    is_saved = event.pk is not None
    if is_saved:
        # Else each use of them asks anew.
        prefetch_related_objects([event], *named_beside())
    registering = registering_at(event)
    return {
        "registering": registering,
        "seats": seats_of(event) if registering in SEATS_TOLD else None,
        "recording": _recordings([event]).get(event.pk),
        "form": blank_form(event) if is_saved and registering.is_open else None,
        "structured_data": as_script(event_data(event, Site.find_for_request(request))),
        "related": related(event, (tag.slug for tag in event.shown_tags), most=MOST_RELATED),
    }


def below(calendar: CalendarPage, request: HttpRequest) -> dict[str, list[Crumb]]:
    """Return the crumbs of a page below the calendar that is none of the tree."""
    return {"crumbs": calendar.crumbs_to(request)}
