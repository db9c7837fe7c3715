"""Deliveries become mail: each at once, or merged into a subscriber's digest.

A subscriber's mails are written and their deliveries marked in one transaction, under a lock on the
subscriber: a worker killed in between has written nothing, and of two the second finds nothing.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from core.due import on_each
from outbox.addresses import key_of
from outbox.models import Mail
from search.results import Hit
from updates import searches, telling
from updates.models import Delivery, Notice, Pace, Subscriber, Subscription
from updates.models.subscribers import new_key
from updates.sources import News, Source, source_named

logger = logging.getLogger(__name__)

SUBSCRIBERS_AT_ONCE = 50
PUT_OFF_FOR = timedelta(hours=1)
"""How long what cannot be told waits for somebody to mend it."""


def write_due() -> bool:
    """Write what is due for some subscribers. Returns whether there are more."""
    waiting = Delivery.objects.due().order_by("subscription__subscriber")
    pks = waiting.values_list("subscription__subscriber", flat=True).distinct()
    tidings = Tidings()
    return on_each(
        Subscriber.objects.filter(pk__in=list(pks[:SUBSCRIBERS_AT_ONCE])),
        lambda subscriber: write_letters(subscriber, tidings),
        SUBSCRIBERS_AT_ONCE,
    )


class Tidings:
    """What notices tell as things are now; asked once of each, however many are told."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[Source, News] | None] = {}
        self._hits: dict[tuple[int, str], list[Hit]] = {}

    def of(self, notice: Notice) -> tuple[Source, News] | None:
        """Return what to tell; None of what the public may not see any more."""
        if notice.pk not in self._told:
            self._told[notice.pk] = self._ask(notice)
        return self._told[notice.pk]

    def can_tell(self, notice: Notice) -> bool:
        """Say whether it can be told. What cannot is put off: it keeps nothing else waiting."""
        if notice.pk in self._told:
            return True
        try:
            with transaction.atomic():
                self.of(notice)
        except Exception:
            logger.exception("Notice %d (%s) cannot be told", notice.pk, notice)
            later = timezone.now() + PUT_OFF_FOR
            Delivery.objects.due().filter(notice=notice).update(due_at=later)
            return False
        return True

    def hits_in(self, notice: Notice, what: str) -> list[Hit]:
        """Return where in it a saved search finds its words."""
        asked = notice.pk, what
        if asked not in self._hits:
            source = source_named(notice.source)
            self._hits[asked] = searches.hits_in(what, *source.entries_of(notice.object_id))
        return self._hits[asked]

    def _ask(self, notice: Notice) -> tuple[Source, News] | None:
        source = source_named(notice.source)
        item = source and source.find(notice.object_id)
        return (source, source.tell(item)) if item else None


def write_letters(subscriber: Subscriber, tidings: Tidings) -> None:
    """Write a subscriber's mails that are due, and mark what they tell."""
    due = Delivery.objects.due().filter(subscription__subscriber=subscriber)
    deliveries = list(
        due.select_related("subscription", "notice").order_by("notice__due_at", "notice_id", "pk")
    )
    told = _told_before(subscriber, deliveries)
    for_digest: list[Notice] = []
    for notice, group in groupby(deliveries, key=lambda one: one.notice):
        if notice.pk not in told and not tidings.can_tell(notice):
            continue
        urgent = [one for one in group if one.subscription.pace == Pace.AT_ONCE]
        if notice.pk in told or tidings.of(notice) is None:
            _mark(subscriber, [notice], "")
        elif urgent:
            letter = new_key()
            subscriptions = _in_order(notice, urgent)
            hits_in = partial(tidings.hits_in, notice)
            source, news = tidings.of(notice)
            telling.tell_news(subscriber, subscriptions, notice, source, news, letter, hits_in)
            _mark(subscriber, [notice], letter)
        else:
            for_digest.append(notice)
    if for_digest:
        letter = new_key()
        told_in_it = [(notice, *tidings.of(notice)) for notice in for_digest]
        telling.tell_digest(subscriber, told_in_it, letter)
        _mark(subscriber, for_digest, letter)


def _in_order(notice: Notice, deliveries: Iterable[Delivery]) -> list[Subscription]:
    """Return their subscriptions, the narrowest first."""
    places = {text: place for place, text in enumerate(notice.follows)}
    subscriptions = [one.subscription for one in deliveries]
    return sorted(subscriptions, key=lambda one: places.get(str(one.ref), len(places)))


def _told_before(subscriber: Subscriber, deliveries: Iterable[Delivery]) -> set[int]:
    """Return the notices that this address has been told of, by us or by others."""
    notices = {one.notice_id: one.notice for one in deliveries}
    mailed = Delivery.objects.filter(
        subscription__subscriber=subscriber, notice__in=notices
    ).exclude(mailed_at=None)
    told = set(mailed.values_list("notice", flat=True))
    names = _names_told_once(notices)
    if names:
        mails = Mail.objects.filter(address__key=key_of(subscriber.email), once__in=names)
        told |= {names[once] for once in mails.values_list("once", flat=True)}
    return told


def _names_told_once(notices: Mapping[int, Notice]) -> dict[str, int]:
    names = {}
    for pk, notice in notices.items():
        source = source_named(notice.source)
        if source and (once := source.once(notice.object_id)):
            names[once] = pk
    return names


def _mark(subscriber: Subscriber, notices: Iterable[Notice], letter: str) -> None:
    """Note that a subscriber is told of these, whichever subscription it was for."""
    told = Delivery.objects.filter(subscription__subscriber=subscriber, notice__in=list(notices))
    told.filter(mailed_at=None).update(mailed_at=timezone.now(), letter=letter)
