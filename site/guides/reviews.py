"""When a guide was read through, and when it is to be read through again."""

import datetime
from calendar import monthrange

from django.utils import timezone


def last_review_on(
    reviewed_on: datetime.date | None, first_published_at: datetime.datetime | None
) -> datetime.date | None:
    """Return the day from which the next review counts, by the site's clock.

    It is that of the last review, else of the first publication; None for a guide without both.
    """
    if reviewed_on or first_published_at is None:
        return reviewed_on
    return timezone.localdate(first_published_at)


def next_review_on(
    reviewed_on: datetime.date | None,
    first_published_at: datetime.datetime | None,
    review_every: int,
) -> datetime.date | None:
    """Return the day a review is due, so many months on; None for what was never published.

    A day that its month does not have is that month's last.
    """
    last = last_review_on(reviewed_on, first_published_at)
    if last is None:
        return None
    years, month = divmod(last.month - 1 + review_every, 12)
    year, month = last.year + years, month + 1
    return datetime.date(year, month, min(last.day, monthrange(year, month)[1]))
