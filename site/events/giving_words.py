"""The words of one date of a series, given to those that come later."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from events.models import EventPage, EventQuerySet, EventQuestion

FIELDS = [
    "title",
    "summary",
    "body",
    "format",
    "place",
    "address",
    "arrival_notes",
    "day_contact",
    "join_url",
    "join_notes",
]
OF_QUESTION = ["key", "label", "help", "kind", "choices", "is_required", "is_private"]


def later_dates(event: EventPage) -> EventQuerySet:
    """Return the dates of an event's series that have yet to begin and come after it."""
    if event.series_id is None:
        return EventPage.objects.none()
    later = EventPage.objects.filter(series_id=event.series_id, starts_at__gt=event.starts_at)
    return later.exclude(pk=event.pk).upcoming()


def give_words(
    event: EventPage, dates: Iterable[EventPage], user: User | None = None
) -> list[EventPage]:
    """Give later dates title, text, hosts, place, link and questions of an event, and return them.

    As readers see the event. Dates, registrations and cancellations stay as they are, and so does
    a date that somebody has a draft of, which publishing would publish along.
    """
    given = []
    for pk in sorted(date.pk for date in dates):
        with transaction.atomic():
            date = later_dates(event).select_for_update(of=("self",)).filter(pk=pk).first()
            if date is None or (date.live and date.has_unpublished_changes):
                continue
            _give(event, date.get_latest_revision_as_object(), user)
            given.append(date)
    return given


def _give(event: EventPage, draft: EventPage, user: User | None) -> None:
    for name in FIELDS:
        setattr(draft, name, getattr(event, name))
    draft.hosts = event.hosts
    draft.event_questions = [
        EventQuestion(sort_order=place, **{name: getattr(question, name) for name in OF_QUESTION})
        for place, question in enumerate(event.questions)
    ]
    revision = draft.save_revision(user=user)
    if draft.live:
        revision.publish(user=user)
