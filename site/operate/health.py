"""What a monitor asks: can this site answer, and does all of it work?"""

import logging
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Max
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from core.due import due_work
from core.health import HealthPart, health_parts
from operate.models import Heartbeat, SharedWork

logger = logging.getLogger(__name__)

MISSED_AFTER = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database does, 503 otherwise, with the state of each part.

    With `?strict` it is 503 too when any part is not well.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)
    parts = [HealthPart("database", "up", well=True), *ask_parts()]
    fails = "strict" in request.GET and not all(part.well for part in parts)
    return JsonResponse({part.name: part.state for part in parts}, status=503 if fails else 200)


def worker() -> HealthPart:
    """Tell whether one is at work, and which work failed when it was last tried."""
    seen_at = Heartbeat.objects.aggregate(last=Max("seen_at"))["last"]
    if seen_at is None:
        return HealthPart("worker", "never seen", well=False)
    missed = timezone.now() - seen_at
    if missed >= MISSED_AFTER:
        return HealthPart("worker", f"not seen for {missed // MINUTE} minutes", well=False)
    if failing := _failing():
        return HealthPart("worker", f"failing: {', '.join(failing)}", well=False)
    return HealthPart("worker", "up", well=True)


def ask_parts() -> list[HealthPart]:
    """Return how each part is; "down" where it cannot tell."""
    parts = []
    for ask in health_parts:
        try:
            parts.append(ask())
        except Exception:
            name = getattr(ask, "__name__", "part")
            logger.exception("Nothing can be told of %s", name)
            parts.append(HealthPart(name, "down", well=False))
    return parts


def _failing() -> list[str]:
    offered = {work.name for work in due_work}
    shared = SharedWork.objects.filter(name__in=offered).exclude(problem="")
    at_work = Heartbeat.objects.filter(seen_at__gt=timezone.now() - MISSED_AFTER)
    failing = {name for names in at_work.values_list("failing", flat=True) for name in names}
    return sorted(failing | set(shared.values_list("name", flat=True)))
