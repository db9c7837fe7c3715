"""The archive as it can be followed, and its recordings as news."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from chats.event_chats import SETTLES_IN, WAITS_FOR_TOPICS, moments_of
from chats.models import ChatArchivePage, ChatPage, Topic, of_substance
from events.models import Sequel
from events.news import OF_SERIES
from updates.following import Followable, Followed, Ref, primary_keys
from updates.sources import News, Source

RECORDINGS, OF_TAG = "recordings", "recordings-tag"
FRESH_FOR = timedelta(days=60)
"""The recording of an older chat was brought in from elsewhere."""


def _all(keys: Iterable[str]) -> dict[str, Followed]:
    archive = ChatArchivePage.objects.published().sole()
    if archive is None or "" not in keys:
        return {}
    whole = Followed(
        Ref(RECORDINGS),
        _("All recordings of chats"),
        archive.url,
        feed=f"{archive.url}feed.xml",
        summary=_("With the topics, and the second each begins."),
    )
    return {"": whole}


def _of_tags(keys: Iterable[str]) -> dict[str, Followed]:
    return {
        str(tag.pk): Followed(
            Ref(OF_TAG, str(tag.pk)),
            _("Recordings about %(tag)s") % {"tag": tag.name},
            reverse("tag", args=[tag.slug]),
            feed=reverse("tag_feed", args=[tag.slug]),
        )
        for tag in Tag.objects.filter(pk__in=primary_keys(keys))
    }


ARCHIVE = (
    Followable(
        RECORDINGS,
        gettext_lazy("Community chats"),
        named=_all,
        offered=lambda: _all([""]).values(),
    ),
    Followable(OF_TAG, gettext_lazy("Community chats"), named=_of_tags),
)


def follow_refs_of_tag(tag: Tag) -> list[str]:
    """Return what follows recordings about a tag, where some topic bears it."""
    is_borne = Topic.objects.readable().filter(tagged_items__tag=tag).exists()
    return [str(Ref(OF_TAG, str(tag.pk)))] if is_borne else []


def refs_of(chat: ChatPage) -> list[Ref]:
    """Return what a recording is told to the followers of, the narrowest first."""
    tags = Tag.objects.filter(tagged_topics__content_object__page=chat).distinct().order_by("name")
    refs = [Ref(OF_TAG, str(pk)) for pk in tags.values_list("pk", flat=True)]
    return [*refs, *_series_of(chat), Ref(RECORDINGS)]


def follow_refs(chat: ChatPage) -> list[str]:
    """Return what a reader of a chat may want to follow: its series, and all recordings."""
    return [str(ref) for ref in (*_series_of(chat), Ref(RECORDINGS))]


def _series_of(chat: ChatPage) -> list[Ref]:
    sequels = Sequel.objects.filter(page_id=chat.pk).exclude(event__series=None)
    return [Ref(OF_SERIES, str(pk)) for pk in sequels.values_list("event__series", flat=True)]


def _is_news(chat: ChatPage) -> bool:
    return chat.live and chat.has_recording and not chat.outcome


def _is_fresh(chat: ChatPage) -> bool:
    return chat.date >= timezone.localdate() - FRESH_FOR


def _due_at(chat: ChatPage, noticed_at: datetime) -> datetime | None:
    """Wait for the topics as long as who was registered for the event does."""
    if of_substance(chat.timed_topics):
        return noticed_at + SETTLES_IN
    return None if chat.topics_promised else noticed_at + WAITS_FOR_TOPICS


def _tell(chat: ChatPage) -> News:
    return News(
        subject=_("The recording is here: %(title)s") % {"title": chat.title},
        title=chat.title,
        href=chat.full_url or settings.SITE_URL,
        dated=chat.date,
        meta=chat.hosts_line,
        summary=chat.abstract if chat.summary else "",
        moments=tuple(moments_of(chat)),
        action=_("Watch the recording"),
    )


RECORDED = Source(
    model=ChatPage,
    label=gettext_lazy("Recordings"),
    is_fresh=_is_fresh,
    due_at=_due_at,
    visible=lambda: ChatPage.objects.published().recorded(),
    follows=refs_of,
    tell=_tell,
    once=lambda pk: f"recording {pk}",
    is_news=_is_news,
)
