"""What the screens of an event share: where they are, where they lead back, what is noted."""

import logging

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.log_actions import log

from events.models import EventPage, Registration

logger = logging.getLogger(__name__)


def head(event: EventPage, title: str, icon: str = "group") -> dict:
    """Return what Wagtail's frame shows above a screen."""
    way = [*crumbs(event), {"url": "", "label": title}]
    return {
        "header_title": f"{title}: {event.get_admin_display_title()}",
        "header_icon": icon,
        "breadcrumbs_items": way,
        "event": event,
        "desk_url": desk_url(event),
    }


def crumbs(event: EventPage) -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("events:index"), "label": _("Events")},
        {"url": desk_url(event), "label": event.get_admin_display_title()},
    ]


def desk_url(event: EventPage) -> str:
    return reverse("event_desk:desk", args=[event.pk])


def back_url(request: HttpRequest, event: EventPage) -> str:
    """Return where one was: what the form says, or the desk."""
    return get_valid_next_url_from_request(request) or desk_url(event)


def back(request: HttpRequest, event: EventPage) -> HttpResponseRedirect:
    return redirect(back_url(request, event))


def registration_of(event: EventPage, number: int) -> Registration | None:
    """Return somebody registered for an event; None for who is not, or was erased."""
    people = event.registrations.exclude(name="").select_related("event__seats", "added_by")
    return people.filter(pk=number).first()


def say_gone(request: HttpRequest, event: EventPage) -> HttpResponseRedirect:
    messages.warning(request, _("This registration is gone. Nothing was changed."))
    return redirect(desk_url(event))


def note_deed(request: HttpRequest, event: EventPage, deed: str, **data: int | str | None) -> None:
    """Note what was done in the event's history and in the log; nobody is named there."""
    log(instance=event, action=f"events.registrations.{deed}", user=request.user, data=data)
    logger.info("User %d: %s, event %d", request.user.pk, deed, event.pk)
