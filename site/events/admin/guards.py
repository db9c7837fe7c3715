"""What keeps events from vanishing that people are about to come to."""

from collections.abc import Iterable

from django.db.models import Case, Count, F, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.models import Page

from events.admin.frame import desk_url
from events.models import LIVE, EventPage, EventQuerySet

GUARDED = {"delete", "unpublish"}
"""The bulk actions after which readers find no page any more."""


def keep_if_awaited(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Refuse to delete or unpublish a page while people are registered for what it announces."""
    event = awaited_in([page]).first()
    if event is None:
        return None
    messages.error(request, _sentence(event))
    return redirect(desk_url(event))


def keep_any_awaited(
    request: HttpRequest, action: str, pages: Iterable, bulk_action: object
) -> HttpResponse | None:
    """Refuse the same to a bulk action: none of the pages it was given changes."""
    pages = list(pages)
    if action not in GUARDED or not all(isinstance(page, Page) for page in pages):
        return None
    events = list(awaited_in(pages)[:5])
    for event in events:
        messages.error(request, _sentence(event))
    return redirect(bulk_action.next_url) if events else None


def awaited_in(pages: Iterable[Page]) -> EventQuerySet:
    """Return those of the pages, or below them, that people who are registered count on.

    Of a cancelled event these are whom no mail has told of it yet.
    """
    events = EventPage.objects.none()
    for page in pages:
        events |= EventPage.objects.descendant_of(page, inclusive=True)
    is_live = Q(registrations__state__in=LIVE)
    is_told = Q(registrations__told_sequence=F("entry__sequence"))
    counted = Case(
        When(is_cancelled=True, then=Count("registrations", filter=is_live & ~is_told)),
        default=Count("registrations", filter=is_live),
    )
    ahead = events.filter(ends_at__gt=timezone.now(), live=True)
    return ahead.annotate(expected=counted).filter(expected__gt=0).order_by("starts_at", "pk")


def _sentence(event: EventPage) -> str:
    if event.is_cancelled:
        said = ngettext(
            "“%(title)s” stays until %(n)d person has been told: try again in some minutes.",
            "“%(title)s” stays until %(n)d people have been told: try again in some minutes.",
            event.expected,
        )
    else:
        said = ngettext(
            "“%(title)s” stays. Cancel it first: %(n)d person is registered.",
            "“%(title)s” stays. Cancel it first: %(n)d people are registered.",
            event.expected,
        )
    return said % {"title": event.get_admin_display_title(), "n": event.expected}
