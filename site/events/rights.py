"""Who sees and changes who is registered: whoever may edit the page of the event."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from wagtail.permissions import page_permission_policy

from accounts.models import User
from events.models import EventPage, EventQuerySet


def may_organise(user: User, event: EventPage) -> bool:
    return page_permission_policy.user_has_permission_for_instance(user, "change", event)


def organised_by(user: User) -> EventQuerySet:
    """Return the events whose registrations somebody may see and change."""
    pages = page_permission_policy.instances_user_has_permission_for(user, "change")
    return EventPage.objects.filter(pk__in=pages.values("pk"))


def for_organisers(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of one event that its organisers alone may see: gets the page in place of its key."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int, **kwargs: object) -> HttpResponseBase:
        event = get_object_or_404(EventPage.objects.select_related("seats", "series"), pk=pk)
        if not may_organise(request.user, event):
            raise PermissionDenied
        return view(request, event, **kwargs)

    return guarded
