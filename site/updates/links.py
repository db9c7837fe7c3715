"""Links of subscribers, all signed; each lets its reader do one thing, and works for ever.

A GET changes nothing, for mail scanners follow links. Those to confirm and to change stand in mail
to the address alone.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.urls import reverse

from updates.models import Pace, Subscriber, Subscription

_CONFIRM, _MINE, _STOP, _DIGEST = (
    f"updates.{name}" for name in ("confirm", "mine", "stop", "digest")
)


def confirm_address(subscriber: Subscriber) -> str:
    return _address("confirm", _CONFIRM, subscriber.key)


def own_address(subscriber: Subscriber) -> str:
    """Return the page of preferences."""
    return _address("mine", _MINE, subscriber.key)


def own_path(subscriber: Subscriber) -> str:
    """Return the same page on this host, whatever its name: browsers are sent there by a form."""
    return _path("mine", _MINE, subscriber.key)


def stop_address(subscriptions: Iterable[Subscription]) -> str:
    """Return where these, of one subscriber, are stopped."""
    return _address("stop", _STOP, ".".join(one.key for one in subscriptions))


def stop_digests_address(subscriber: Subscriber) -> str:
    """Return where all that comes in digests is stopped."""
    return _address("stop_digests", _DIGEST, subscriber.key)


def confirmed_by(token: str) -> Subscriber | None:
    return _subscriber(token, _CONFIRM)


def own(token: str) -> Subscriber | None:
    return _subscriber(token, _MINE)


def is_to_stop(token: str) -> bool:
    """Say whether a link is ours, whatever is left of what it stops."""
    return bool(_unsigned(token, _STOP))


def stopped_by(token: str) -> list[Subscription]:
    """Return what a link stops, ended or not; nothing for a link that is not ours."""
    keys = _unsigned(token, _STOP).split(".")
    found = Subscription.objects.filter(key__in=keys).select_related("subscriber")
    return list(found.order_by("pk"))


def is_to_stop_digests(token: str) -> bool:
    return bool(_unsigned(token, _DIGEST))


def digests_stopped_by(token: str) -> list[Subscription]:
    """Return what comes in the digests that a link stops, or came in them until they ended."""
    key = _unsigned(token, _DIGEST)
    found = Subscription.objects.exclude(pace=Pace.AT_ONCE).exclude(confirmed_at=None)
    return list(found.filter(subscriber__key=key).select_related("subscriber").order_by("pk"))


def _subscriber(token: str, salt: str) -> Subscriber | None:
    key = _unsigned(token, salt)
    return Subscriber.objects.filter(key=key).first() if key else None


def _address(name: str, salt: str, value: str) -> str:
    return settings.SITE_URL + _path(name, salt, value)


def _path(name: str, salt: str, value: str) -> str:
    token = signing.Signer(salt=salt).sign(value)
    return reverse(f"updates:{name}", args=[token])


def _unsigned(token: str, salt: str) -> str:
    try:
        return signing.Signer(salt=salt).unsign(token)
    except signing.BadSignature:
        return ""
