"""What became of what was told: how many mails left, failed, were not wanted any more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from outbox.models import Batch, Mail, MailState
from updates.announcements import ANNOUNCEMENTS, KIND
from updates.models import Announcement, Delivery, EndedBy, Notice, Pace, Subscription
from updates.sources import Source, source_named

KEPT_FRESH_FOR = timedelta(days=28)
"""Shorter than mails are kept (`outbox.purging`): from then on a report stays as it is."""
ENDED_WITHIN = timedelta(days=7)
"""So long after it somebody who ends a list of it is taken to do so for its sake."""
MOST_WORDS = 5
SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Report:
    """What became of an announcement's mails, in numbers alone: it is kept for ever."""

    is_spread: bool = False
    """Whether all who get it are known."""
    to_write: int = 0
    """Who get it at once and have no mail written yet."""
    written: int = 0
    """Mails at once; each is in one of the six that follow."""
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    unsubscribed: int = 0
    """Not sent: they had ended what it came by."""
    stopped: int = 0
    """Not sent: the address took no mail any more."""
    not_sent: int = 0
    """Not sent for another reason."""
    digest_waiting: int = 0
    """Who will be told in their next digest."""
    digest_told: int = 0
    """Whose digest has been written."""
    ended: int = 0
    """Who got it and ended a list of it, by this mail or within a week."""
    ended_in_mail: int = 0
    """Those of them who did so by the link of a mail."""
    counted_at: str = ""
    """As ISO 8601 has it; blank if it was counted just now."""

    @property
    def is_under_way(self) -> bool:
        return not self.is_spread or bool(self.to_write + self.waiting + self.digest_waiting)

    @property
    def dropped(self) -> int:
        return self.unsubscribed + self.stopped + self.not_sent


def report_of(announcement: Announcement) -> Report:
    """Return what became of one that was sent: counted now, or as it was while mails were kept."""
    if announcement.report and announcement.sent_at < timezone.now() - KEPT_FRESH_FOR:
        known = {each.name for each in fields(Report)}
        return Report(**{name: n for name, n in announcement.report.items() if name in known})
    return _count(announcement)


def keep() -> None:
    """Keep the reports of what was sent lately, before its mails are purged."""
    now = timezone.now()
    for announcement in Announcement.objects.sent().filter(sent_at__gt=now - KEPT_FRESH_FOR):
        kept = {**asdict(_count(announcement)), "counted_at": now.isoformat()}
        Announcement.objects.filter(pk=announcement.pk).update(report=kept)


def notice_of(announcement: Announcement) -> Notice | None:
    return Notice.objects.filter(source=ANNOUNCEMENTS.name, object_id=announcement.pk).first()


def paused_batch(notice: Notice) -> Batch | None:
    """Return the batch of a notice's mails if it waits for a person."""
    return Batch.objects.paused().filter(pk=notice.batch).first()


def words_of_servers(notice: Notice) -> list[tuple[str, int]]:
    """Return what servers said most often to mails that failed; addresses may stand in it."""
    failed = Mail.objects.in_batch(notice.batch).filter(state=MailState.FAILED)
    said = failed.values_list("reason").annotate(number=Count("pk"))
    return list(said.order_by("-number", "reason")[:MOST_WORDS])


def _count(announcement: Announcement) -> Report:
    notice = notice_of(announcement)
    if notice is None:
        return Report()
    mails = Mail.objects.in_batch(notice.batch)
    states = dict(mails.values_list("state").annotate(Count("pk")).order_by())
    dropped = _count_dropped(mails.filter(state=MailState.DROPPED))
    deliveries = Delivery.objects.filter(notice=notice)
    unmailed = deliveries.unmailed().values("subscription__subscriber").distinct()
    to_write = unmailed.filter(subscription__pace=Pace.AT_ONCE).count()
    in_digests = deliveries.exclude(letter="").exclude(letter__in=mails.values("about"))
    ended = Subscription.objects.filter(
        kind=KIND,
        deliveries__notice=notice,
        ended_at__gte=announcement.sent_at,
        ended_at__lt=announcement.sent_at + ENDED_WITHIN,
    ).exclude(ended_by=EndedBy.STAFF)
    return Report(
        is_spread=notice.spread_at is not None,
        to_write=to_write,
        written=sum(states.values()),
        waiting=states.get(MailState.WAITING, 0),
        sent=states.get(MailState.SENT, 0),
        failed=states.get(MailState.FAILED, 0),
        **dropped,
        digest_waiting=unmailed.count() - to_write,
        digest_told=in_digests.values("letter").distinct().count(),
        ended=_people(ended),
        ended_in_mail=_people(ended.filter(ended_by=EndedBy.ONE_CLICK)),
    )


def _count_dropped(mails: QuerySet) -> dict[str, int]:
    followed = Delivery.objects.filter(letter=OuterRef("about"), subscription__ended_at=None)
    was_stopped = Q(address__stopped_at__lte=F("ended_at"))
    open_ones = mails.exclude(was_stopped)
    unsubscribed = open_ones.filter(~Exists(followed)).count()
    return {
        "stopped": mails.filter(was_stopped).count(),
        "unsubscribed": unsubscribed,
        "not_sent": open_ones.count() - unsubscribed,
    }


def _people(subscriptions: QuerySet) -> int:
    return subscriptions.values("subscriber").distinct().count()


@dataclass(frozen=True)
class Told:
    """A thing that was told, with what became of its mails."""

    notice: Notice
    source: Source | None
    item: Model | None
    """None if it is gone."""
    states: dict[str, int] = field(default_factory=dict)
    """Mails at once by their state."""
    in_digests: int = 0
    waiting: int = 0
    """Who have been told by no mail yet."""

    @property
    def written(self) -> int:
        return sum(self.states.values())


def told_lately() -> QuerySet[Notice]:
    """Return what was to be told within the last 30 days, the newest first."""
    now = timezone.now()
    due = Notice.objects.filter(due_at__gt=now - SHOWN_FOR, due_at__lte=now)
    return due.order_by("-due_at", "-pk")


def what_was_told(notices: Sequence[Notice]) -> list[Told]:
    """Return what became of these, in a number of queries that does not grow with them."""
    items = _items(notices)
    states: dict[str, dict[str, int]] = {}
    batches = [notice.batch for notice in notices]
    counted = Mail.objects.filter(batch__in=batches).values_list("batch", "state")
    for batch, state, number in counted.annotate(Count("pk")).order_by():
        states.setdefault(batch, {})[state] = number
    deliveries = Delivery.objects.filter(notice__in=notices).values_list("notice")
    letters = dict(
        deliveries.exclude(letter="").annotate(Count("letter", distinct=True)).order_by()
    )
    waiting = dict(
        deliveries.filter(mailed_at=None, subscription__ended_at=None)
        .annotate(Count("subscription__subscriber", distinct=True))
        .order_by()
    )
    told = []
    for notice in notices:
        by_state = states.get(notice.batch, {})
        told.append(
            Told(
                notice,
                source_named(notice.source),
                items.get((notice.source, notice.object_id)),
                by_state,
                max(0, letters.get(notice.pk, 0) - sum(by_state.values())),
                waiting.get(notice.pk, 0),
            )
        )
    return told


def _items(notices: Sequence[Notice]) -> dict[tuple[str, int], Model]:
    pks: dict[str, list[int]] = {}
    for notice in notices:
        pks.setdefault(notice.source, []).append(notice.object_id)
    return {
        (name, pk): item
        for name, some in pks.items()
        if (source := source_named(name))
        for pk, item in source.model._default_manager.in_bulk(some).items()
    }
