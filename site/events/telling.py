"""Mails about events. What speaks of a deed is written in its transaction."""

from collections.abc import Sequence

from events.models import Follower, Registration
from outbox.messages import Message

MESSAGES: tuple[Message, ...] = ()


def tell_registered(registrations: Sequence[Registration]) -> None:
    """Tell each that they have a seat or wait, with their own links and the calendar entry."""


def tell_following(followers: Sequence[Follower]) -> None:
    """Tell each who follows a series at which dates they have a seat or wait."""


def tell_moved_up(registration: Registration) -> None:
    """Tell one who waited that they have a seat now."""


def tell_ended(registration: Registration, *, had_seat: bool) -> None:
    """Tell somebody that they are not registered any more, and why."""
