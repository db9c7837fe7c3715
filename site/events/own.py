"""What somebody is registered for, for their own page."""

from django.utils.translation import gettext_lazy as _

from core.own_items import OwnItem, OwnItems
from events.links import follower_address, own_address
from events.models import Follower, Registration
from outbox.addresses import key_of


def registrations_of(email: str) -> list[OwnItem]:
    """Return registrations, the latest event first, and then the series that are followed."""
    key = key_of(email)
    mine = Registration.objects.at_address(key).select_related("event")
    series = Follower.objects.filter(email_key=key, ended_at=None).select_related("series")
    return [
        *map(_registration, mine.order_by("-event__starts_at", "pk")),
        *map(_follower, series.order_by("pk")),
    ]


def _registration(registration: Registration) -> OwnItem:
    lies_ahead = registration.is_live and not registration.event.is_over
    return OwnItem(
        registration.event.title,
        href=registration.event.url or "",
        state=f"{registration.name}: {registration.get_state_display()}",
        when=registration.event.starts_at,
        deed=_("Change or cancel") if lies_ahead else _("See it"),
        deed_href=own_address(registration),
    )


def _follower(follower: Follower) -> OwnItem:
    return OwnItem(
        follower.series.name,
        state=_("registered for every date"),
        deed=_("End it"),
        deed_href=follower_address(follower),
    )


OWN_REGISTRATIONS = OwnItems(
    _("Registrations"), _("You are not registered for anything."), registrations_of
)
