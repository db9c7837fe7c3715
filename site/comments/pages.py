"""Which page types can be commented on, and whether one can be right now."""

import datetime

from django.db.models import Min
from django.utils import timezone

from comments.models import CommentSettings, DiscussedPage, Discussion
from core.offers import Offers

discussed_pages: Offers[type[DiscussedPage]] = Offers()
"""Page types with comments: each a DiscussedPage and a core.pages.BasePage."""


def discussed_page(pk: int) -> DiscussedPage | None:
    """Return a page that readers see and whose comments they see; None where there is none."""
    for model in discussed_pages:
        shown = model.objects.published().exclude(discussion_state=Discussion.OFF)
        if page := shown.filter(pk=pk).first():
            return page
    return None


def closes_at(page: DiscussedPage, settings: CommentSettings) -> datetime.datetime | None:
    """Return when a page takes no more comments; None for never."""
    if not settings.closed_after or page.first_published_at is None:
        return None
    return page.first_published_at + datetime.timedelta(days=settings.closed_after)


def next_closing(now: datetime.datetime) -> datetime.datetime | None:
    """Return when after a moment the clock closes the comments of some page."""
    # Not `load`: it writes where there is nothing yet, while a reader waits.
    settings = CommentSettings.objects.first()
    closed_after = settings.closed_after if settings else 0
    if not closed_after:
        return None
    length = datetime.timedelta(days=closed_after)
    firsts = [
        model.objects.published()
        .filter(first_published_at__gt=now - length)
        .aggregate(first=Min("first_published_at"))["first"]
        for model in discussed_pages
    ]
    return min((first + length for first in firsts if first), default=None)


def is_open(page: DiscussedPage, settings: CommentSettings) -> bool:
    """Say whether a page takes comments now."""
    closing = closes_at(page, settings)
    is_past = closing is not None and closing <= timezone.now()
    return page.discussion_state == Discussion.OPEN and not is_past
