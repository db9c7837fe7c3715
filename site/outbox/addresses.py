"""What is known of an address, and what is done about it."""

import logging

from django.core.validators import validate_email
from django.db.models import F
from django.utils import timezone

from core.logs import mask
from outbox.models import Address, StopReason

logger = logging.getLogger(__name__)

LONGEST_ANSWER = 500


def key_of(email: str) -> str:
    """Return what two ways of writing one address have in common.

    RFC 5321 leaves the case of the part before the @ to its server; none tells people apart by it.
    """
    return email.strip().casefold()


def address_of(email: str) -> Address:
    """Return the row of an address, made if need be. Raises ValidationError for what is none."""
    email = email.strip()
    validate_email(email)
    key = key_of(email)
    if known := Address.objects.filter(key=key).first():
        return known
    return Address.objects.get_or_create(key=key, defaults={"email": email})[0]


def prove(email: str) -> Address:
    """Note that the owner of an address reads what is sent there; what stopped it is over."""
    address = address_of(email)
    Address.objects.filter(pk=address.pk, proven_at=None).update(proven_at=timezone.now())
    Address.objects.filter(
        pk=address.pk, stop_reason__in=[StopReason.REFUSED, StopReason.BOUNCED]
    ).update(stopped_at=None, stop_reason="", answer="", bounces=0)
    address.refresh_from_db()
    return address


def is_open(email: str) -> bool:
    """Say whether mail may go there, as far as is known."""
    return not Address.objects.stopped().filter(key=key_of(email)).exists()


def stop(address: Address, reason: StopReason, answer: str = "") -> None:
    """Send nothing there any more, until a person or the owner says otherwise."""
    stopped = Address.objects.filter(pk=address.pk, stopped_at=None).update(
        stopped_at=timezone.now(), stop_reason=reason, answer=answer[:LONGEST_ANSWER]
    )
    if stopped:
        logger.warning("An address is stopped: %s. %s", reason, mask(answer)[:LONGEST_ANSWER])


def reopen(address: Address) -> None:
    """Send there again."""
    Address.objects.filter(pk=address.pk).update(
        stopped_at=None, stop_reason="", answer="", bounces=0
    )


def note_bounce(address: Address, answer: str, *, permanent: bool) -> None:
    """Note that mail came back; stop the address if it will again."""
    Address.objects.filter(pk=address.pk).update(
        bounces=F("bounces") + 1, bounced_at=timezone.now(), answer=answer[:LONGEST_ANSWER]
    )
    if permanent:
        stop(address, StopReason.BOUNCED, answer)
