"""How mail is, in a few words."""

from datetime import timedelta

from django.utils import timezone

from core.health import HealthPart
from outbox.models import Mail, Outlet

LATE_AFTER = timedelta(minutes=10)


def mail() -> HealthPart:
    """Tell how many wait, and whether they may leave."""
    outlet = Outlet.objects.filter(pk=1).first() or Outlet()
    now = timezone.now()
    waiting = Mail.objects.waiting().filter(due_at__lte=now)
    count = waiting.count()
    if outlet.held_at:
        return HealthPart("mail", f"held until released, {count} waiting", well=False)
    if outlet.paused_until and outlet.paused_until > now:
        return HealthPart("mail", f"the server does not take it, {count} waiting", well=False)
    if Mail.objects.due(now).filter(due_at__lt=now - LATE_AFTER).exists():
        return HealthPart("mail", f"late, {count} waiting", well=False)
    return HealthPart("mail", f"up, {count} waiting" if count else "up", well=True)
