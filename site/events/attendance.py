"""Who was there, and how that is known."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from events.models import EventPage, NotedBy, Registration
from events.registration import Person, admit

_NOTED = ["attended", "minutes", "noted_by"]


def note(
    registration: Registration, attended: bool | None, by: NotedBy, minutes: int | None = None
) -> bool:
    """Note whether somebody with a seat was there; None takes back what was noted.

    `minutes` are whole ones of the call; where none are given, those known stay. A join by link
    counts as being there, but changes nothing that staff or the list of the call have said.
    Returns False where it changes nothing for that reason, or since they have no seat.
    """
    with transaction.atomic():
        rows = Registration.objects.select_for_update().filter(pk=registration.pk)
        row = rows.confirmed().first()
        is_heard = row is not None and not (
            by == NotedBy.JOIN and row.noted_by in (NotedBy.STAFF, NotedBy.ZOOM)
        )
        if is_heard:
            known = row.minutes if minutes is None else minutes
            row.attended, row.minutes = attended, known if attended else None
            row.noted_by = "" if attended is None else by
            row.save(update_fields=_NOTED)
    registration.refresh_from_db(fields=_NOTED)
    return is_heard


def note_all(present: Mapping[Registration, int | None], by: NotedBy) -> int:
    """Note that these were there, for so many minutes each; return for how many that was heard."""
    with transaction.atomic():
        # In one order for all who do this: nobody holds a row another waits for.
        people = sorted(present, key=lambda one: one.pk)
        return sum(note(one, True, by, present[one]) for one in people)


def take_back(registration: Registration) -> bool:
    """Undo a mark of staff; what a link or a list has said, staff contradict."""
    was_staff = registration.noted_by == NotedBy.STAFF
    return note(registration, None if was_staff else False, NotedBy.STAFF)


def add(
    event: EventPage,
    person: Person,
    user: User,
    by: NotedBy = NotedBy.STAFF,
    minutes: int | None = None,
) -> Registration:
    """Register somebody who came without, whether seats are left or not, and note that they did."""
    registration = admit(event, person, user)
    note(registration, True, by, minutes)
    return registration
