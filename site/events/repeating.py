"""The dates of a series, made ahead of time as copies of the event it is made like."""

import datetime
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from accounts.models import User
from core.publishing import save_draft
from core.zones import NoSuchTime, instant, shown_in
from events import telling
from events.copying import AFRESH, free_slug
from events.models import CalendarPage, EventPage, Follower, Occurrence, Registration, Series
from events.registration import register_followers

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LeftOut:
    """A date of a series on which its local time does not exist, or comes twice."""

    slot: datetime.date
    reason: str
    """In a sentence."""


class InSeriesAlready(ValueError):
    """The event belongs to a series, and a second cannot begin with it."""


def begin_series(event: EventPage, series: Series, user: User | None = None) -> list[EventPage]:
    """Save a new series that begins with a published event, and return the dates made like it.

    Raises InSeriesAlready.
    """
    with transaction.atomic():
        stored = EventPage.objects.select_for_update().get(pk=event.pk)
        if stored.series_id is not None:
            raise InSeriesAlready
        series.pattern = stored
        series.begins_on = stored.date
        series.save()
        _put_into(series, stored, user)
        Occurrence.objects.create(series=series, slot=stored.date, event=stored)
    return make_dates(series, user)


def make_dates(series: Series, user: User | None = None) -> list[EventPage]:
    """Make what dates are missing, as far ahead as the series says, and return the new ones.

    Each is published in one transaction with its `Occurrence` and the registrations of who follows
    the series: two at once, or one after another that was killed, make each date once. A date that
    was moved, cancelled or deleted is not made again; one whose local time does not exist is left
    out. Followers get one mail about all that is new to them.
    """
    pattern = pattern_of(series)
    if pattern is None:
        return []
    _note_pattern(series, pattern)
    known = set(series.occurrences.values_list("slot", flat=True))
    missing = [slot for slot in coming_slots(series, pattern) if slot not in known]
    made = [event for slot in missing if (event := _make(series, slot, user))]
    _tell_followers(series)
    return made


def make_due() -> None:
    """Make dates where less than half of the time ahead has any, or a batch was broken off.

    So followers hear of many dates at once, now and then. Where one series fails, the others get
    theirs all the same; then the failure is raised.
    """
    failure: Exception | None = None
    for series in Series.objects.filter(pattern__live=True).order_by("pk"):
        try:
            if _runs_low(series) or _untold(series).exists():
                make_dates(series)
        except Exception as error:
            logger.exception("No dates could be made of series %d", series.pk)
            failure = error
    if failure is not None:
        raise failure


def pattern_of(series: Series) -> EventPage | None:
    """Return what further dates are made like, as readers see it; None if they do not."""
    return EventPage.objects.live().filter(pk=series.pattern_id).first()


def coming_slots(series: Series, pattern: EventPage) -> Iterator[datetime.date]:
    """Yield the dates of a series from that of its pattern on that have yet to begin."""
    now = shown_in(timezone.now(), pattern.time_zone).replace(tzinfo=None)
    last = now.date() + datetime.timedelta(weeks=series.weeks_ahead)
    own = getattr(pattern, "occurrence", None)
    first = own.slot if own and own.series_id == series.pk else pattern.date
    for slot in series.slots():
        if slot > last:
            return
        if slot >= first and datetime.datetime.combine(slot, pattern.start_time) > now:
            yield slot


def left_out(series: Series, pattern: EventPage) -> list[LeftOut]:
    """Return the coming dates that cannot be made: clocks go forward or back over their time."""
    found = []
    for slot in coming_slots(series, pattern):
        try:
            _moved(pattern, slot)
        except NoSuchTime as error:
            found.append(LeftOut(slot, str(error)))
    return found


def half_ahead(series: Series) -> datetime.date:
    """Return the day to which a series must have dates, or more are made."""
    return timezone.localdate() + datetime.timedelta(weeks=series.weeks_ahead) / 2


def _put_into(series: Series, event: EventPage, user: User | None) -> None:
    """Put an event into a series, as readers see it and in the draft that may lie over it."""
    draft = event.get_latest_revision_as_object()
    draft.series = series
    if event.live and event.has_unpublished_changes:
        event.series = series
        event.save(update_fields=["series"])
    save_draft(draft, user)


def _note_pattern(series: Series, pattern: EventPage) -> None:
    if not Occurrence.objects.filter(event=pattern).exists():
        Occurrence.objects.get_or_create(
            series=series, slot=pattern.date, defaults={"event": pattern}
        )


def _make(series: Series, slot: datetime.date, user: User | None) -> EventPage | None:
    """Make one date; None where it is there, or cannot be."""
    with transaction.atomic():
        # All who make dates of a series take turns.
        current = Series.objects.select_for_update().filter(pk=series.pk).first()
        pattern = pattern_of(current) if current else None
        if pattern is None or current.occurrences.filter(slot=slot).exists():
            return None
        by_hand = EventPage.objects.filter(series=current, date=slot, occurrence=None).first()
        try:
            event = by_hand or _copy(pattern, current, slot, user)
        except NoSuchTime:
            return None
        Occurrence.objects.create(series=current, slot=slot, event=event)
        if by_hand:
            return None
        register_followers(event)
    return event


def _copy(pattern: EventPage, series: Series, slot: datetime.date, user: User | None) -> EventPage:
    """Publish a copy of the pattern, as readers see that, on another day. Raises NoSuchTime."""
    moved = _moved(pattern, slot)
    # Two pages cannot be put at the same place.
    calendar = CalendarPage.objects.select_for_update().get(pk=pattern.get_parent().pk)
    draft = pattern.copy(
        to=calendar,
        user=user,
        copy_revisions=False,
        keep_live=False,
        update_attrs={
            **moved,
            "slug": free_slug(calendar, pattern.slug, slot),
            "series": series,
            "owner": pattern.owner,
            **AFRESH,
        },
    )
    draft.get_latest_revision().publish(user=user, skip_permission_checks=True)
    return EventPage.objects.get(pk=draft.pk)


def _moved(pattern: EventPage, slot: datetime.date) -> dict[str, datetime.date | None]:
    """Return the dates of a copy: all are moved by as many days, by the clock on the wall.

    Raises NoSuchTime.
    """
    by = slot - pattern.date
    days = {
        name: day and day + by
        for name in ("date", "end_date", "opens_date", "closes_date")
        for day in [getattr(pattern, name)]
    }
    for day, time in (
        (days["date"], pattern.start_time),
        (days["end_date"] or days["date"], pattern.end_time),
        (days["opens_date"], pattern.opens_time or datetime.time(0)),
        (days["closes_date"], pattern.closes_time or datetime.time(23, 59)),
    ):
        if day:
            instant(day, time, pattern.time_zone)
    return days


def _runs_low(series: Series) -> bool:
    made = series.occurrences.aggregate(number=Count("pk"), last=Max("slot"))
    return made["number"] <= 1 or made["last"] < half_ahead(series)


def _untold(series: Series) -> QuerySet[Registration]:
    """Return the registrations of followers at coming dates that no mail has told of."""
    live = Registration.objects.live().filter(told_sequence=None, event__is_cancelled=False)
    theirs = live.filter(follower__series=series, follower__ended_at=None)
    return theirs.filter(event__starts_at__gt=timezone.now())


def _tell_followers(series: Series) -> None:
    followers = _untold(series).order_by("follower").values_list("follower", flat=True)
    for pk in followers.distinct():
        with transaction.atomic():
            # Of two that tell at once, the second finds it told.
            follower = Follower.objects.select_for_update().get(pk=pk)
            new = _untold(series).filter(follower=follower).select_related("event")
            if registrations := list(new.order_by("event__starts_at", "pk")):
                telling.tell_new_dates(follower, registrations)
