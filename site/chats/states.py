"""What has become of a chat: derived from its facts and the clock, never stored.

The order of `ChatState` is the order of the question: the first state that holds is the chat's.
It is asked in two places, of a page in hand (`ChatPage.state`, drafts and previews included) and
of the database (`ahead`, `ChatQuerySet.with_state`); a test holds the two together.
"""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ChatState(models.TextChoices):
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("Recording lost")
    COMPLETE = "complete", _("With topics")
    TOPICS_EXPECTED = "topics_expected", _("Topics expected")
    UPCOMING = "upcoming", _("Upcoming")
    RECORDING_EXPECTED = "recording_expected", _("Recording expected")


class Outcome(models.TextChoices):
    """What went otherwise than planned; blank where nothing did."""

    CANCELLED = "cancelled", _("The chat was cancelled")
    LOST = "lost", _("The recording was lost")


def is_ahead(date: datetime.date, start_time: datetime.time | None) -> bool:
    """Say whether a chat has yet to start, by the site's clock.

    Without a start time its whole day counts as ahead.
    """
    now = timezone.localtime()
    if date != now.date():
        return date > now.date()
    return start_time is None or start_time > now.time()


def ahead() -> Q:
    """The same question as `is_ahead`, for a query over chats."""
    now = timezone.localtime()
    later_today = Q(date=now.date()) & (Q(start_time=None) | Q(start_time__gt=now.time()))
    return Q(date__gt=now.date()) | later_today
