"""Events to test with, made as the site makes them: saved, with a revision, published."""

import datetime
from collections.abc import Iterable

from django.utils import timezone

from events.models import CalendarPage, EventPage, EventQuestion, Kind, Registration, Seats, Series
from events.registration import Person, register
from people.models import Person as Named


def in_days(days: float) -> datetime.date:
    """Return a date so many days from today, by the site's clock."""
    return timezone.localdate() + datetime.timedelta(days=days)


def make_event(
    title: str = "Packing clinic",
    date: datetime.date | str | None = None,
    start_time: str = "14:00",
    end_time: str = "15:00",
    hosts: Iterable[str] = (),
    tags: Iterable[str] = (),
    kind: str = "",
    series: Series | None = None,
    seats: int | None = None,
    questions: Iterable[EventQuestion] = (),
    live: bool = True,
    **fields,
) -> EventPage:
    """Return an event, in a week from now if no date is given, with so many seats."""
    day = date or in_days(7)
    event = EventPage(
        title=title,
        date=datetime.date.fromisoformat(day) if isinstance(day, str) else day,
        start_time=datetime.time.fromisoformat(start_time),
        end_time=datetime.time.fromisoformat(end_time),
        series=series,
        kind=Kind.objects.get_or_create_named(kind)[0] if kind else None,
        live=False,
        **fields,
    )
    event.new_seats = seats
    event.hosts = [Named.objects.get_or_create_named(name)[0] for name in hosts]
    event.event_questions = list(questions)
    if tags:
        event.tags.set(list(tags))
    CalendarPage.objects.get().add_child(instance=event)
    revision = event.save_revision()
    if live:
        revision.publish()
    return EventPage.objects.get(pk=event.pk)


def make_series(name: str = "Community chat", begins_on: datetime.date | None = None, **fields):
    return Series.objects.create(name=name, begins_on=begins_on or in_days(7), **fields)


def register_one(
    event: EventPage, name: str = "Ines Moreau", email: str = "ines@example.org", **said
) -> Registration:
    """Register one person as the site does, and return the registration."""
    return register(event, [Person(name, email, **said)])[0].registration


def seats_of(event: EventPage) -> tuple[int, int]:
    """Return how many seats are taken and how many people wait."""
    seats = Seats.objects.get(event=event)
    return seats.taken, seats.waiting
