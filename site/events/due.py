"""Mails about events that are due by the clock, or because an event has changed.

Each is written in the transaction that notes it, so that a worker killed in between tells nobody
twice.
"""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from core.due import on_each
from events import telling
from events.calendar_entries import SETTLES_IN
from events.models import EventPage, EventSettings, Registration, RegistrationQuerySet

AT_ONCE = 50
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONGEST_NOTICE = timedelta(days=60)
"""`EventPage.still_coming_days` at most."""


def tell_changes() -> bool:
    """Tell who is registered that an event has moved, is cancelled, or takes place after all.

    Corrections made one right after the other are told of in one mail.
    """
    settled = timezone.now() - SETTLES_IN
    coming = Q(event__live=True, event__ends_at__gt=timezone.now())
    changed = Q(event__entry__changed_at__lte=settled) & ~Q(
        told_sequence=F("event__entry__sequence")
    )
    live = Registration.objects.live().exclude(told_sequence=None)
    return on_each(telling.for_mail(live.filter(coming, changed)), telling.tell_change, AT_ONCE)


def remind() -> bool:
    """Remind who has a seat a day and an hour before; anew of an event that begins at another time.

    Not who got that seat when the time to be reminded had come.
    """
    rules, more = EventSettings.load(), []
    if rules.reminds_a_day_before:
        # Who is reminded late, for the worker was away, is reminded once.
        until = HOUR if rules.reminds_an_hour_before else timedelta()
        due = _to_remind("day_reminder_for", DAY, until)
        more.append(on_each(due, _remind_of_day, AT_ONCE))
    if rules.reminds_an_hour_before:
        due = _to_remind("hour_reminder_for", HOUR)
        more.append(on_each(due, _remind_of_hour, AT_ONCE))
    return any(more)


def ask_still_coming() -> bool:
    """Ask who has a seat whether they still come, some days before, where an event says so."""
    now = timezone.now()
    events = EventPage.objects.published().taking_place().exclude(still_coming_days=None)
    near = events.filter(starts_at__gt=now, starts_at__lte=now + LONGEST_NOTICE)
    for pk, starts_at, days in near.values_list("pk", "starts_at", "still_coming_days"):
        moment = starts_at - timedelta(days=days)
        if moment > now:
            continue
        unasked = Registration.objects.confirmed().filter(_had_seat_by(moment), event_id=pk)
        if on_each(telling.for_mail(unasked.filter(asked_at=None)), _ask, AT_ONCE):
            return True
    return False


def _to_remind(
    field: str, before: timedelta, until: timedelta = timedelta()
) -> RegistrationQuerySet:
    """Return who is to be reminded of events that begin within `before`, but not within `until`."""
    now, begins = timezone.now(), F("event__starts_at")
    soon = Q(event__starts_at__gt=now + until, event__starts_at__lte=now + before)
    planned = Q(event__live=True, event__is_cancelled=False)
    unreminded = Q(**{field: None}) | ~Q(**{field: begins})
    confirmed = Registration.objects.confirmed().filter(planned, soon, unreminded)
    return telling.for_mail(confirmed.filter(_had_seat_by(begins - before)))


def _had_seat_by(moment) -> Q:
    return Q(created_at__lte=moment) & (Q(promoted_at=None) | Q(promoted_at__lte=moment))


def _remind_of_day(registration: Registration) -> None:
    _stamp(registration, day_reminder_for=registration.event.starts_at)
    telling.tell_tomorrow(registration)


def _remind_of_hour(registration: Registration) -> None:
    _stamp(registration, hour_reminder_for=registration.event.starts_at)
    telling.tell_soon(registration)


def _ask(registration: Registration) -> None:
    _stamp(registration, asked_at=timezone.now())
    telling.ask_whether_coming(registration)


def _stamp(registration: Registration, **fields) -> None:
    Registration.objects.filter(pk=registration.pk).update(**fields)
