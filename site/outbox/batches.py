"""Mails of one occasion: where many of them fail, the rest waits for a person."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox.models import Batch, Mail, MailState
from outbox.trouble import tell_staff

FEWEST_FAILED = 5
PART_FAILED = 3
"""One in so many failing pauses a batch."""


def look_after(name: str) -> None:
    """Pause a batch, and tell staff, where too many of its mails failed since it was released."""
    if not name:
        return
    batch = Batch.objects.filter(name=name).first()
    since = Q(ended_at__gt=batch.released_at) if batch and batch.released_at else Q()
    ended = Mail.objects.in_batch(name).filter(since)
    failed = ended.filter(state=MailState.FAILED).count()
    if failed < FEWEST_FAILED or (batch and batch.paused_at):
        return
    tried = failed + ended.filter(state=MailState.SENT).count()
    if failed * PART_FAILED < tried:
        return
    waiting = Mail.objects.in_batch(name).waiting().count()
    reason = _("%(failed)d of %(tried)d mails failed; %(waiting)d wait.") % {
        "failed": failed,
        "tried": tried,
        "waiting": waiting,
    }
    Batch.objects.update_or_create(
        name=name, defaults={"paused_at": timezone.now(), "reason": reason}
    )
    tell_staff(_("The batch “%(name)s” is paused. %(reason)s") % {"name": name, "reason": reason})


def resume(batch: Batch) -> None:
    """Let the rest of a batch go, and count its failures from now on."""
    Batch.objects.filter(pk=batch.pk).update(paused_at=None, released_at=timezone.now(), reason="")
