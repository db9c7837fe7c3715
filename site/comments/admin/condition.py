"""How the spam service fares, as moderators are told it."""

import datetime
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Min, Q, Sum, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from comments.models import Comment, CommentQuerySet, DroppedOnDay
from comments.rules import LABELS, explain
from comments.service import is_in_use

TROUBLES = [
    "akismet_down",
    "akismet_slow",
    "akismet_busy",
    "akismet_garbled",
    "akismet_key",
]
"""Rules that say of a comment that the service gave no verdict on it."""
DAYS = 30


@dataclass(frozen=True)
class Trouble:
    """What keeps the spam service from judging comments that are held."""

    count: int
    since: datetime.datetime
    """When the first of them was sent."""
    rule: str
    """Of the latest."""
    said: str

    @property
    def label(self) -> str:
        return str(LABELS[self.rule])


@dataclass(frozen=True)
class Condition:
    is_in_use: bool
    trouble: Trouble | None
    dropped: int
    """As blatant spam, unseen, in the last `days` days."""
    days: int = DAYS


def condition_for(comments: CommentQuerySet) -> Condition:
    """Say how the service fares, by the comments that somebody moderates."""
    since = timezone.localdate() - datetime.timedelta(days=DAYS)
    dropped = DroppedOnDay.objects.filter(day__gt=since).aggregate(count=Sum("count"))
    return Condition(
        is_in_use=is_in_use(), trouble=trouble_among(comments), dropped=dropped["count"] or 0
    )


def trouble_among(comments: CommentQuerySet) -> Trouble | None:
    """Return what goes wrong with the service, in two queries; None if nothing does."""
    if not is_in_use():
        return None
    of_any = reduce(or_, (Q(said_reasons__contains=f'"rule": "{rule}"') for rule in TROUBLES))
    held = comments.held().annotate(said_reasons=Cast("reasons", TextField())).filter(of_any)
    found = held.aggregate(count=Count("pk"), since=Min("created_at"), latest=Max("pk"))
    latest = Comment.objects.filter(pk=found["latest"]).first() if found["count"] else None
    if latest is None:
        return None
    reason = next((one for one in latest.reasons if one["rule"] in TROUBLES), None)
    if reason is None:
        return None
    return Trouble(found["count"], found["since"], reason["rule"], explain(reason))
