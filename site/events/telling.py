"""Mails about events. What speaks of a deed is written in its transaction.

Each registration has a mail and links of its own, though people share an address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import User
from core.due import on_each
from core.html import from_text
from core.keys import random_key
from core.text import clean_line
from core.throttling import allows
from core.timestamps import Moment
from core.zones import shown_in
from events import mails
from events.calendar_files import CANCEL, dates, invitation
from events.links import confirm_address, follower_address, join_address, own_address
from events.models import (
    CalendarPage,
    EventHost,
    EventPage,
    EventSettings,
    Follower,
    Registration,
    RegistrationQuerySet,
)
from events.registration import place_in_queue
from events.wording import (
    day_of,
    moment_line,
    place_line,
    span_line,
    start_of,
    when_line,
    where_line,
)
from outbox.addresses import key_of
from outbox.messages import Attachment, Message, post_if_address
from outbox.models import Mail

AT_ONCE = 50
REPEATED_AFTER = timedelta(minutes=10)
"""How often somebody may have the same mail again by registering again."""


def tell_registered(registrations: Sequence[Registration]) -> None:
    """Tell each that they have a seat or wait, with their own links and the calendar entry."""
    for registration in _loaded(registrations):
        if allows("event registered", registration.key, 1, REPEATED_AFTER):
            if registration.is_confirmed:
                _tell_of_seat(mails.REGISTERED, registration)
            elif registration.is_waiting:
                context = {"place": place_in_queue(registration)}
                _post(mails.WAITING, registration, context)
            _note_told([registration])


def tell_moved_up(registration: Registration) -> None:
    """Tell one who waited that they have a seat now."""
    for loaded in _loaded([registration]):
        _tell_of_seat(mails.MOVED_UP, loaded)
        _note_told([loaded])


def tell_ended(registration: Registration, *, had_seat: bool) -> None:
    """Tell somebody that they are not registered any more, and why."""
    for loaded in _loaded([registration]):
        is_off = _leaves_calendar(loaded, had_seat=had_seat)
        files = (invitation(loaded, CANCEL),) if is_off else ()
        context = {
            "ended_by": loaded.ended_by,
            "had_seat": had_seat,
            "may_register": loaded.event.is_open,
        }
        _post(mails.ENDED, loaded, context, attachments=files)


def tell_stopped(follower: Follower, registrations: Sequence[Registration]) -> None:
    """Tell somebody that they follow a series no more, and which dates that has cancelled.

    `registrations` say what they had there before.
    """
    had_seat = {one.pk for one in registrations if one.is_confirmed}
    ended = _in_time(_loaded(registrations))
    off = [one for one in ended if _leaves_calendar(one, had_seat=one.pk in had_seat)]
    files = (dates(off, are_ended=True),) if off else ()
    _post_to_follower(mails.STOPPED, follower, ended, attachments=files)


def tell_following(followers: Sequence[Follower]) -> None:
    """Tell each who follows a series at which dates they have a seat or wait."""
    for follower in followers:
        if allows("event following", follower.key, 1, REPEATED_AFTER):
            theirs = follower.registrations.live().filter(event__ends_at__gt=timezone.now())
            _tell_dates(mails.FOLLOWING, follower, theirs)


def tell_new_dates(follower: Follower, registrations: Sequence[Registration]) -> None:
    """Tell who follows a series that it has more dates, and what they have there."""
    _tell_dates(mails.NEW_DATES, follower, registrations)


def tell_links(email: str) -> None:
    """Send all links that belong to an address again, in one mail; none where there are none."""
    key = key_of(email)
    live = Registration.objects.live().at_address(key)
    coming = for_mail(live.filter(event__ends_at__gt=timezone.now(), event__is_cancelled=False))
    registrations = list(coming.order_by("event__starts_at", "pk"))
    followers = Follower.objects.active().filter(email_key=key).select_related("series")
    followings = [
        {"name": one.name, "series": one.series.name, "href": follower_address(one)}
        for one in followers.order_by("series__name", "pk")
    ]
    if registrations or followings:
        context = {
            "registrations": list(map(_line, registrations)),
            "followings": followings,
        }
        post_if_address(mails.LINKS, email, context)


def tell_change(registration: Registration) -> None:
    """Tell somebody what has become of the event since the last mail: moved, cancelled, or not.

    The registration is one of `for_mail`.
    """
    event, entry = registration.event, registration.event.entry
    # What it was is known of those alone who were told that, not of a state that came between.
    is_known = entry.was.get("sequence") == registration.told_sequence
    before = {name: entry.was.get(name) for name in entry.told} if is_known else {}
    was_cancelled = before.get("cancelled", False)
    _note_told([registration])
    if before == entry.told or (event.is_cancelled and was_cancelled):
        return
    message = mails.CHANGED
    if event.is_cancelled:
        message = mails.CANCELLED
    elif was_cancelled:
        message = mails.RESUMED
    _post(
        message,
        registration,
        {"before": _facts_before(before, entry.told), "reason": clean_line(event.cancel_reason)},
        about=f"{registration.key} {entry.sequence}",
        once=f"event changed {registration.key} {entry.sequence}",
        batch=f"event {event.pk} {entry.sequence}",
        attachments=_entry_of(registration, CANCEL if event.is_cancelled else "REQUEST"),
    )


def tell_tomorrow(registration: Registration) -> None:
    """Remind of an event a day before it begins. The registration is one of `for_mail`."""
    _remind(mails.TOMORROW, registration, "day", registration.event.starts_at)


def tell_soon(registration: Registration) -> None:
    """Remind of an event an hour before it begins. The registration is one of `for_mail`."""
    _remind(mails.SOON, registration, "hour", registration.event.ends_at)


def ask_whether_coming(registration: Registration) -> None:
    """Ask “Still coming?”. The registration is one of `for_mail`."""
    event = registration.event
    answer_by = timezone.now() + timedelta(hours=EventSettings.load().hours_to_answer)
    own = own_address(registration)
    context = {
        "yes_url": f"{own}?coming=yes",
        "no_url": f"{own}?coming=no",
        "gives_up_silent": event.gives_up_silent,
        "answer_by": moment_line(min(answer_by, event.starts_at), event.time_zone),
    }
    _post(
        mails.STILL_COMING,
        registration,
        context,
        once=f"still coming {registration.key}",
        batch=f"event {event.pk} still coming",
        expires_at=event.starts_at,
    )


def tell_recording(event: EventPage, page: Page, moments: Sequence[Moment]) -> bool:
    """Tell everyone registered for an event, once, that its recording is published at a page.

    Some of them at a time: returns whether there are more. Safe to be called again.
    """
    context = {
        "page": clean_line(page.title),
        "page_url": page.full_url or settings.SITE_URL,
        "moments": [asdict(moment) for moment in moments],
    }

    def tell(registration: Registration) -> None:
        Registration.objects.filter(pk=registration.pk).update(recording_told_at=timezone.now())
        post_if_address(
            mails.RECORDING,
            registration.email,
            {**context, "title": clean_line(event.title)},
            about=str(page.pk),
            once=f"recording {page.pk}",
            batch=f"recording {page.pk}",
        )

    untold = Registration.objects.live().filter(event_id=event.pk, recording_told_at=None)
    return on_each(untold, tell, AT_ONCE)


def tell_message(
    event: EventPage,
    registrations: Iterable[Registration],
    subject: str,
    text: str,
    by: User,
    key: str = "",
) -> int:
    """Write to people at an event in the organisers' words; return how many mails were written.

    `text` is plain. All are written or none; what bears a key is written to each a single time.
    """
    context = {
        "headline": clean_line(subject),
        "text": text,
        "html": from_text(text),
        "by": clean_line(by.get_full_name()),
    }
    batch = f"event {event.pk} message {key or random_key(8)}"
    with transaction.atomic():
        loaded = _loaded(registrations)
        # What organisers write may be of use when the event is over.
        terms = {"batch": batch, "expires_at": None}
        return sum(
            bool(_post(mails.MESSAGE, one, context, once=f"{batch} {one.pk}", **terms))
            for one in loaded
        )


def for_mail(rows: RegistrationQuerySet) -> RegistrationQuerySet:
    """Fetch what mails say of registrations; event and entry as one moment saw them."""
    hosts = Prefetch("event__event_hosts", EventHost.objects.select_related("person"))
    named = rows.select_related("event__entry", "event__series")
    return named.prefetch_related(hosts).defer("event__body")


def _loaded(registrations: Iterable[Registration]) -> list[Registration]:
    """Return them as they are now, in their order."""
    pks = [registration.pk for registration in registrations]
    found = {one.pk: one for one in for_mail(Registration.objects.filter(pk__in=pks))}
    return [found[pk] for pk in pks if pk in found]


def _in_time(registrations: Iterable[Registration]) -> list[Registration]:
    return sorted(registrations, key=lambda one: (one.event.starts_at, one.pk))


def _note_told(registrations: Sequence[Registration]) -> None:
    """Note of what state of the event they know; before it is published, of the first."""
    for registration in registrations:
        entry = getattr(registration.event, "entry", None)
        sequence = entry.sequence if entry else 0
        if registration.told_sequence != sequence:
            Registration.objects.filter(pk=registration.pk).update(told_sequence=sequence)


def _post(
    message: Message,
    registration: Registration,
    context: dict,
    **terms,
) -> Mail | None:
    """Write a mail to somebody about their event; none once that is over, if not said otherwise."""
    event = registration.event
    terms = {"about": registration.key, "expires_at": event.ends_at, **terms}
    expires_at = terms["expires_at"]
    if expires_at and expires_at <= timezone.now():
        return None
    context = {
        **_of_event(event),
        "name": clean_line(registration.name),
        "own_url": own_address(registration),
        "join_url": join_address(registration),
        "has_file": bool(terms.get("attachments")),
        **context,
    }
    return post_if_address(message, registration.email, context, **terms)


def _of_event(event: EventPage) -> dict:
    return {
        "title": clean_line(event.title),
        "event_url": event.full_url or settings.SITE_URL,
        "facts": _facts(event),
        "when": when_line(event),
        "day": day_of(event.starts_there),
        "begins": start_of(event),
        "is_online": event.is_online,
        "is_recorded": event.is_recorded,
        "arrival_notes": event.arrival_notes.strip() if event.is_in_person else "",
        "day_contact": clean_line(event.day_contact) if event.is_in_person else "",
    }


def _facts(event: EventPage) -> list[dict]:
    hosts = ", ".join(clean_line(person.name) for person in event.hosts)
    facts = [
        {"label": _("When"), "text": when_line(event)},
        {"label": _("Where"), "text": where_line(event)},
        {"label": _("Hosts") if len(event.hosts) > 1 else _("Host"), "text": hosts},
    ]
    return [fact for fact in facts if fact["text"]]


def _facts_before(before: dict, now: dict) -> list[dict]:
    """Say when and where an event was, as far as that is another time or place now."""
    if not before:
        return []

    def time_and_place(told: dict) -> list[dict]:
        begins, ends = (datetime.fromisoformat(told[name]) for name in ("starts", "ends"))
        where = place_line(told["format"], told["place"], told["address"])
        return [
            {"label": _("When"), "text": span_line(begins, ends, told["zone"])},
            {"label": _("Where"), "text": where},
        ]

    pairs = zip(time_and_place(before), time_and_place(now), strict=True)
    return [was for was, is_now in pairs if was != is_now]


def _tell_of_seat(message: Message, registration: Registration) -> None:
    context = _to_confirm(registration)
    _post(message, registration, context, attachments=_entry_of(registration))


def _to_confirm(registration: Registration) -> dict:
    if registration.confirm_by is None:
        return {}
    return {
        "confirm_url": confirm_address(registration),
        "confirm_by": moment_line(registration.confirm_by, registration.event.time_zone),
    }


def _entry_of(registration: Registration, method: str = "REQUEST") -> tuple[Attachment, ...]:
    """Return the calendar entry of who has a seat; who waits has none yet."""
    if registration.is_confirmed and hasattr(registration.event, "entry"):
        return (invitation(registration, method),)
    return ()


def _leaves_calendar(registration: Registration, *, had_seat: bool) -> bool:
    """Say whether an event is to go from a mailbox's calendar: nobody else there has a seat.

    Who waits at the same address may move up: their entry is to be newer than the cancelled one.
    """
    if not had_seat or not hasattr(registration.event, "entry"):
        return False
    others = Registration.objects.live().exclude(pk=registration.pk)
    there = others.filter(event_id=registration.event_id).at_address(registration.email_key)
    if there.confirmed().exists():
        return False
    there.update(sequence_shift=registration.sequence_shift + 2)
    return True


def _remind(message: Message, registration: Registration, which: str, until: datetime) -> None:
    event = registration.event
    attachments = _entry_of(registration) if message is mails.TOMORROW else ()
    _post(
        message,
        registration,
        {},
        about=f"{registration.key} {event.starts_at.isoformat()}",
        once=f"{which} before {registration.key} {event.starts_at.isoformat()}",
        batch=f"event {event.pk} {which} before",
        expires_at=until,
        attachments=attachments,
    )


def _tell_dates(
    message: Message, follower: Follower, registrations: Sequence[Registration] | QuerySet
) -> None:
    loaded = _in_time(_loaded(registrations))
    with_seat = [one for one in loaded if one.is_confirmed and hasattr(one.event, "entry")]
    held = next((one for one in loaded if one.confirm_by), None)
    _post_to_follower(
        message,
        follower,
        loaded,
        _to_confirm(held) if held else {},
        attachments=(dates(with_seat),) if with_seat else (),
    )
    _note_told(loaded)


def _post_to_follower(
    message: Message,
    follower: Follower,
    registrations: Sequence[Registration],
    context: dict | None = None,
    **terms,
) -> None:
    context = {
        "name": clean_line(follower.name),
        "series": clean_line(follower.series.name),
        "series_url": follower_address(follower),
        "calendar_url": _calendar_address(),
        "registrations": list(map(_line, registrations)),
        "has_file": bool(terms.get("attachments")),
        **(context or {}),
    }
    about = "" if message is mails.STOPPED else follower.key
    post_if_address(message, follower.email, context, about=about, **terms)


def _line(registration: Registration) -> dict:
    event = registration.event
    return {
        "title": clean_line(event.title),
        "date": shown_in(event.starts_at, event.time_zone).date(),
        "when": when_line(event),
        "said": f"{clean_line(registration.name)} {registration.get_state_display()}",
        "own_url": own_address(registration),
    }


def _calendar_address() -> str:
    calendar = CalendarPage.objects.live().first()
    return (calendar and calendar.full_url) or settings.SITE_URL
