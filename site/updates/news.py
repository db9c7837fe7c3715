"""What becomes news when it is published, and who is to be told.

A notice is written in the transaction of the publish. The worker finds out, once the notice is
ripe, what it is told to the followers of, and writes a delivery for each of them.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model
from django.utils import timezone

from updates import searches
from updates.following import Ref
from updates.models import Delivery, Notice, Subscriber, Subscription
from updates.sources import Source, source_named

SETTLES_IN = timedelta(minutes=5)
"""What was published by mistake can be taken back in that time."""
GIVEN_UP_AFTER = timedelta(days=14)
"""How long what was published and taken down again may come back and still be news."""
SUBSCRIBERS_AT_ONCE = 500
SEARCHES_AT_ONCE = 100


def note(item: Model) -> None:
    """Note that something was saved that may be news; told once, however often it is saved."""
    source = source_named(item._meta.label_lower)
    if source is None or not source.is_news(item):
        return
    notice = Notice.objects.filter(source=source.name, object_id=item.pk).first()
    if notice is None:
        now = timezone.now()
        is_fresh = source.is_fresh(item)
        Notice.objects.create(
            source=source.name,
            object_id=item.pk,
            noticed_at=now,
            due_at=source.due_at(item, now) if is_fresh else None,
            spread_at=None if is_fresh else now,
        )
    elif notice.spread_at is None:
        due_at = source.due_at(item, notice.noticed_at)
        Notice.objects.filter(pk=notice.pk, spread_at=None).update(due_at=due_at)


def hush(model: type[Model], pks: Iterable[int]) -> None:
    """Tell nobody of these, whenever they are saved."""
    source, now = model._meta.label_lower, timezone.now()
    for pk in pks:
        Notice.objects.update_or_create(
            source=source, object_id=pk, defaults={"due_at": None, "spread_at": now}
        )


def spread() -> bool:
    """Write deliveries of what is ripe, for some subscribers. Returns whether there is more.

    What fails keeps nothing else waiting. Raises ExceptionGroup, once all else is done, with it.
    """
    faults: list[Exception] = []
    for notice in Notice.objects.ripe():
        try:
            if _spread(notice):
                return True
        except (OperationalError, InterfaceError):
            raise
        except Exception as fault:
            fault.add_note(f"notice {notice.pk}: {notice}")
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not told", faults)
    return False


def _spread(notice: Notice) -> bool:
    """Do the next step of telling one; return whether there was one."""
    source = source_named(notice.source)
    item = source and source.find(notice.object_id)
    if item is None:
        _wait_or_give_up(notice)
        return False
    if notice.matched_at is None:
        _match(notice, source, item)
    else:
        _deliver(notice)
    return True


def _wait_or_give_up(notice: Notice) -> None:
    """Look again in an hour; not for ever."""
    now = timezone.now()
    is_over = notice.noticed_at < now - GIVEN_UP_AFTER and notice.due_at < now - SETTLES_IN
    change = {"spread_at": now} if is_over else {"due_at": now + timedelta(hours=1)}
    Notice.objects.filter(pk=notice.pk, spread_at=None).update(**change)


def _match(notice: Notice, source: Source, item: Model) -> None:
    """Find out whom it is told to; saved searches are asked some at a time."""
    follows = notice.follows or [str(ref) for ref in source.follows(item)]
    asked = searches.saved_after(notice.searched_to, SEARCHES_AT_ONCE)
    model, pk = source.entries_of(item.pk)
    found = [what for what in asked if searches.finds(what, model, pk)]
    is_last = len(asked) < SEARCHES_AT_ONCE
    Notice.objects.filter(pk=notice.pk, searched_to=notice.searched_to, matched_at=None).update(
        follows=[*follows, *(str(Ref(searches.KIND, what)) for what in found)],
        searched_to=asked[-1] if asked else notice.searched_to,
        matched_at=timezone.now() if is_last else None,
    )


def _deliver(notice: Notice) -> None:
    """Write the deliveries of the next subscribers, all of each in one transaction."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(pk=notice.pk, spread_at=None).first()
        if notice is None:
            return
        following = Subscription.objects.active().following_any(notice.refs)
        further = following.filter(subscriber__gt=notice.spread_to).order_by("subscriber")
        pks = further.values_list("subscriber", flat=True).distinct()[:SUBSCRIBERS_AT_ONCE]
        subscribers = Subscriber.objects.in_bulk(list(pks))
        now = timezone.now()
        Delivery.objects.bulk_create(
            [
                Delivery(
                    subscription=one,
                    notice=notice,
                    due_at=subscribers[one.subscriber_id].next_mail_at(one.pace, now),
                )
                for one in following.filter(subscriber__in=subscribers)
            ],
            ignore_conflicts=True,
        )
        if len(subscribers) < SUBSCRIBERS_AT_ONCE:
            notice.spread_at = now
        notice.spread_to = max(subscribers, default=notice.spread_to)
        notice.save(update_fields=["spread_at", "spread_to"])
