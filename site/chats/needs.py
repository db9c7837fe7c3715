"""What chats need today: captions and topics that were promised, recordings about to vanish."""

import datetime
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.permissions import page_permission_policy

from accounts.models import User
from chats.captions import Captions
from chats.models import ChatPage, Line
from chats.next_step import EXPIRY_WARNING
from core.today import Need

MOST = 20
EXPIRED_FOR = datetime.timedelta(days=60)
"""After which nobody can rescue a recording any more."""


def needs_of_chats(user: User) -> Iterator[Need]:
    today = timezone.localdate()
    mine = page_permission_policy.instances_user_has_permission_for(user, "change")
    chats = ChatPage.objects.filter(pk__in=mine.values("pk"), live=True)
    yield from _captions(chats, today)
    yield from _topics(chats, today)
    yield from _recordings(chats, today)


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


def _edit(chat: ChatPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[chat.pk])
