"""Sending announcements: now, at a time, as a test; and what they are to those who follow lists."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.due import on_each
from outbox.models import Address
from updates import news
from updates.following import Followable, Followed, Ref, primary_keys
from updates.models import Announcement, AnnouncementList, Subscriber, Subscription
from updates.models.subscribers import SubscriberQuerySet
from updates.sources import News, Source
from updates.wording import mail_html, mail_text

logger = logging.getLogger(__name__)

KIND = "list"
AT_ONCE = 10


class NotToBeSent(ValueError):
    """An announcement that was sent before, or has nobody it could go to; says so for staff."""


def audience(announcement: Announcement) -> SubscriberQuerySet:
    """Return who gets it, each once: who follows a list of it and whose address takes mail."""
    following = Subscription.objects.active().following_any(refs_of(announcement))
    stopped = Address.objects.stopped().values("key")
    subscribers = Subscriber.objects.filter(subscriptions__in=following)
    return subscribers.exclude(email_key__in=stopped).distinct()


def refs_of(announcement: Announcement) -> list[Ref]:
    return [
        Ref(KIND, str(pk))
        for pk in announcement.lists.order_by("name").values_list("pk", flat=True)
    ]


def send(announcement: Announcement, by: User | None) -> None:
    """Send it now: the worker writes to all who follow its lists. Raises NotToBeSent."""
    with transaction.atomic():
        locked = Announcement.objects.select_for_update().get(pk=announcement.pk)
        if locked.is_sent:
            raise NotToBeSent(_("It has been sent already."))
        if not locked.lists.exists():
            raise NotToBeSent(_("Choose a list first."))
        locked.sent_at = timezone.now()
        locked.save(update_fields=["sent_at"])
        news.note(locked)
    announcement.sent_at = locked.sent_at
    logger.info("Announcement %d is sent by user %s", announcement.pk, by and by.pk)


def schedule(announcement: Announcement, at: datetime) -> None:
    """Let the worker send it at a time. Raises NotToBeSent."""
    with transaction.atomic():
        locked = Announcement.objects.select_for_update().get(pk=announcement.pk)
        if locked.is_sent:
            raise NotToBeSent(_("It has been sent already."))
        if at <= timezone.now():
            raise NotToBeSent(_("This time has passed. Choose one ahead, or send it now."))
        if not locked.lists.exists():
            raise NotToBeSent(_("Choose a list first."))
        locked.send_at = at
        locked.save(update_fields=["send_at"])
    announcement.send_at = at


def unschedule(announcement: Announcement) -> bool:
    """Make a draft of it again; False where it was sent meanwhile."""
    waiting = Announcement.objects.filter(pk=announcement.pk, sent_at=None)
    return bool(waiting.update(send_at=None))


def send_scheduled() -> bool:
    """Send what is due. Returns whether there is more."""
    return on_each(Announcement.objects.due(), _send_or_unschedule, AT_ONCE)


def _send_or_unschedule(announcement: Announcement) -> None:
    try:
        send(announcement, None)
    except NotToBeSent:
        # Its lists were deleted since: it is a draft again, and its page says so.
        unschedule(announcement)


def _named(keys: Iterable[str]) -> dict[str, Followed]:
    lists = AnnouncementList.objects.filter(pk__in=primary_keys(keys))
    return {str(one.pk): _followed(one) for one in lists}


def _followed(one: AnnouncementList) -> Followed:
    address = one.get_absolute_url()
    return Followed(
        Ref(KIND, str(one.pk)), one.name, address, feed=f"{address}feed.xml", summary=one.summary
    )


def _tell(announcement: Announcement) -> News:
    return News(
        subject=announcement.subject,
        title=announcement.subject,
        href=settings.SITE_URL + announcement.get_absolute_url(),
        dated=timezone.localtime(announcement.sent_at).date(),
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
