"""What calendars know an event by, and when it counts as changed."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from events.models import CalendarEntry, EventPage
from outbox.headers import mail_host

SETTLES_IN = timedelta(minutes=1)
"""How long after a change another is taken for its correction: nobody has been told of it yet."""


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
            now = timezone.now()
            if not entry.was or entry.changed_at <= now - SETTLES_IN:
                entry.was = {**entry.told, "sequence": entry.sequence}
            entry.told, entry.sequence, entry.changed_at = state, entry.sequence + 1, now
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
