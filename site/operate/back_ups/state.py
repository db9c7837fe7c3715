"""How old the last back-up is, for whoever asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince

from core.doctor import Check, Finding, bad, good, warn
from core.health import HealthPart
from operate.back_ups.keeping import back_ups_in

NAME = "back-up"
OLD_AFTER = timedelta(days=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def last() -> tuple[datetime, Path] | None:
    """Return the newest back-up in BACK_UPS, and when it was made."""
    return max(back_ups_in(settings.BACK_UPS).items(), default=None)


def back_up_part() -> HealthPart:
    newest = last()
    if newest is None:
        state = "none yet" if settings.BACK_UP_NIGHTLY else "not made here"
        return HealthPart(NAME, state, well=not settings.BACK_UP_NIGHTLY)
    age = timezone.now() - newest[0]
    told = f"{age // DAY} days old" if age >= OLD_AFTER else f"{max(age // HOUR, 0)} hours old"
    well = age < OLD_AFTER or not settings.BACK_UP_NIGHTLY
    return HealthPart(NAME, f"up, {told}" if well else told, well=well)


def look() -> Iterator[Finding]:
    newest = last()
    by_hand = "Run manage.py back_up, and see docs/operate.md, “Back-up”."
    if newest is None:
        if settings.BACK_UP_NIGHTLY:
            yield bad("There is no back-up yet.", "The worker makes one each night. " + by_hand)
        else:
            yield warn("No back-ups are made here.", "See that they are made elsewhere. " + by_hand)
        return
    made, path = newest
    told = (
        f"The last back-up is of {timesince(made, depth=1)} ago, "
        f"{filesizeformat(path.stat().st_size)}."
    ).replace("\xa0", " ")
    if timezone.now() - made >= OLD_AFTER:
        yield bad(told, "Look at what /healthz and the log say of the worker. " + by_hand)
    else:
        yield good(told)


CHECK = Check(NAME, look)
