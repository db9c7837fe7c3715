"""Subscribers, what they follow, and what is announced to them."""

from collections.abc import Iterable

from django.utils import timezone

from outbox.addresses import prove
from updates import letters, news
from updates.following import Ref, find_followed
from updates.models import (
    Announcement,
    AnnouncementList,
    Pace,
    Subscriber,
    Subscription,
)


def make_list(name: str = "Northern libraries", **fields) -> AnnouncementList:
    return AnnouncementList.objects.create(
        **{"name": name, "summary": "What is new in the north.", **fields}
    )


def make_announcement(
    lists: Iterable[AnnouncementList], subject: str = "Closed on Monday", **fields
) -> Announcement:
    made = Announcement.objects.create(
        **{"subject": subject, "body": "<p>Requests wait until <b>Tuesday</b>.</p>", **fields}
    )
    made.lists.set(lists)
    return made


def make_subscriber(email: str = "ines@example.org", **fields) -> Subscriber:
    return Subscriber.objects.create(email=email, **fields)


def make_subscription(
    who: Subscriber | str, ref: Ref, pace: Pace = Pace.AT_ONCE, **fields
) -> Subscription:
    """A subscription that was confirmed, if nothing else is said."""
    subscriber = who if isinstance(who, Subscriber) else _subscriber(who)
    followed = find_followed([ref]).get(ref)
    prove(subscriber.email)
    return Subscription.objects.create(
        subscriber=subscriber,
        kind=ref.kind,
        what=ref.key,
        pace=pace,
        **{
            "title": followed.title if followed else str(ref),
            "confirmed_at": timezone.now(),
            **fields,
        },
    )


def tell_all() -> None:
    """Do what the worker does about news that are due, to the end."""
    while news.spread():
        pass
    while letters.write_due():
        pass


def _subscriber(email: str) -> Subscriber:
    found = Subscriber.objects.filter(email_key=email.casefold()).first()
    return found or make_subscriber(email)
