"""What mail services tell of mail they took from us, through django-anymail."""

import re
from email.utils import parseaddr

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.utils import timezone

from outbox.addresses import key_of, note_bounce, stop
from outbox.bounces.noting import is_for_good, note_returned
from outbox.headers import on_one_line
from outbox.models import Address, Mail, StopReason

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
OF_THE_MAILBOX = {RejectReason.BOUNCED, RejectReason.INVALID}
UNCLEAR = {RejectReason.OTHER, None}
PASSING = re.compile(r"\bsoft|transient|temporar|quota|mailbox.{0,4}full", re.IGNORECASE)
"""anymail calls hard and soft bounces the same; the services' own words tell them apart."""
NAMES_OF_EVENTS = ("event", "type", "Type")


def note(event: AnymailTrackingEvent, **kwargs: object) -> None:
    """Stop an address that bounced for good or complained. A receiver of anymail's `tracking`.

    Addresses never written to are left alone, and what only delays. So is "unsubscribed": the
    service itself sends nothing there then, and a sign-in code may still be wanted of us.
    """
    _name, recipient = parseaddr(event.recipient or "")
    address = Address.objects.filter(key=key_of(recipient)).first()
    if address is None:
        return
    answer = on_one_line(event.mta_response or event.description or event.event_type)
    if event.event_type == EventType.COMPLAINED:
        stop(address, StopReason.COMPLAINED, answer)
    elif event.event_type in CAME_BACK:
        mail = Mail.objects.filter(address=address, message_id=event.message_id or None).first()
        if mail:
            note_returned(mail, answer, permanent=_is_for_good(event))
        elif not _is_noted(event, address):
            note_bounce(address, answer, permanent=_is_for_good(event))


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    own = event.esp_event or {}
    words = [event.mta_response or "", event.description or ""]
    names = [str(own.get(name, "")) for name in NAMES_OF_EVENTS]
    code_says = is_for_good(*words)
    if code_says is False or PASSING.search("\n".join(names + words)):
        return False
    if event.reject_reason in OF_THE_MAILBOX:
        return True
    return event.reject_reason in UNCLEAR and bool(code_says)


def _is_noted(event: AnymailTrackingEvent, address: Address) -> bool:
    """Say whether a bounce was noted after it: services tell again what they told before.

    Some give mail a Message-ID of their own, so that only the time is left to go by.
    """
    happened_at = event.timestamp or timezone.now()
    return address.bounced_at is not None and happened_at <= address.bounced_at
