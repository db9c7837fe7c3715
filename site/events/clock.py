"""When the clock changes what is said of events."""

import datetime
from collections.abc import Iterator

from django.db.models import Min, Q

from events.models import EventPage, RegistrationMode

A_DAY = datetime.timedelta(days=1)
"""More than the time zones of two events may lie apart, counted from UTC."""


def next_change(now: datetime.datetime) -> datetime.datetime | None:
    """Return when an event next begins or ends, or registration opens or closes."""
    events = EventPage.objects.published()
    bounds = [
        events.filter(**{f"{bound}__gt": now}).aggregate(next=Min(bound))["next"]
        for bound in ("starts_at", "ends_at")
    ]
    moments = [*bounds, *_of_registration(now)]
    return min((moment for moment in moments if moment and moment > now), default=None)


def _of_registration(now: datetime.datetime) -> Iterator[datetime.datetime | None]:
    since = (now - A_DAY).date()
    told = Q(opens_date__gte=since) | Q(closes_date__gte=since)
    events = EventPage.objects.published().filter(told, registration=RegistrationMode.HERE)
    for event in events.defer_streamfields():
        yield event.registration_opens_at
        yield event.registration_closes_at
