"""An event made of another one."""

import datetime
import re

from django.db import transaction
from wagtail.coreutils import find_available_slug

from accounts.models import User
from events.models import CalendarPage, EventPage

WEEK = datetime.timedelta(weeks=1)
DATE_AT_END = re.compile(r"-\d{4}-\d{2}-\d{2}$")
LONGEST_SLUG = 200
AFRESH = {
    "is_cancelled": False,
    "cancel_reason": "",
    "go_live_at": None,
    "expire_at": None,
    "expired": False,
    "locked": False,
    "locked_at": None,
    "locked_by": None,
}
"""What a copy does not share with the event it is made of."""


@transaction.atomic
def copy_event(event: EventPage, user: User) -> EventPage:
    """Return a draft a week later of what editors wrote last; nobody is registered for it.

    It has a UID and seats of its own, as many as the event. Raises PermissionDenied where the user
    may not add events, and ValidationError where there is no such local time a week later.
    """
    # Two pages cannot be put at the same place.
    calendar = CalendarPage.objects.select_for_update().get(pk=event.get_parent().pk)
    written = event.get_latest_revision_as_object()
    for name in ("date", "end_date", "opens_date", "closes_date"):
        if day := getattr(written, name):
            setattr(written, name, day + WEEK)
    written.clean()
    made = written.copy(
        to=calendar,
        user=user,
        copy_revisions=False,
        keep_live=False,
        update_attrs={
            "slug": free_slug(calendar, written.slug, written.date),
            **AFRESH,
        },
    )
    return EventPage.objects.get(pk=made.pk)


def free_slug(calendar: CalendarPage, slug: str, day: datetime.date) -> str:
    """Return a free address like that of an event, for one on another day."""
    stem = DATE_AT_END.sub("", slug)[:LONGEST_SLUG]
    return find_available_slug(calendar, f"{stem}-{day.isoformat()}")
