"""Asking for updates, confirming, changing and stopping them."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from core.due import on_each
from core.throttling import allows
from core.zones import default_zone, validate_zone
from outbox.addresses import key_of, prove
from outbox.models import LONGEST_ADDRESS, Mail
from updates import telling
from updates.following import Followed, Ref, find_open
from updates.models import (
    EXPIRES_AFTER,
    Delivery,
    EndedBy,
    Pace,
    Request,
    Subscriber,
    Subscription,
)
from updates.models.subscribers import LONGEST_WHAT

logger = logging.getLogger(__name__)

ENDED_KEPT_FOR = timedelta(days=90)
"""So long the links of old mails say what they have stopped, and reports count it."""
TOLD_KEPT_FOR = timedelta(days=90)
"""How long it is known which mail told somebody of what."""
CONFIRMATION_REPEATED_AFTER = timedelta(minutes=10)
MOST_FOLLOWED = 200
"""Things that one address may follow."""
AT_ONCE = 50
DELETED_AT_ONCE = 500


def ask(email: str, refs: Iterable[Ref], pace: str, time_zone: str = "") -> None:
    """Note what a form asks for. The worker takes it in: no answer tells whom we know."""
    Request.objects.create(
        email=email, wants=[str(ref) for ref in refs], pace=pace, time_zone=time_zone
    )


def take_in_requests() -> bool:
    """Do what forms asked for. Returns whether there are more."""
    return on_each(Request.objects.all(), _take_in, AT_ONCE)


def _take_in(request: Request) -> None:
    request.delete()
    if len(key_of(request.email)) > LONGEST_ADDRESS:
        return
    wanted = find_open(Ref.read(text) for text in request.wants)
    if not request.wants:
        known = Subscriber.objects.active().filter(email_key=key_of(request.email)).first()
        if known:
            telling.tell_links(known)
    elif wanted:
        _subscribe(request, list(wanted.values()))


def _subscribe(request: Request, wanted: Sequence[Followed]) -> None:
    subscriber = subscriber_of(request.email, request.time_zone)
    is_proven = subscriber.subscriptions.active().exists()
    added = follow(subscriber, wanted, request.pace, is_confirmed=is_proven)
    if is_proven:
        telling.tell_added(subscriber, added, wanted)
    elif allows("confirm updates", subscriber.key, 1, CONFIRMATION_REPEATED_AFTER):
        telling.ask_to_confirm(subscriber)


def subscriber_of(email: str, time_zone: str = "") -> Subscriber:
    """Return the subscriber of an address, made if need be."""
    try:
        validate_zone(time_zone)
    except ValidationError:
        time_zone = default_zone()
    made = {"email": email.strip(), "time_zone": time_zone}
    return Subscriber.objects.get_or_create(email_key=key_of(email), defaults=made)[0]


def follow(
    subscriber: Subscriber, wanted: Iterable[Followed], pace: str, *, is_confirmed: bool
) -> list[Subscription]:
    """Let somebody follow things; return those they did not follow in this way before.

    What is followed already gets the new pace, but not before that is confirmed.
    """
    now = timezone.now()
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        known = {one.ref: one for one in subscriber.subscriptions.all()}
        room = MOST_FOLLOWED - sum(one.ended_at is None for one in known.values())
        added = []
        for followed in wanted:
            one = known.get(followed.ref)
            if one and one.is_active:
                if is_confirmed and one.pace != pace:
                    change_pace(one, pace)
                    added.append(one)
                continue
            if one is None or one.ended_at:
                if room <= 0:
                    continue
                room -= 1
            one = one or Subscription(
                subscriber=subscriber, kind=followed.ref.kind, what=followed.ref.key
            )
            one.title, one.pace = followed.title[:LONGEST_WHAT], pace
            one.ended_at, one.ended_by = None, ""
            one.created_at, one.confirmed_at = now, now if is_confirmed else None
            one.save()
            added.append(one)
    return added


def confirm(subscriber: Subscriber) -> int:
    """Take an address as its owner's and begin what it asked for; return how much that is."""
    with transaction.atomic():
        begun = subscriber.subscriptions.pending().update(confirmed_at=timezone.now())
        prove(subscriber.email)
    if begun:
        logger.info("Subscriber %d confirmed %d subscriptions", subscriber.pk, begun)
    return begun


def stop(subscriptions: Iterable[Subscription], by: EndedBy) -> int:
    """End subscriptions, whatever is on its way for them; return how many had not ended yet."""
    pks = [one.pk for one in subscriptions]
    with transaction.atomic():
        ended = Subscription.objects.filter(pk__in=pks, ended_at=None).update(
            ended_at=timezone.now(), ended_by=by
        )
        # What was told by another one is marked on all; what was not must not linger.
        Delivery.objects.filter(subscription__in=pks, mailed_at=None).delete()
    return ended


def change_pace(subscription: Subscription, pace: str) -> None:
    """Bring something more or less often from now on; what waits moves along."""
    with transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(pace=pace)
        subscription.pace = pace
        _reschedule([subscription])


def change_clock(subscriber: Subscriber, time_zone: str, weekday: int) -> None:
    """Keep to another place's time, or another day of the week."""
    subscriber.time_zone, subscriber.weekday = time_zone, weekday
    with transaction.atomic():
        subscriber.save(update_fields=["time_zone", "weekday"])
        _reschedule(subscriber.subscriptions.exclude(pace=Pace.AT_ONCE))


def _reschedule(subscriptions: Iterable[Subscription]) -> None:
    now = timezone.now()
    for one in subscriptions:
        due_at = one.subscriber.next_mail_at(one.pace, now)
        one.deliveries.unmailed().filter(due_at__gt=now).update(due_at=due_at)


def clean() -> bool:
    """Forget some of what is not needed any more. Returns whether there is more.

    That is what was told long ago, what was asked for and never confirmed or taken in, what ended
    long ago, and who follows nothing any more. Notices stay, a row each: they keep a thing from
    being told twice.
    """
    now = timezone.now()
    long_told = Delivery.objects.filter(mailed_at__lt=now - TOLD_KEPT_FOR)
    pending = Subscription.objects.pending()
    of_one = Subscription.objects.filter(subscriber=OuterRef("pk"))
    old: list[QuerySet] = [
        # Before what they belong to: few are left to go with it.
        long_told.exclude(letter__in=Mail.objects.waiting().values("about")),
        Request.objects.filter(created_at__lt=now - EXPIRES_AFTER),
        pending.filter(created_at__lt=now - EXPIRES_AFTER),
        Subscription.objects.filter(ended_at__lt=now - ENDED_KEPT_FOR),
        Subscriber.objects.filter(~Exists(of_one), created_at__lt=now - EXPIRES_AFTER),
    ]
    return any(map(_delete_some, old))


def _delete_some(rows: QuerySet) -> bool:
    """Delete a part of these. Returns whether there may be more."""
    with transaction.atomic():
        some = rows.select_for_update().order_by("pk").values_list("pk", flat=True)
        pks = list(some[:DELETED_AT_ONCE])
        # Asked again under the lock: somebody may have come back.
        rows.filter(pk__in=pks).delete()
    return len(pks) == DELETED_AT_ONCE
