"""Reading guides through: which are due, and noting that one was found right."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from guides.models import GuidePage, GuideQuerySet, GuideReview
from guides.reviews import next_review_on
from guides.rights import may_review


class Refused(ValueError):
    """It was not done. The message says why."""


@dataclass(frozen=True)
class Reading:
    """A published guide and the day by which somebody reads it through."""

    pk: int
    title: str
    due_on: datetime.date

    @property
    def is_late(self) -> bool:
        return self.due_on < timezone.localdate()


def readings(guides: GuideQuerySet, until: datetime.date | None = None) -> list[Reading]:
    """Return when each of the guides that are published is due, the longest overdue first.

    With a day, only those due by then. One query, whatever the number.
    """
    found = [one for one in _readings(guides) if until is None or one.due_on <= until]
    return sorted(found, key=lambda one: (one.due_on, one.title, one.pk))


def overdue(guides: GuideQuerySet) -> list[Reading]:
    return readings(guides, timezone.localdate() - datetime.timedelta(days=1))


@transaction.atomic
def read_through(guide: GuidePage, by: User) -> GuideReview:
    """Note that somebody has read a published guide today and found it right; once a day.

    Raises PermissionDenied for who may not edit it, and Refused where readers have no guide.
    """
    if not may_review(by, guide):
        raise PermissionDenied
    if not guide.live:
        raise Refused(_("It is not published: there is nothing to find right yet."))
    review, is_new = GuideReview.objects.get_or_create(
        guide=guide, reviewer=by, reviewed_on=timezone.localdate()
    )
    if is_new:
        log(instance=guide, action="guides.review", user=by)
    return review


@transaction.atomic
def take_back(guide: GuidePage, by: User) -> bool:
    """Take back what somebody noted today; whether there was anything. Raises PermissionDenied."""
    if not may_review(by, guide):
        raise PermissionDenied
    todays = guide.reviews.filter(reviewer=by, reviewed_on=timezone.localdate())
    number, _kinds = todays.delete()
    if number:
        log(instance=guide, action="guides.review.take_back", user=by)
    return bool(number)


def _readings(guides: GuideQuerySet) -> Iterator[Reading]:
    rows = guides.filter(live=True).with_last_review()
    fields = ("pk", "title", "reviewed_on", "first_published_at", "review_every")
    for pk, title, *known in rows.values_list(*fields):
        if due_on := next_review_on(*known):
            yield Reading(pk, title, due_on)
