"""Links of subscribers, all signed; each lets its reader do one thing, and works for ever.

A GET changes nothing, for mail scanners follow links. Those to confirm and to change stand in mail
to the address alone.
"""

from collections.abc import Iterable

from core.signed_links import SignedLink
from updates.models import Pace, Subscriber, Subscription

_CONFIRM, _MINE, _STOP = (
    SignedLink(f"updates:{name}", f"updates.{name}") for name in ("confirm", "mine", "stop")
)
_DIGEST = SignedLink("updates:stop_digests", "updates.digest")


def confirm_address(subscriber: Subscriber) -> str:
    return _CONFIRM.address(subscriber.key)


def own_address(subscriber: Subscriber) -> str:
    """Return the page of preferences."""
    return _MINE.address(subscriber.key)


def own_path(subscriber: Subscriber) -> str:
    """Return the same page on this host."""
    return _MINE.path(subscriber.key)


def stop_address(subscriptions: Iterable[Subscription]) -> str:
    """Return where these, of one subscriber, are stopped."""
    return _STOP.address(".".join(one.key for one in subscriptions))


def stop_digests_address(subscriber: Subscriber) -> str:
    """Return where all that comes in digests is stopped."""
    return _DIGEST.address(subscriber.key)


def confirmed_by(token: str) -> Subscriber | None:
    return _subscriber(token, _CONFIRM)


def own(token: str) -> Subscriber | None:
    return _subscriber(token, _MINE)


def is_to_stop(token: str) -> bool:
    """Say whether a link is ours, whatever is left of what it stops."""
    return bool(_STOP.value_of(token))


def stopped_by(token: str) -> list[Subscription]:
    """Return what a link stops, ended or not; nothing for a link that is not ours."""
    keys = _STOP.value_of(token).split(".")
    found = Subscription.objects.filter(key__in=keys).select_related("subscriber")
    return list(found.order_by("pk"))


def is_to_stop_digests(token: str) -> bool:
    return bool(_DIGEST.value_of(token))


def digests_stopped_by(token: str) -> list[Subscription]:
    """Return what comes in the digests that a link stops, or came in them until they ended."""
    key = _DIGEST.value_of(token)
    found = Subscription.objects.exclude(pace=Pace.AT_ONCE).exclude(confirmed_at=None)
    return list(found.filter(subscriber__key=key).select_related("subscriber").order_by("pk"))


def _subscriber(token: str, link: SignedLink) -> Subscriber | None:
    key = link.value_of(token)
    return Subscriber.objects.filter(key=key).first() if key else None
