"""Whether mail may leave at all: held after a restore, paused while the server is away."""

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.logs import mask
from outbox.models import Mail, MailState, Outlet
from outbox.place import here
from outbox.transports import Transport
from outbox.trouble import tell_staff

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
TOLD_AFTER = timedelta(minutes=15)
"""Shorter absences are nobody's concern."""
MOST_REFUSALS = 10
"""Mails running: then it is not the addresses that are wrong."""
PAUSE_AFTER_REFUSALS = timedelta(hours=1)


def current() -> Outlet:
    return Outlet.objects.get_or_create(pk=1)[0]


def is_open(transport: Transport) -> bool:
    """Say whether mail may leave now. Holds all of it where the site finds itself elsewhere."""
    outlet = current()
    if transport.stays_here:
        return True
    if not outlet.place:
        Outlet.objects.filter(pk=1, place="").update(place=here())
    elif outlet.place != here() and not outlet.held_at:
        hold(_("The site is not where it last sent mail from: it was restored, copied or moved."))
        return False
    return not outlet.held_at and not (outlet.paused_until and outlet.paused_until > timezone.now())


def hold(because: str) -> None:
    """Let no mail leave until a person releases it."""
    outlet = current()
    held = Outlet.objects.filter(pk=outlet.pk, held_at=None)
    if held.update(held_at=timezone.now(), held_because=because):
        logger.warning("All mail is held: %s", because)


def release(*, drop_waiting: bool) -> int:
    """Let mail leave from here on; return how many were waiting.

    A site restored from a back-up may hold mail that has left since: `drop_waiting` gives that up.
    """
    waiting = Mail.objects.waiting()
    if drop_waiting:
        count = waiting.update(
            state=MailState.DROPPED,
            ended_at=timezone.now(),
            reason=_("Given up when mail was released."),
        )
    else:
        count = waiting.count()
    current()
    Outlet.objects.filter(pk=1).update(
        place=here(), held_at=None, held_because="", paused_until=None, failures=0, refusals=0
    )
    return count


def try_now() -> None:
    """End a pause before its time."""
    Outlet.objects.filter(pk=1).update(paused_until=None)


def note_away(answer: str) -> None:
    """Pause, the longer the oftener: the server takes nothing."""
    outlet = current()
    pause = min(SHORTEST_PAUSE * 2 ** min(outlet.failures, 10), LONGEST_PAUSE)
    _pause(pause, answer, failures=F("failures") + 1)
    since = outlet.troubled_since
    if since and timezone.now() - since > TOLD_AFTER:
        _tell(_("The mail server does not take our mail: %s") % answer)


def note_refusal(answer: str) -> None:
    """Note a mail refused for good; pause where it is one after the other."""
    current()
    Outlet.objects.filter(pk=1).update(refusals=F("refusals") + 1)
    if current().refusals >= MOST_REFUSALS:
        _pause(PAUSE_AFTER_REFUSALS, answer, refusals=0)
        _tell(_("The mail server refuses one mail after the other: %s") % answer)


def note_well() -> None:
    """Note that the server takes mail."""
    outlet = current()
    if outlet.failures or outlet.refusals or outlet.troubled_since:
        Outlet.objects.filter(pk=1).update(
            failures=0,
            refusals=0,
            paused_until=None,
            problem="",
            troubled_since=None,
            told_at=None,
        )


def _pause(pause: timedelta, answer: str, **counts: object) -> None:
    now = timezone.now()
    logger.warning("Mail waits for %d s: %s", pause.total_seconds(), mask(answer))
    Outlet.objects.filter(pk=1).update(paused_until=now + pause, problem=answer[:500], **counts)
    Outlet.objects.filter(pk=1, troubled_since=None).update(troubled_since=now)


def _tell(problem: str) -> None:
    """Tell staff once of each time of trouble."""
    if Outlet.objects.filter(pk=1, told_at=None).update(told_at=timezone.now()):
        tell_staff(problem)
