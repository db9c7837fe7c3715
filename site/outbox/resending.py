"""What staff do with single mails: send them again, or not at all.

Each is an UPDATE that names the state it found, so that a worker at the same moment has the mail
or they have it, never both.
"""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.models import Address, Mail, MailState

NOT_GOING = [MailState.FAILED, MailState.DROPPED]


class NotSentAgain(Exception):
    """A mail cannot go again. The message says why, to staff."""


def why_not_again(mail: Mail) -> str:
    """Say why a mail cannot be sent again; blank if it can."""
    if mail.state == MailState.WAITING:
        return _("It is waiting to be sent.")
    if not mail.packed:
        return _("What it said is not kept any more.")
    if mail.address.is_stopped:
        return _("Its address is stopped. Let mail go there first, under Addresses.")
    if mail.expires_at and mail.expires_at <= timezone.now():
        return _("Its time has passed.")
    return ""


@transaction.atomic
def send_again(mail: Mail) -> Mail:
    """Let a mail that failed or was not sent wait anew; of one that was sent, let a copy go.

    Returns the mail that waits. Its Message-ID is that of the first, so that a mailbox which has
    that one may show it once. Raises NotSentAgain.
    """
    mail = Mail.objects.select_for_update(of=["self"]).select_related("address").get(pk=mail.pk)
    if why := why_not_again(mail):
        raise NotSentAgain(why)
    if mail.state == MailState.SENT:
        return _copy(mail)
    _wait_anew(Mail.objects.filter(pk=mail.pk, state__in=NOT_GOING))
    mail.refresh_from_db()
    return mail


def send_failed_again(mails: QuerySet[Mail]) -> int:
    """Let those of some mails that failed, and can go again, wait anew; return how many do."""
    open_addresses = Address.objects.filter(stopped_at=None).values("pk")
    in_time = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    failed = Mail.objects.filter(in_time, state=MailState.FAILED, address__in=open_addresses)
    chosen = mails.order_by().values("pk")
    return _wait_anew(failed.filter(pk__in=chosen).exclude(packed=b""))


def do_not_send(mail: Mail) -> bool:
    """Give up a mail that waits; False if it has gone, or is being sent."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    dropped = Mail.objects.filter(free, pk=mail.pk, state=MailState.WAITING).update(
        state=MailState.DROPPED,
        ended_at=now,
        reason=_("Staff decided so."),
        lease="",
        leased_until=None,
    )
    return bool(dropped)


def _wait_anew(mails: QuerySet[Mail]) -> int:
    return mails.update(
        state=MailState.WAITING,
        attempts=0,
        due_at=timezone.now(),
        reason="",
        ended_at=None,
        lease="",
        leased_until=None,
    )


def _copy(mail: Mail) -> Mail:
    """Write a sent mail once more; its address has been told, so it is not told `once` again."""
    same = Mail.objects.filter(address=mail.address, message_id=mail.message_id)
    if same.waiting().exists():
        raise NotSentAgain(_("A copy of it is waiting to be sent."))
    kept = ["address", "sender", "message_id", "kind", "subject", "packed", "is_secret"]
    kept += ["batch", "about", "priority", "expires_at"]
    return Mail.objects.create(**{name: getattr(mail, name) for name in kept})
