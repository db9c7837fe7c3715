"""Of several workers one alone does a piece of work: it holds a lease in the database.

The lease of a worker that was killed ends by itself.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from core.due import DueWork
from operate.models import SharedWork

LEASE = timedelta(minutes=5)
DAY = timedelta(days=1)
QUIET_HOUR = time(3)


@dataclass
class Lease:
    name: str
    until: datetime

    def renew(self) -> bool:
        """Hold it for another LEASE; False if it ended and somebody else has it."""
        until = timezone.now() + LEASE
        renewed = self._update(leased_until=until)
        self.until = until
        return renewed

    def end_done(self) -> None:
        self._update(leased_until=None, done_at=timezone.now(), problem="")

    def end_undone(self) -> None:
        self._update(leased_until=None)

    def end_failed(self, problem: str, pause: timedelta) -> None:
        """Leave the work to whoever comes first when `pause` is over."""
        self._update(leased_until=timezone.now() + pause, problem=problem)

    def _update(self, **values) -> bool:
        mine = SharedWork.objects.filter(name=self.name, leased_until=self.until)
        return mine.update(**values) == 1


def claim(work: DueWork, *, done_or_not: bool = False) -> Lease | None:
    """Take the lease if the work is due and free; if not, write nothing."""
    now = timezone.now()
    SharedWork.objects.get_or_create(name=work.name)
    claimable = SharedWork.objects.filter(name=work.name).free(now)
    if not done_or_not:
        claimable = claimable.not_done_after(period_start(work.every, now))
    lease = Lease(work.name, until=now + LEASE)
    if claimable.exists() and claimable.update(leased_until=lease.until):
        return lease
    return None


def period_start(every: timedelta, now: datetime) -> datetime:
    """Return the moment after which work must have been done not to be due."""
    if every < DAY:
        return now - every
    here = timezone.get_default_timezone()
    local = timezone.localtime(now, here)
    last_night = local.date() if local.time() >= QUIET_HOUR else local.date() - DAY
    return datetime.combine(last_night - (every.days - 1) * DAY, QUIET_HOUR, tzinfo=here)
