"""When the clock changes what is said of chats."""

import datetime

from django.utils import timezone

from chats.models import ChatPage


def next_start(now: datetime.datetime) -> datetime.datetime | None:
    """Return when the next chat begins; one without a time has its whole day, until midnight."""
    there = timezone.localtime(now)
    today = ChatPage.objects.published().filter(date=there.date(), start_time__gt=there.time())
    times = today.order_by("start_time").values_list("start_time", flat=True)
    first = times.first()
    if first is None:
        return None
    return timezone.make_aware(datetime.datetime.combine(there.date(), first))
