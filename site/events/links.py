"""Links of registered people, all signed; each lets its reader do one thing.

What changes something asks first: a GET changes nothing, for mail scanners follow links. Those to
change, to confirm and to stop stand in mail to the address alone; the one to join may be passed on
with a calendar entry, and lets nobody cancel.
"""

from collections.abc import Iterable

from core.signed_links import SignedLink
from events.models import Follower, Registration

_MINE, _CONFIRM, _JOIN, _PARTY = (
    SignedLink(f"registrations:{name}", f"events.{name}")
    for name in ("mine", "confirm", "join", "party")
)
_FOLLOW = SignedLink("registrations:follower", "events.follow")


def own_address(registration: Registration) -> str:
    """Return where somebody sees, changes and cancels their registration."""
    return _MINE.address(registration.key)


def confirm_address(registration: Registration) -> str:
    return _CONFIRM.address(registration.key)


def join_address(registration: Registration) -> str:
    """Return the page that leads to the call, and does nothing else."""
    return _JOIN.address(registration.key)


def party_address(registrations: Iterable[Registration]) -> str:
    """Return the page, on this host, that says what became of those who came in by one form."""
    return _PARTY.path(".".join(one.key for one in registrations))


def follower_address(follower: Follower) -> str:
    """Return where somebody sees and ends their following of a series."""
    return _FOLLOW.address(follower.key)


def registration_of(token: str) -> Registration | None:
    return _registration(token, _MINE)


def confirmed_by(token: str) -> Registration | None:
    return _registration(token, _CONFIRM)


def joining_by(token: str) -> Registration | None:
    return _registration(token, _JOIN)


def party_of(token: str) -> list[Registration]:
    """Return those who came in by one form; nobody for a link that is not ours."""
    keys = _PARTY.value_of(token).split(".")
    return list(_readable().filter(key__in=keys).in_order())


def follower_of(token: str) -> Follower | None:
    key = _FOLLOW.value_of(token)
    return Follower.objects.select_related("series").filter(key=key).first() if key else None


def _registration(token: str, link: SignedLink) -> Registration | None:
    key = link.value_of(token)
    return _readable().filter(key=key).first() if key else None


def _readable():
    # Who was erased has no name any more, and no links.
    return Registration.objects.exclude(name="").select_related("event__series", "event__seats")
