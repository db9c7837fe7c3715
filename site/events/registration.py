"""Who has a seat, who waits, and how that changes.

Each function locks the row of the event's seats before it looks at who is registered, so that all
who change an event take turns; the counters in that row are the truth that no two can claim twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.text import folded
from events.models import (
    LONGEST_NAME,
    Answer,
    EndedBy,
    EventPage,
    EventSettings,
    Follower,
    FollowerQuerySet,
    Registration,
    RegistrationQuerySet,
    Seats,
    Series,
    State,
)
from outbox.addresses import key_of, prove
from outbox.models import Address

AT_ONCE = 20


class NotOpen(Exception):
    """The event takes no registration now."""


class Full(Exception):
    """No seat is left, and there is no waiting list."""


class TooFew(ValueError):
    """More people have a seat than there would be seats; `taken` says how many."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"{taken} seats are taken")
        self.taken = taken


@dataclass(frozen=True)
class Person:
    """Somebody who wants to come, as a form says."""

    name: str
    email: str
    library: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    """By the key of the question; what was left empty is not among them."""


@dataclass(frozen=True)
class Registered:
    registration: Registration
    is_new: bool = True
    """False where the same person was registered already."""


def provide_seats(event: EventPage) -> None:
    """Give an event its row of seats when it is saved first: as many as its form said."""
    capacity = event.__dict__.pop("new_seats", None)
    Seats.objects.get_or_create(event_id=event.pk, defaults={"capacity": capacity})


def copy_capacity(event: EventPage, made: EventPage) -> None:
    """Let a copy have as many seats as the event it was made of."""
    capacity = Seats.objects.filter(event_id=event.pk).values_list("capacity", flat=True).first()
    Seats.objects.filter(event_id=made.pk).update(capacity=capacity)


def register(
    event: EventPage, people: Sequence[Person], *, by: User | None = None
) -> list[Registered]:
    """Register people who came in by one form, in their order; each gets a seat or waits.

    Of staff it is taken whenever they do it. Raises NotOpen, and Full where one of them would find
    neither a seat nor a waiting list: then nobody was registered.
    """
    from events import telling

    if by is None and not event.is_open:
        raise NotOpen
    with transaction.atomic(durable=True):
        registered = [_register(event, person, by=by) for person in people]
        # Where a seat was given up while the first of them was told to wait.
        _move_up(event.pk)
        for one in registered:
            one.registration.refresh_from_db()
        telling.tell_registered([one.registration for one in registered])
    return registered


def admit(event: EventPage, person: Person, by: User) -> Registration:
    """Register somebody who came without: with a seat, and one more where all are taken."""
    from events import telling

    with transaction.atomic(durable=True):
        seats = _lock(event.pk)
        known = _same(event, person).live().first()
        if known is None:
            seats.taken += 1
            if seats.is_limited:
                seats.capacity = max(seats.capacity, seats.taken)
            seats.save()
            known = _enter(event, person, has_seat=True, by=by)
            if not event.is_over:
                telling.tell_registered([known])
        elif known.is_waiting:
            promote(known)
            known.refresh_from_db()
    return known


def follow(
    series: Series, event: EventPage, people: Sequence[Person]
) -> tuple[list[Follower], list[Registered]]:
    """Register people for all coming dates of a series, and for those that will be made.

    Returns what became of them at `event`, at which they did it. A date without a seat or a
    waiting list is left out. Raises NotOpen where `event` is not open.
    """
    from events import telling

    if not event.is_open:
        raise NotOpen
    with transaction.atomic(durable=True):
        # Its dates are made under the same lock: none comes in between.
        Series.objects.select_for_update().get(pk=series.pk)
        followers = [_follower(series, person) for person in people]
        # In one order for all who do this: nobody holds a date another waits for.
        dates = list(coming_dates(series))
        if event not in dates:
            dates.insert(0, event)
        at_event = []
        for date in sorted(dates, key=lambda date: date.pk):
            for follower, person in zip(followers, people, strict=True):
                try:
                    one = _register(date, person, follower=follower)
                except Full:
                    continue
                if date.pk == event.pk:
                    at_event.append(one)
            _move_up(date.pk)
        for one in at_event:
            one.registration.refresh_from_db()
        telling.tell_following(followers)
    return followers, at_event


def coming_dates(series: Series) -> Iterable[EventPage]:
    """Return the dates of a series that readers see and may register for."""
    events = EventPage.objects.published().filter(series=series).taking_place()
    return [event for event in events.upcoming() if event.is_open or event.opens_later]


def register_followers(event: EventPage) -> list[Registered]:
    """Register who follows the series of an event that was made later. Tells nobody."""
    if event.series_id is None:
        return []
    registered = []
    with transaction.atomic():
        followers = Follower.objects.active().filter(series_id=event.series_id).order_by("pk")
        known = Registration.objects.filter(event=event).values("follower")
        for follower in followers.exclude(pk__in=known):
            person = Person(follower.name, follower.email, follower.library)
            try:
                registered.append(_register(event, person, follower=follower))
            except Full:
                break
        _move_up(event.pk)
    return registered


def cancel(registration: Registration, by: EndedBy = EndedBy.THEMSELVES) -> bool:
    """Give up a seat or a place in the queue; who waits moves up. False if it was not theirs."""
    with transaction.atomic():
        return _end(registration.pk, registration.event_id, by)


def stop_following(follower: Follower) -> int:
    """End following a series, and cancel its coming dates; return how many those were."""
    from events import telling

    with transaction.atomic():
        ended = Follower.objects.active().filter(pk=follower.pk).update(ended_at=timezone.now())
        if not ended:
            return 0
        theirs = follower.registrations.live().filter(event__starts_at__gt=timezone.now())
        for event_pk in theirs.order_by("event_id").values_list("event_id", flat=True):
            _lock(event_pk)
        dates = list(theirs.order_by("event_id", "pk"))
        for one in dates:
            _end(one.pk, one.event_id, EndedBy.THEMSELVES, tells=False)
        telling.tell_stopped(follower, dates)
        return len(dates)


def promote(registration: Registration) -> bool:
    """Give one who waits a seat out of turn; where all are taken, there is one more from now on.

    False if they do not wait any more.
    """
    from events import telling

    with transaction.atomic():
        seats = _lock(registration.event_id)
        waiting = Registration.objects.waiting().filter(pk=registration.pk).first()
        if waiting is None:
            return False
        if seats.is_limited and seats.taken >= seats.capacity:
            seats.capacity = seats.taken + 1
        seats.taken += 1
        seats.waiting -= 1
        seats.save()
        _give_seat(waiting)
        telling.tell_moved_up(waiting)
    return True


def change_capacity(event: EventPage, capacity: int | None) -> int:
    """Change how many seats there are; return how many moved up from the queue.

    Raises TooFew below the number of those who have a seat: nobody loses one.
    """
    with transaction.atomic():
        seats = _lock(event.pk)
        if capacity is not None and capacity < seats.taken:
            raise TooFew(seats.taken)
        seats.capacity = capacity
        seats.save()
        return len(_move_up(event.pk))


def change(registration: Registration, name: str, library: str, answers: dict[str, str]) -> None:
    """Change what somebody said of themselves. Raises ValidationError for another's name."""
    with transaction.atomic():
        _lock(registration.event_id)
        correct(registration, name, library)
        for question in registration.event.questions:
            given = registration.answers.filter(question=question.key)
            if value := answers.get(question.key, ""):
                said = {"value": value, "label": question.label, "is_private": question.is_private}
                registration.answers.update_or_create(question=question.key, defaults=said)
            else:
                given.delete()


def correct(registration: Registration, name: str, library: str) -> None:
    """Spell a name or a library otherwise, for later dates of a series they follow as well.

    Raises ValidationError where somebody of that name is registered with that address already.
    """
    with transaction.atomic():
        _lock(registration.event_id)
        same = (
            Registration.objects.live()
            .exclude(pk=registration.pk)
            .filter(
                event_id=registration.event_id,
                email_key=registration.email_key,
                folded_name=folded(name)[:LONGEST_NAME],
            )
        )
        if registration.is_live and same.exists():
            said = _("Somebody of this name is registered with this address already.")
            raise ValidationError(said)
        registration.name, registration.library = name, library
        registration.save(update_fields=["name", "folded_name", "library"])
        if follower := registration.follower:
            person = Person(name, registration.email)
            if not _following(follower.series, person).exclude(pk=follower.pk).exists():
                follower.name, follower.library = name, library
                follower.save(update_fields=["name", "folded_name", "library"])


def say_coming(registration: Registration) -> bool:
    """Note that somebody still comes; False if they have no seat any more."""
    theirs = Registration.objects.confirmed().filter(pk=registration.pk)
    return bool(theirs.update(coming_at=timezone.now()))


def place_in_queue(registration: Registration) -> int:
    """Return how far somebody who waits is from the front, which is 1."""
    before = Registration.objects.waiting().filter(event_id=registration.event_id)
    return before.filter(pk__lt=registration.pk).count() + 1


def confirm_address(registration: Registration) -> bool:
    """Note that an address is its owner's: all seats held for it stay.

    Return whether this registration is live: it may have lost its seat in the meantime.
    """
    with transaction.atomic():
        _lock(registration.event_id)
        prove(registration.email)
        held = Registration.objects.at_address(registration.email_key)
        held.exclude(confirm_by=None).update(confirm_by=None)
    registration.refresh_from_db()
    return registration.is_live


def release_unproven() -> bool:
    """Give seats to others that nobody confirmed in time. Returns whether there are more."""
    due = Q(confirm_by__lte=timezone.now(), state=State.CONFIRMED)
    return _release(due, EndedBy.UNPROVEN)


def release_silent() -> bool:
    """Give seats of who did not say that they still come to who waits, in order."""
    answered_by = timezone.now() - timedelta(hours=EventSettings.load().hours_to_answer)
    due = Q(
        state=State.CONFIRMED,
        asked_at__lte=answered_by,
        coming_at=None,
        event__gives_up_silent=True,
        event__is_cancelled=False,
        event__starts_at__gt=timezone.now(),
        event__seats__waiting__gt=0,
    )
    return _release(due, EndedBy.SILENT)


def claim_seat(event_pk: int) -> bool:
    """Take a seat if one is free and nobody waits for it. Locks the row of seats if so."""
    is_free = Q(capacity=None) | Q(taken__lt=F("capacity"))
    free = Seats.objects.filter(is_free, event_id=event_pk, waiting=0)
    return bool(free.update(taken=F("taken") + 1))


def _register(
    event: EventPage,
    person: Person,
    *,
    by: User | None = None,
    follower: Follower | None = None,
) -> Registered:
    has_seat = claim_seat(event.pk)
    if not has_seat:
        Seats.objects.filter(event_id=event.pk).update(waiting=F("waiting") + 1)
    # The row is locked either way: who is registered does not change from here on.
    if known := _same(event, person).live().first():
        _give_back(event.pk, has_seat)
        if follower and known.follower_id is None:
            Registration.objects.filter(pk=known.pk).update(follower=follower)
        return Registered(known, is_new=False)
    if not has_seat and not event.has_waiting_list:
        _give_back(event.pk, has_seat)
        raise Full
    return Registered(_enter(event, person, has_seat=has_seat, by=by, follower=follower))


def _enter(
    event: EventPage,
    person: Person,
    *,
    has_seat: bool,
    by: User | None,
    follower: Follower | None = None,
) -> Registration:
    """Write the row of somebody for whom a seat or a place in the queue is counted already."""
    registration = Registration(
        event_id=event.pk,
        follower=follower,
        name=person.name,
        email=person.email,
        library=person.library,
        state=State.CONFIRMED if has_seat else State.WAITING,
        added_by=by,
        sequence_shift=_shift_after(event.pk, person.email),
    )
    if has_seat and by is None:
        registration.confirm_by = _confirm_by(event, registration)
    registration.save(force_insert=True)
    Answer.objects.bulk_create(
        Answer(
            registration=registration,
            question=question.key,
            label=question.label,
            value=value,
            is_private=question.is_private,
        )
        for question in event.questions
        if (value := person.answers.get(question.key, ""))
    )
    return registration


def _same(event: EventPage, person: Person) -> RegistrationQuerySet:
    return Registration.objects.filter(
        event_id=event.pk,
        email_key=key_of(person.email),
        folded_name=folded(person.name)[:LONGEST_NAME],
    )


def _following(series: Series, person: Person) -> FollowerQuerySet:
    return Follower.objects.active().filter(
        series=series,
        email_key=key_of(person.email),
        folded_name=folded(person.name)[:LONGEST_NAME],
    )


def _follower(series: Series, person: Person) -> Follower:
    return _following(series, person).first() or Follower.objects.create(
        series=series, name=person.name, email=person.email, library=person.library
    )


def _lock(event_pk: int) -> Seats:
    return Seats.objects.select_for_update().get(event_id=event_pk)


def _give_back(event_pk: int, had_seat: bool) -> None:
    counter = "taken" if had_seat else "waiting"
    Seats.objects.filter(event_id=event_pk).update(**{counter: F(counter) - 1})


def _move_up(event_pk: int) -> list[Registration]:
    """Give free seats to who waits, in order, with a mail to each."""
    from events import telling

    seats = _lock(event_pk)
    if not seats.waiting:
        return []
    free = None if seats.capacity is None else max(0, seats.capacity - seats.taken)
    moved = list(Registration.objects.waiting().filter(event_id=event_pk).in_order()[:free])
    if moved:
        seats.taken += len(moved)
        seats.waiting -= len(moved)
        seats.save()
    for registration in moved:
        _give_seat(registration)
        telling.tell_moved_up(registration)
    return moved


def _give_seat(registration: Registration) -> None:
    registration.state = State.CONFIRMED
    registration.promoted_at = timezone.now()
    registration.confirm_by = _confirm_by(registration.event, registration)
    registration.save(update_fields=["state", "promoted_at", "confirm_by"])


def _end(
    pk: int, event_pk: int, by: EndedBy, still: Q | None = None, *, tells: bool = True
) -> bool:
    from events import telling

    _lock(event_pk)
    live = Registration.objects.live().filter(still or Q(), pk=pk)
    registration = live.select_related("event").first()
    if registration is None:
        return False
    had_seat = registration.is_confirmed
    gives_up = by in (EndedBy.UNPROVEN, EndedBy.SILENT)
    registration.state = State.RELEASED if gives_up else State.CANCELLED
    registration.ended_at, registration.ended_by = timezone.now(), by
    registration.confirm_by = None
    registration.save(update_fields=["state", "ended_at", "ended_by", "confirm_by"])
    _give_back(event_pk, had_seat)
    if tells:
        telling.tell_ended(registration, had_seat=had_seat)
    _move_up(event_pk)
    return True


def _release(due: Q, by: EndedBy) -> bool:
    rows = Registration.objects.filter(due).in_order()
    pairs = list(rows.values_list("pk", "event_id")[:AT_ONCE])
    for pk, event_pk in pairs:
        with transaction.atomic():
            _end(pk, event_pk, by, still=due)
    return len(pairs) == AT_ONCE


def _confirm_by(event: EventPage, registration: Registration) -> datetime | None:
    """Return by when an address never proven must be, to keep a seat that others want."""
    now = timezone.now()
    is_limited = Seats.objects.filter(event_id=event.pk).exclude(capacity=None).exists()
    if not is_limited or event.starts_at <= now:
        return None
    known = Address.objects.filter(key=key_of(registration.email)).exclude(proven_at=None)
    if known.exists():
        return None
    return min(now + timedelta(hours=EventSettings.load().confirm_hours), event.starts_at)


def _shift_after(event_pk: int, email: str) -> int:
    """Return what makes an entry newer than those an address was sent and that were cancelled.

    As long as anybody there is registered, none has been: all of a mailbox share one.
    """
    there = Registration.objects.at_address(key_of(email)).filter(event_id=event_pk)
    shifts = there.order_by("-sequence_shift").values_list("sequence_shift", flat=True)
    if (shared := shifts.live().first()) is not None:
        return shared
    last = shifts.first()
    return 0 if last is None else last + 2
