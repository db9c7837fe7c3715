"""The nightly round: read every public page, follow its links, note what is found.

All of it stands in the database, so that a round ends where another was killed.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.models import Page
from wagtail.query import PageQuerySet

from core.http import GuardedClient
from core.pages import BasePageQuerySet
from operate.leases import DAY, period_start
from operate.links import following
from operate.links.collecting import Link, links_of
from operate.models import Fault, PageLink, PageReading

logger = logging.getLogger(__name__)

PART = 5.0
"""Seconds after which others have their turn."""
PAGES_AT_ONCE = 50
LINKS_AT_ONCE = 20
MOST_OUTSIDE = 300
"""Addresses elsewhere that are asked in a night."""
OF_PLACE = ["words", "place", "content_path", "shared_text_id"]
OF_FINDING = ["fault", "checked_at", "failing_since", "failures", "failed_on"]


def look_after_links() -> bool:
    """Do a part of the round; return whether there is more."""
    night = tonight()
    ends_at = time.monotonic() + PART
    return read_pages(night, ends_at) or follow_links(night, ends_at)


def tonight() -> datetime:
    """Return when the night began that a round is for."""
    return period_start(DAY, timezone.now())


def read_pages(since: datetime, ends_at: float | None = None) -> bool:
    """Read the public pages not read since then; return whether the time was up before the end."""
    while pages := list(_unread(since)[:PAGES_AT_ONCE]):
        by_type = defaultdict(list)
        for page in pages:
            by_type[_type_of(page)].append(page.pk)
        for model, pks in by_type.items():
            _read(model, pks)
        if _is_up(ends_at):
            return True
    _forget()
    return False


def read_page(page: Page) -> None:
    """Read one public page at once, whenever it was read last."""
    _read(_type_of(page), [page.pk])


def follow_links(since: datetime, ends_at: float | None = None, *, inside: bool = False) -> bool:
    """Follow what of this site was not followed since then, and what is due elsewhere.

    Returns whether the time was up before the end. `inside` leaves out all that is elsewhere.
    """
    with following.open_client() as client:
        while links := _due(since, inside):
            for link in links:
                follow(link, client)
                if _is_up(ends_at):
                    return True
    return False


def follow(link: PageLink, client: GuardedClient) -> Fault | None:
    """Follow a link and note what is found, for all of the same address."""
    fault = following.fault_of(link, client)
    if fault == Fault.NO_HOST and not _others_answer():
        # Then it may be our own way out that is closed.
        fault = Fault.SILENT
    note(link.key, fault)
    return fault


def note(key: str, fault: Fault | None) -> None:
    now = timezone.now()
    links = PageLink.objects.filter(key=key)
    if fault is None:
        links.update(fault="", checked_at=now, failing_since=None, failures=0, failed_on=None)
        return
    today = timezone.localdate(now)
    links.update(
        fault=fault,
        checked_at=now,
        failing_since=Coalesce("failing_since", Value(now)),
        failures=Case(When(failed_on=today, then=F("failures")), default=F("failures") + 1),
        failed_on=today,
    )


def asked_tonight(night: datetime) -> int:
    asked = PageLink.objects.outside().filter(checked_at__gte=night)
    return asked.values("key").distinct().count()


def waiting_outside(night: datetime) -> int:
    """Return how many addresses elsewhere are due and were not asked yet."""
    return PageLink.objects.due_outside(night).values("key").distinct().count()


def _is_up(ends_at: float | None) -> bool:
    return ends_at is not None and time.monotonic() >= ends_at


def _public() -> PageQuerySet:
    return BasePageQuerySet(Page).published()


def _type_of(page: Page) -> type[Page]:
    return page.cached_content_type.model_class() or Page


def _unread(since: datetime) -> PageQuerySet:
    return _public().exclude(link_reading__read_at__gte=since).order_by("content_type", "pk")


def _read(model: type[Page], pks: list[int]) -> None:
    try:
        read = [(page.pk, links) for page, links in links_of(model, pks)]
    except DatabaseError:
        raise
    except Exception:
        # One page must not keep the round from all others.
        if len(pks) == 1:
            logger.exception("Links of page %d are not read", pks[0])
            _mark_read(pks)
            return
        for pk in pks:
            _read(model, [pk])
        return
    with transaction.atomic():
        _take_over(dict(read))
        _mark_read(pks)


def _mark_read(pks: list[int]) -> None:
    now = timezone.now()
    # A page deleted meanwhile has no row to point to.
    there = Page.objects.filter(pk__in=pks).values_list("pk", flat=True)
    PageReading.objects.bulk_create(
        [PageReading(page_id=pk, read_at=now) for pk in there],
        update_conflicts=True,
        unique_fields=["page"],
        update_fields=["read_at"],
    )


def _take_over(read: dict[int, list[Link]]) -> None:
    """Make the rows of pages what was read there; what was found out about an address stays."""
    rows = {(row.page_id, row.key): row for row in PageLink.objects.filter(page__in=read)}
    new, moved = [], []
    for page_id, links in read.items():
        for link in links:
            row = rows.pop((page_id, link.address.key), None)
            if row is None:
                new.append(_row(page_id, link))
            elif _move(row, link):
                moved.append(row)
    PageLink.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    PageLink.objects.bulk_update(moved, OF_PLACE, batch_size=100)
    _give_findings(new)
    PageLink.objects.bulk_create(new, ignore_conflicts=True, batch_size=100)


def _row(page_id: int, link: Link) -> PageLink:
    address = link.address
    row = PageLink(
        page_id=page_id,
        key=address.key,
        kind=address.kind,
        address=address.text,
        target_id=address.target_id,
    )
    _move(row, link)
    return row


def _move(row: PageLink, link: Link) -> bool:
    """Set where it stands; return whether that has changed."""
    changed = [name for name in OF_PLACE if getattr(row, name) != getattr(link, name)]
    for name in changed:
        setattr(row, name, getattr(link, name))
    return bool(changed)


def _give_findings(new: list[PageLink]) -> None:
    """Say of new rows what is known of their addresses from other pages."""
    known = PageLink.objects.filter(key__in={row.key for row in new}).exclude(checked_at=None)
    findings = {found.pop("key"): found for found in known.values("key", *OF_FINDING).distinct()}
    for row in new:
        for name, value in findings.get(row.key, {}).items():
            setattr(row, name, value)


def _forget() -> None:
    """Drop what stands on pages that are not public any more, but for what somebody has judged."""
    public = _public().order_by().values("pk")
    PageLink.objects.filter(ignored_at=None).exclude(page__in=public).delete()
    PageReading.objects.exclude(page__in=public).delete()


def _due(since: datetime, inside: bool) -> list[PageLink]:
    """Return some links that are due, no address twice, those not followed for longest first."""
    longest_first = [F("checked_at").asc(nulls_first=True), "pk"]
    some = PageLink.objects.due(since).order_by(*longest_first)[:LINKS_AT_ONCE]
    if found := _once_each(some):
        return found
    night = tonight()
    left = 0 if inside else min(LINKS_AT_ONCE, MOST_OUTSIDE - asked_tonight(night))
    if left <= 0:
        return []
    return _once_each(PageLink.objects.due_outside(night).order_by(*longest_first)[:left])


def _once_each(links: Iterable[PageLink]) -> list[PageLink]:
    return list({link.key: link for link in links}.values())


def _others_answer() -> bool:
    """Say whether a server elsewhere has answered since last night."""
    asked = PageLink.objects.outside().filter(checked_at__gte=tonight())
    return asked.exclude(fault__in=[Fault.NO_HOST, Fault.SILENT, Fault.ODD]).exists()
