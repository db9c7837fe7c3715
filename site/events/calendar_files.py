"""Events as iCalendar objects (RFC 5545), for download, for feeds and for mail.

Every event is one VEVENT with times in UTC: right in every client, whatever it knows of zones.
What anybody may fetch holds no link to join and nobody's address. What goes out by mail holds the
link to join, which lets nobody cancel: entries get forwarded.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from core.text import clean_line, clean_text
from events.links import join_address
from events.models import EventPage, Registration
from events.wording import where_line
from outbox.headers import mail_host
from outbox.letterhead import letterhead
from outbox.messages import Attachment

REFRESHED_EVERY = timedelta(hours=6)
"""How often a client is asked to look at a feed again."""
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def event_file(event: EventPage) -> bytes:
    """Return an event for anybody's calendar; without an event where it was never published."""
    return _written(_calendar(), [event])


def feed(events: Iterable[EventPage], name: str, address: str) -> bytes:
    """Return events to subscribe to (RFC 7986), the same bytes as long as they are the same.

    `address` is that of the page which shows them. The number of queries does not grow with them.
    """
    calendar = _calendar()
    # RFC 7986, 5.1 and 5.7, and what clients read that are older than it.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, vText(clean_line(name)))
    calendar.add("url", address)
    for key in ("refresh-interval", "x-published-ttl"):
        calendar.add(key, REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    return _written(calendar, list(events))


def invitation(registration: Registration, method: str = REQUEST) -> Attachment:
    """Return the entry of one registered person for a mail (RFC 5546, RFC 6047).

    With CANCEL, the entry of an event that does not take place, or of one that goes on without
    this person: then its sequence is one higher than any they were sent.
    """
    component = _for_one(registration, _organizer(), is_ended=method == CANCEL)
    component.add("attendee", _attendee(registration))
    return _attachment("event.ics", method, [component])


def dates(registrations: Sequence[Registration], *, are_ended: bool = False) -> Attachment:
    """Return the entries of one person at the dates of a series, in one file (RFC 5546, 3.2.1).

    What is published may be many events; a request speaks of one. `are_ended`: they go on without
    this person.
    """
    organizer = _organizer()
    components = [_for_one(one, organizer, is_ended=are_ended) for one in registrations]
    return _attachment("dates.ics", PUBLISH, components)


def _calendar(method: str = "") -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{mail_host()}//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    return calendar


def _written(calendar: Calendar, events: list[EventPage]) -> bytes:
    prefetch_related_objects(events, "entry", "kind", "tagged_items__tag")
    for event in events:
        if hasattr(event, "entry"):
            calendar.add_component(_for_all(event))
    return calendar.to_ical()


def _attachment(name: str, method: str, components: Iterable[Event]) -> Attachment:
    calendar = _calendar(method)
    for component in components:
        calendar.add_component(component)
    mime_type = f"text/calendar; method={method}; charset=utf-8"
    return Attachment(name, calendar.to_ical(), mime_type)


def _for_all(event: EventPage) -> Event:
    """Return an event as anybody may know it."""
    entry = event.entry
    changed = max(filter(None, [event.last_published_at, entry.changed_at]))
    component = _component(event, changed, entry.sequence)
    component.add("last-modified", component["dtstamp"].dt)
    component.add("description", _description(event, _address_of(event)))
    component.add("location", where_line(event))
    if names := _categories(event):
        component.add("categories", names)
    return component


def _for_one(registration: Registration, organizer: vCalAddress, *, is_ended: bool) -> Event:
    """Return an event as a registered person gets it by mail."""
    event, joining = registration.event, join_address(registration)
    sequence = event.entry.sequence + registration.sequence_shift
    is_left = is_ended and not event.is_cancelled
    component = _component(event, timezone.now(), sequence + is_left)
    if is_left:
        component["status"] = "CANCELLED"
    to_join = _("To join: %(address)s") % {"address": joining} if event.is_online else ""
    component.add("description", _description(event, to_join, _address_of(event)))
    component.add("location", where_line(event) if event.is_in_person else joining)
    component.add("organizer", organizer)
    return component


def _component(event: EventPage, stamp: datetime, sequence: int) -> Event:
    component = Event()
    component.add("uid", event.entry.uid)
    component.add("sequence", sequence)
    component.add("dtstamp", stamp.astimezone(UTC).replace(microsecond=0))
    component.add("dtstart", event.starts_at.astimezone(UTC))
    component.add("dtend", event.ends_at.astimezone(UTC))
    component.add("summary", clean_line(event.title))
    component.add("url", _address_of(event))
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return component


def _description(event: EventPage, *further: str) -> str:
    cancelled = ""
    if event.is_cancelled:
        reason = clean_line(event.cancel_reason)
        cancelled = _("Cancelled: %(reason)s") % {"reason": reason} if reason else _("Cancelled")
    return "\n\n".join(filter(None, [cancelled, clean_text(event.summary), *further]))


def _categories(event: EventPage) -> list[str]:
    kind = [event.kind.name] if event.kind else []
    names = map(clean_line, [*kind, *sorted(tag.name for tag in event.shown_tags)])
    return list(dict.fromkeys(filter(None, names)))


def _address_of(event: EventPage) -> str:
    return event.full_url or settings.SITE_URL


def _organizer() -> vCalAddress:
    head = letterhead()
    email = head["reply_to"] or parseaddr(head["sender"])[1]
    return _mailbox(email, head["site_name"])


def _attendee(registration: Registration) -> vCalAddress:
    attendee = _mailbox(registration.email, registration.name)
    attendee.params |= {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    return attendee


def _mailbox(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{clean_line(email)}")
    # A parameter's value holds no quotation mark (RFC 5545, 3.2); few know its detour (RFC 6868).
    address.params["CN"] = clean_line(name).replace('"', "'").replace("^", "")
    return address
