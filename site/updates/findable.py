"""Announcements in the search: those that were sent."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.findable import Addresses, Findable, FindableText
from updates.announcements import sent_on
from updates.models import Announcement, AnnouncementList

ANNOUNCEMENT = "announcement"


def _texts(announcements: QuerySet) -> Iterator[tuple[Announcement, list[FindableText]]]:
    for one in announcements.prefetch_related("lists"):
        text = FindableText(
            ANNOUNCEMENT,
            key=str(one.pk),
            title=one.subject,
            text=one.text,
            context=" · ".join(each.name for each in one.lists.all()),
            date=sent_on(one),
        )
        yield one, [text]


def _addresses(announcements: QuerySet) -> Addresses:
    return {one.pk: one.get_absolute_url() for one in announcements.only("key")}


ANNOUNCEMENTS_FOUND = Findable(
    model=Announcement,
    kinds={ANNOUNCEMENT: _("Announcement")},
    visible=lambda: Announcement.objects.sent(),
    texts=_texts,
    addresses=_addresses,
    plurals={ANNOUNCEMENT: _("Announcements")},
)


def announcements_to(one: AnnouncementList) -> list[int]:
    """Return what was sent to a list: its entries say the list's name."""
    return list(Announcement.objects.sent().filter(lists=one).values_list("pk", flat=True))
