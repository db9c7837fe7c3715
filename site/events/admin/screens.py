"""What else there is to do with an event, beside the list of who is registered."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.models import EventPage


@dataclass(frozen=True)
class Screen:
    label: Promise
    name: str
    """Of its address, which takes the key of the event."""
    icon: str
    is_offered: Callable[[EventPage], bool] = lambda event: True


SCREENS = [
    Screen(_("Who is here"), "event_desk:attending", "check"),
    Screen(_("Zoom list"), "event_desk:zoom", "upload", lambda event: event.is_online),
    Screen(_("Sign-in sheet"), "event_desk:sheet", "doc-full", lambda event: event.is_in_person),
    Screen(_("Badges"), "event_desk:badges", "tag", lambda event: event.is_in_person),
    Screen(_("Head-count"), "event_desk:head_count", "list-ul"),
    Screen(_("Add somebody"), "event_desk:add", "plus"),
    Screen(_("Change the seats"), "event_desk:seats", "edit"),
    Screen(_("Write to them"), "event_desk:mail", "mail"),
    Screen(_("Copy the event"), "event_desk:copy", "copy"),
    Screen(_("Repeat the event"), "event_desk:repeat", "rotate", lambda it: it.series_id is None),
    Screen(_("Give its words on"), "event_desk:words", "edit", lambda it: it.series_id is not None),
]
"""In the order in which they are offered at the desk."""


def screens_of(event: EventPage) -> list[tuple[Screen, str]]:
    """Return what is offered for an event, each with its address."""
    offered = [screen for screen in SCREENS if screen.is_offered(event)]
    return [(screen, reverse(screen.name, args=[event.pk])) for screen in offered]
