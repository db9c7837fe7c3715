"""Links of registered people, all signed; each lets its reader do one thing.

What changes something asks first: a GET changes nothing, for mail scanners follow links. Those to
change, to confirm and to stop stand in mail to the address alone; the one to join may be passed on
with a calendar entry, and lets nobody cancel.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.urls import reverse

from events.models import Follower, Registration

_MINE, _CONFIRM, _JOIN, _PARTY, _FOLLOW = (
    f"events.{name}" for name in ("mine", "confirm", "join", "party", "follow")
)


def own_address(registration: Registration) -> str:
    """Return where somebody sees, changes and cancels their registration."""
    return _address("mine", _MINE, registration.key)


def confirm_address(registration: Registration) -> str:
    return _address("confirm", _CONFIRM, registration.key)


def join_address(registration: Registration) -> str:
    """Return the page that leads to the call, and does nothing else."""
    return _address("join", _JOIN, registration.key)


def party_address(registrations: Iterable[Registration]) -> str:
    """Return the page that says what became of those who came in by one form.

    On this host, whatever its name: a browser is sent there by the form (CSP's form-action).
    """
    return _path("party", _PARTY, ".".join(one.key for one in registrations))


def follower_address(follower: Follower) -> str:
    """Return where somebody sees and ends their following of a series."""
    return _address("follower", _FOLLOW, follower.key)


def registration_of(token: str) -> Registration | None:
    return _registration(token, _MINE)


def confirmed_by(token: str) -> Registration | None:
    return _registration(token, _CONFIRM)


def joining_by(token: str) -> Registration | None:
    return _registration(token, _JOIN)


def party_of(token: str) -> list[Registration]:
    """Return those who came in by one form; nobody for a link that is not ours."""
    keys = _unsigned(token, _PARTY).split(".")
    return list(_readable().filter(key__in=keys).in_order())


def follower_of(token: str) -> Follower | None:
    key = _unsigned(token, _FOLLOW)
    return Follower.objects.select_related("series").filter(key=key).first() if key else None


def _registration(token: str, salt: str) -> Registration | None:
    key = _unsigned(token, salt)
    return _readable().filter(key=key).first() if key else None


def _readable():
    # Who was erased has no name any more, and no links.
    return Registration.objects.exclude(name="").select_related("event__series", "event__seats")


def _address(name: str, salt: str, key: str) -> str:
    return settings.SITE_URL + _path(name, salt, key)


def _path(name: str, salt: str, key: str) -> str:
    token = signing.Signer(salt=salt).sign(key)
    return reverse(f"registrations:{name}", args=[token])


def _unsigned(token: str, salt: str) -> str:
    try:
        return signing.Signer(salt=salt).unsign(token)
    except signing.BadSignature:
        return ""
