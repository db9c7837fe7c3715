"""What calendars know an event by, and when it counts as changed."""

import uuid

from django.db import transaction
from django.utils import timezone

from events.models import CalendarEntry, EventPage
from outbox.headers import mail_host


def note_published(event: EventPage) -> None:
    """Count a change of time, place or state, once, when an event is published with it."""
    if not event.live:
        return
    state = told_of(event)
    with transaction.atomic():
        entry = CalendarEntry.objects.select_for_update().filter(event_id=event.pk).first()
        if entry is None:
            CalendarEntry.objects.create(
                event_id=event.pk, uid=f"{uuid.uuid4()}@{mail_host()}", told=state
            )
        elif entry.told != state:
            entry.was, entry.told = entry.told, state
            entry.sequence += 1
            entry.changed_at = timezone.now()
            entry.save()


def told_of(event: EventPage) -> dict:
    """Return what a calendar must be told anew when it changes."""
    return {
        "starts": event.starts_at.isoformat(),
        "ends": event.ends_at.isoformat(),
        "zone": event.time_zone,
        "format": event.format,
        "place": event.place,
        "address": event.address,
        "cancelled": event.is_cancelled,
    }
