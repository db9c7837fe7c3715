"""The worker's part: mail that is due is claimed, handed over, and marked.

A mail is marked after the server took it. A worker killed in between leaves one that goes again
once its lease has ended, with the same Message-ID; it is the only one.
"""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as DatabaseFault
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import outlet
from outbox.addresses import note_bounce, stop
from outbox.batches import look_after
from outbox.messages import message_named
from outbox.models import Address, Mail, MailState, StopReason
from outbox.transports import (
    AddressRefused,
    MessageRefused,
    ServerAway,
    Transport,
    TryLater,
    open_transport,
)

logger = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 10
CLAIM = timedelta(minutes=1)
"""How long others leave alone what a worker is about to send."""
IN_FLIGHT = timedelta(minutes=10)
"""How long they leave alone what it is sending: longer than a server can make it wait."""
TURN = 10.0
"""Seconds until other work has its turn."""
RETRY_AFTER = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
]
"""The last again and again."""
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_REASON = 500
MARKING_ATTEMPTS = 10


def send_due() -> bool:
    """Send what is due, for some seconds. Returns whether there is more."""
    until = time.monotonic() + TURN
    transport = open_transport()
    try:
        while outlet.is_open(transport) and (claimed := _claim()):
            if time.monotonic() > until:
                _give_back(claimed)
                return True
            if not _send_all(transport, claimed):
                return False
    finally:
        transport.close()
    return False


def _claim() -> list[Mail]:
    """Take the next few for this worker alone."""
    now = timezone.now()
    due = Mail.objects.due(now)
    if not due.exists():
        return []
    lease = secrets.token_hex(8)
    with transaction.atomic():
        skipping = connection.features.has_select_for_update_skip_locked
        rows = due.select_for_update(skip_locked=skipping).values_list("pk", flat=True)
        pks = list(rows[:CLAIMED_AT_ONCE])
        Mail.objects.filter(pk__in=pks).update(lease=lease, leased_until=now + CLAIM)
    mine = Mail.objects.filter(pk__in=pks, lease=lease).select_related("address")
    return list(mine.order_by("priority", "due_at", "pk"))


def _give_back(mails: list[Mail]) -> None:
    for mail in mails:
        _held(mail).update(lease="", leased_until=None)


def _send_all(transport: Transport, mails: list[Mail]) -> bool:
    """Send each; False where there is no use in sending more."""
    has_sent = False
    for place, mail in enumerate(mails):
        if not _held(mail).update(leased_until=timezone.now() + IN_FLIGHT):
            continue
        try:
            has_sent |= _send(transport, mail)
        except ServerAway as error:
            # If it is this mail that the server cannot bear, others come first the next time.
            _held(mail).update(due_at=timezone.now())
            _give_back(mails[place:])
            outlet.note_away(str(error))
            return False
        except DatabaseFault:
            raise
        except Exception as error:
            logger.exception("Mail %d of kind %r cannot be sent", mail.pk, mail.kind)
            _try_later(mail, f"{type(error).__name__}: {error}")
    if has_sent:
        outlet.note_well()
    return True


def _send(transport: Transport, mail: Mail) -> bool:
    """Send one mail, or note why not; return whether it has left. Raises ServerAway."""
    if why := _why_not(mail):
        _end(mail, MailState.DROPPED, why)
        return False
    try:
        transport.deliver(mail.sender, mail.address.email, mail.content)
    except AddressRefused as error:
        _fail(mail, str(error), stops_address=True)
    except MessageRefused as error:
        _fail(mail, str(error))
    except TryLater as error:
        _try_later(mail, str(error))
    else:
        _mark_as_sent(mail)
        return True
    return False


def _why_not(mail: Mail) -> str:
    """Say why a mail is not to be sent any more; blank if it is."""
    if mail.expires_at and mail.expires_at <= timezone.now():
        return _("Its time had passed.")
    if not Address.objects.filter(pk=mail.address_id, stopped_at=None).exists():
        return _("The address is stopped.")
    message = message_named(mail.kind) if mail.kind else None
    if message and message.still_wanted and not message.still_wanted(mail.about):
        return _("It was not wanted any more.")
    return ""


def _fail(mail: Mail, reason: str, *, stops_address: bool = False) -> None:
    with transaction.atomic():
        if stops_address:
            stop(mail.address, StopReason.REFUSED, reason)
        _end(mail, MailState.FAILED, reason)
    outlet.note_refusal(reason)
    look_after(mail.batch)


def _try_later(mail: Mail, reason: str) -> None:
    now = timezone.now()
    if now - mail.created_at > GIVE_UP_AFTER and mail.attempts >= len(RETRY_AFTER):
        note_bounce(mail.address, reason, permanent=False)
        _end(mail, MailState.FAILED, reason)
        look_after(mail.batch)
        return
    wait = RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER) - 1)]
    _held(mail).update(
        attempts=F("attempts") + 1,
        due_at=now + wait,
        reason=reason[:LONGEST_REASON],
        lease="",
        leased_until=None,
    )


def _mark_as_sent(mail: Mail) -> None:
    """Mark it whoever holds it by now: it has left."""
    kept = {"packed": b""} if mail.is_secret else {}
    _surely(
        lambda: Mail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(
            state=MailState.SENT,
            ended_at=timezone.now(),
            attempts=F("attempts") + 1,
            reason="",
            lease="",
            leased_until=None,
            **kept,
        )
    )


def _end(mail: Mail, state: MailState, reason: str) -> None:
    attempts = F("attempts") + int(state == MailState.FAILED)
    _held(mail).update(
        state=state,
        ended_at=timezone.now(),
        attempts=attempts,
        reason=reason[:LONGEST_REASON],
        lease="",
        leased_until=None,
    )


def _held(mail: Mail) -> QuerySet:
    return Mail.objects.filter(pk=mail.pk, lease=mail.lease, state=MailState.WAITING)


def _surely(act: Callable[[], object]) -> None:
    """Do it though the database be away for some seconds."""
    for attempt in range(1, MARKING_ATTEMPTS + 1):
        try:
            act()
        except OperationalError:
            if attempt == MARKING_ATTEMPTS:
                raise
            connection.close()
            time.sleep(attempt / 2)
        else:
            return
