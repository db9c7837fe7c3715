"""What chats need today: captions, topics, and recordings that are about to vanish."""

import datetime
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.permissions import page_permission_policy

from accounts.models import User
from chats.captions import Captions
from chats.models import ChatArchivePage, ChatPage, Line
from chats.next_step import EXPIRY_WARNING
from core.today import Need
from events.models import EventPage

MOST = 20
NOTED_WITHIN = datetime.timedelta(days=7)
"""In which topics are usually noted, unless a day was promised."""
UNNOTED_FOR = datetime.timedelta(days=90)
"""After which nobody sits down to it any more."""
EXPIRED_FOR = datetime.timedelta(days=60)
"""After which nobody can rescue a recording any more."""
FORGOTTEN_AFTER = datetime.timedelta(days=60)
"""An event that has no chat page by then gets none."""


def needs_of_chats(user: User) -> Iterator[Need]:
    today = timezone.localdate()
    mine = page_permission_policy.instances_user_has_permission_for(user, "change")
    chats = ChatPage.objects.filter(pk__in=mine.values("pk"), live=True)
    yield from _captions(chats, today)
    yield from _topics(chats, today)
    yield from _without_topics(chats, today)
    yield from _recordings(chats, today)
    yield from _pages_of_events(user, today)


def _captions(chats, today: datetime.date) -> Iterator[Need]:
    captioned = Line.objects.kept().of("recording").values("transcript__chat")
    late = chats.filter(captions=Captions.EXPECTED, captions_due__lt=today)
    for chat in late.exclude(pk__in=captioned).order_by("captions_due")[:MOST]:
        said = _("Captions of “%(chat)s” were promised.") % {"chat": chat.title}
        yield Need(said, reverse("chats_bring_in", args=[chat.pk]), chat.captions_due)


def _topics(chats, today: datetime.date) -> Iterator[Need]:
    late = chats.filter(topics_due__lt=today, topics=None, outcome="")
    for chat in late.order_by("topics_due")[:MOST]:
        said = _("Topics of “%(chat)s” were promised.") % {"chat": chat.title}
        yield Need(said, _edit(chat), chat.topics_due)


def _without_topics(chats, today: datetime.date) -> Iterator[Need]:
    recent = chats.filter(
        date__lt=today - NOTED_WITHIN, date__gte=today - UNNOTED_FOR, topics_due=None, topics=None
    )
    for chat in recent.recorded().order_by("date", "pk")[:MOST]:
        said = _("“%(chat)s” has a recording and no topics.") % {"chat": chat.title}
        yield Need(said, _edit(chat), chat.date + NOTED_WITHIN)


def _recordings(chats, today: datetime.date) -> Iterator[Need]:
    vanishing = chats.filter(
        ~Q(recording_url=""),
        recording_file=None,
        audio_file=None,
        recording_expires_on__lte=today + EXPIRY_WARNING,
        recording_expires_on__gte=today - EXPIRED_FOR,
    )
    for chat in vanishing.order_by("recording_expires_on")[:MOST]:
        said = _("Keep the recording of “%(chat)s” here: its link ends.") % {"chat": chat.title}
        yield Need(said, reverse("chats_keep", args=[chat.pk]), chat.recording_expires_on)


def _pages_of_events(user: User, today: datetime.date) -> Iterator[Need]:
    archive = ChatArchivePage.objects.first()
    if archive is None or not archive.permissions_for_user(user).can_add_subpage():
        return
    chats = EventPage.objects.published().taking_place().filter(series__is_of_chats=True)
    recent = chats.filter(date__gte=today - FORGOTTEN_AFTER, sequel=None)
    for event in recent.past()[:MOST]:
        said = _("Make the chat page of “%(event)s”, for its recording and topics.")
        where = reverse("chats_of_event", args=[event.pk])
        yield Need(said % {"event": event.title}, where, event.date)


def _edit(chat: ChatPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[chat.pk])
