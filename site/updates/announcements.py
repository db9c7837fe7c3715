"""Sending announcements: now, at a time, as a test; and what they are to those who follow lists."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.models import User
from core.due import on_each
from core.zones import shown_in
from outbox.messages import Rendered, post, render
from outbox.models import Address
from updates import mails, news, telling
from updates.following import Followable, Followed, Ref, primary_keys
from updates.models import Announcement, AnnouncementList, Pace, Subscriber, Subscription
from updates.models.subscribers import SubscriberQuerySet
from updates.sources import News, Source
from updates.wording import mail_html, mail_text

logger = logging.getLogger(__name__)

KIND = "list"
AT_ONCE = 10


class NotToBeSent(ValueError):
    """An announcement that was sent before, or has nobody it could go to; says so for staff."""


@dataclass(frozen=True)
class Reach:
    """Whom an announcement goes to, each counted once."""

    at_once: int
    daily: int
    weekly: int
    stopped: int
    """Who follow a list of it at an address that takes no mail any more; not among the others."""

    @property
    def total(self) -> int:
        return self.at_once + self.daily + self.weekly

    @property
    def in_digests(self) -> int:
        return self.daily + self.weekly


def audience(announcement: Announcement) -> SubscriberQuerySet:
    """Return who gets it, each once: who follows a list of it and whose address takes mail."""
    return _following(announcement).exclude(email_key__in=_stopped())


def reach(announcement: Announcement) -> Reach:
    following = Subscription.objects.active().following_any(refs_of(announcement))
    people = audience(announcement)

    def at(paces: list[Pace]) -> int:
        by_these = following.filter(pace__in=paces)
        return people.filter(pk__in=by_these.values("subscriber")).count()

    # Who follows two lists at two paces gets it at the faster one.
    at_once, up_to_daily = at([Pace.AT_ONCE]), at([Pace.AT_ONCE, Pace.DAILY])
    return Reach(
        at_once=at_once,
        daily=up_to_daily - at_once,
        weekly=people.count() - up_to_daily,
        stopped=_following(announcement).filter(email_key__in=_stopped()).count(),
    )


def followers_by_list() -> dict[int, int]:
    """Return how many would get what is sent to a list, by its primary key; none are left out."""
    following = Subscription.objects.active().filter(kind=KIND)
    counted = following.exclude(subscriber__email_key__in=_stopped()).values_list("what")
    return {int(what): number for what, number in counted.annotate(Count("pk")).order_by()}


def _following(announcement: Announcement) -> SubscriberQuerySet:
    following = Subscription.objects.active().following_any(refs_of(announcement))
    return Subscriber.objects.filter(pk__in=following.values("subscriber"))


def _stopped() -> QuerySet:
    return Address.objects.stopped().values("key")


def refs_of(announcement: Announcement) -> list[Ref]:
    return [ref_of(one) for one in announcement.lists.order_by("name").only("pk")]


def ref_of(one: AnnouncementList) -> Ref:
    return Ref(KIND, str(one.pk))


def look(announcement: Announcement) -> Rendered:
    """Return its mail as a reader of its lists gets it, sent or not."""
    return render(mails.ANNOUNCEMENT, _shown(announcement))


def send_test(announcement: Announcement, addresses: Iterable[str], by: User) -> int:
    """Send it to some addresses, marked as a test; return to how many.

    Raises ValidationError for what is no address.
    """
    with transaction.atomic():
        sent = [post(mails.TEST, to, _shown(announcement)) for to in addresses]
        note_deed(announcement, "test", by, mails=len(sent))
    return len(sent)


def _shown(announcement: Announcement) -> dict:
    return telling.as_anybody_gets(
        _tell(announcement), [one.name for one in announcement.lists.all()]
    )


def send(announcement: Announcement, by: User | None) -> None:
    """Send it now: the worker writes to all who follow its lists. Raises NotToBeSent."""
    with transaction.atomic():
        locked = _locked_unsent(announcement)
        locked.sent_at = timezone.now()
        locked.save(update_fields=["sent_at"])
        news.note(locked)
        note_deed(locked, "send", by)
    announcement.sent_at = locked.sent_at


def schedule(announcement: Announcement, at: datetime, by: User) -> None:
    """Let the worker send it at a time. Raises NotToBeSent."""
    with transaction.atomic():
        locked = _locked_unsent(announcement)
        if at <= timezone.now():
            raise NotToBeSent(_("This time has passed. Choose one ahead, or send it now."))
        locked.send_at = at
        locked.save(update_fields=["send_at"])
        note_deed(locked, "schedule", by)
    announcement.send_at = at


def _locked_unsent(announcement: Announcement) -> Announcement:
    locked = Announcement.objects.select_for_update().filter(pk=announcement.pk).first()
    if locked is None:
        raise NotToBeSent(_("It has been deleted meanwhile."))
    if locked.is_sent:
        raise NotToBeSent(_("It has been sent already."))
    if not locked.lists.exists():
        raise NotToBeSent(_("Choose a list first."))
    return locked


def unschedule(announcement: Announcement, by: User | None) -> bool:
    """Make a draft of it again; False where it was sent meanwhile."""
    with transaction.atomic():
        waiting = Announcement.objects.filter(pk=announcement.pk, sent_at=None)
        is_done = bool(waiting.exclude(send_at=None).update(send_at=None))
        if is_done:
            note_deed(announcement, "unschedule", by)
    announcement.send_at = None
    return is_done


def delete(announcement: Announcement) -> bool:
    """Delete it if it has not been sent; return whether that was done."""
    with transaction.atomic():
        unsent = Announcement.objects.select_for_update().filter(sent_at=None)
        locked = unsent.filter(pk=announcement.pk).first()
        if locked:
            log(instance=locked, action="wagtail.delete")
            locked.delete()
    return locked is not None


def write(
    announcement: Announcement, lists: Iterable[AnnouncementList], by: User | None
) -> Announcement:
    """Save subject and text of it, and to which lists it goes as long as it has not been sent.

    The rest stays as it is by now: the worker may have sent it while somebody wrote.
    """
    with transaction.atomic():
        if announcement.pk is None:
            announcement.written_by = by
            announcement.save()
        known = Announcement.objects.select_for_update().get(pk=announcement.pk)
        known.subject, known.body = announcement.subject, announcement.body
        if not known.is_sent:
            known.lists.set(lists)
        known.save(update_fields=["subject", "body"])
    announcement.sent_at, announcement.send_at = known.sent_at, known.send_at
    return announcement


def note_deed(announcement: Announcement, deed: str, by: User | None, **data: int) -> None:
    """Note what was done in its history and in the log; nobody it goes to is named there."""
    log(instance=announcement, action=f"updates.announcements.{deed}", user=by, data=data)
    logger.info("Announcement %d: %s, user %s", announcement.pk, deed, by and by.pk)


def send_scheduled() -> bool:
    """Send what is due. Returns whether there is more."""
    return on_each(Announcement.objects.due(), _send_or_unschedule, AT_ONCE)


def _send_or_unschedule(announcement: Announcement) -> None:
    try:
        send(announcement, None)
    except NotToBeSent:
        # Its lists were deleted since: it is a draft again, and its page says so.
        unschedule(announcement, None)


def _named(keys: Iterable[str]) -> dict[str, Followed]:
    lists = AnnouncementList.objects.filter(pk__in=primary_keys(keys))
    return {str(one.pk): _followed(one) for one in lists}


def _followed(one: AnnouncementList) -> Followed:
    address = one.get_absolute_url()
    return Followed(
        ref_of(one),
        one.name,
        address,
        feed=f"{address}feed.xml",
        summary=one.summary,
        is_open=one.is_open,
    )


def sent_on(announcement: Announcement) -> date:
    """Return the day it was sent, where the site is; of a draft, the day it may be."""
    moment = announcement.sent_at or announcement.send_at or timezone.now()
    return shown_in(moment, settings.TIME_ZONE).date()


def _tell(announcement: Announcement) -> News:
    return News(
        subject=announcement.subject,
        title=announcement.subject,
        href=settings.SITE_URL + announcement.get_absolute_url(),
        dated=sent_on(announcement),
        meta=", ".join(one.name for one in announcement.lists.all()),
        summary=announcement.summary,
        action=_("Read it on the site"),
        html=mail_html(announcement.body),
        text=mail_text(announcement.body),
    )


LISTS = Followable(
    KIND,
    gettext_lazy("Announcements"),
    named=_named,
    offered=lambda: map(_followed, AnnouncementList.objects.open()),
)
ANNOUNCEMENTS = Source(
    model=Announcement,
    label=gettext_lazy("Announcements"),
    is_fresh=lambda announcement: True,
    due_at=lambda announcement, noticed_at: noticed_at,
    visible=lambda: Announcement.objects.sent(),
    follows=refs_of,
    tell=_tell,
    is_news=lambda announcement: announcement.is_sent,
)
