"""What the outbox may forget."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from outbox.models import Address, Batch, Mail, MailState

SENT_KEPT_FOR = timedelta(days=30)
FAILED_KEPT_FOR = timedelta(days=90)
UNPROVEN_KEPT_FOR = timedelta(days=30)
MAILS_AT_ONCE = 500


def purge() -> bool:
    """Delete some mails whose end is long past; return whether there are more.

    Addresses are forgotten with the last mail to them: all but those whose owners have proven
    them, who need not do so again, and those that nothing must be sent to.
    """
    now = timezone.now()
    old = Q(ended_at__lt=now - SENT_KEPT_FOR) & ~Q(state=MailState.FAILED)
    old_failed = Q(ended_at__lt=now - FAILED_KEPT_FOR)
    ended = Mail.objects.exclude(state=MailState.WAITING).filter(old | old_failed)
    pks = list(ended.values_list("pk", flat=True)[:MAILS_AT_ONCE])
    Mail.objects.filter(pk__in=pks).delete()
    names = Mail.objects.exclude(batch="").values("batch")
    Batch.objects.exclude(name__in=names).delete()
    if len(pks) == MAILS_AT_ONCE:
        return True
    return _forget_addresses()


@transaction.atomic
def _forget_addresses() -> bool:
    long_ago = timezone.now() - UNPROVEN_KEPT_FOR
    bounced_lately = Q(bounced_at__gte=long_ago)
    unknown = Address.objects.filter(
        ~Exists(Mail.objects.filter(address=OuterRef("pk"))),
        proven_at=None,
        stopped_at=None,
        created_at__lt=long_ago,
    ).exclude(bounced_lately)
    pks = list(unknown.order_by("pk").values_list("pk", flat=True)[:MAILS_AT_ONCE])
    # Locked and asked once more: a mail may have been written to it since.
    free = unknown.select_for_update().filter(pk__in=pks)
    Address.objects.filter(pk__in=list(free.values_list("pk", flat=True))).delete()
    return len(pks) == MAILS_AT_ONCE
