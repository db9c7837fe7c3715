"""What the outbox may forget."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from outbox.models import Batch, Mail, MailState

SENT_KEPT_FOR = timedelta(days=30)
FAILED_KEPT_FOR = timedelta(days=90)
MAILS_AT_ONCE = 500


def purge() -> bool:
    """Delete some mails whose end is long past; return whether there are more."""
    now = timezone.now()
    old = Q(ended_at__lt=now - SENT_KEPT_FOR) & ~Q(state=MailState.FAILED)
    old_failed = Q(ended_at__lt=now - FAILED_KEPT_FOR)
    ended = Mail.objects.exclude(state=MailState.WAITING).filter(old | old_failed)
    pks = list(ended.values_list("pk", flat=True)[:MAILS_AT_ONCE])
    Mail.objects.filter(pk__in=pks).delete()
    names = Mail.objects.exclude(batch="").values("batch")
    Batch.objects.exclude(name__in=names).delete()
    return len(pks) == MAILS_AT_ONCE
