"""An event becomes its chat's page, and who was registered hears of the recording."""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.html import format_html

from accounts.models import User
from chats.models import ChatArchivePage, ChatPage, of_substance
from core.timestamps import Moment
from events.models import LIVE, EventPage, Sequel
from events.telling import tell_recording

SETTLES_IN = datetime.timedelta(minutes=5)
"""A recording that was put here by mistake can be taken away in that time."""
WAITS_FOR_TOPICS = datetime.timedelta(days=2)


def chat_of_event(event: EventPage, user: User | None = None) -> ChatPage:
    """Return the chat page on which an event goes on, made now if there is none.

    It has the event's date, hosts and summary, and is public where the event is and the user may
    publish chats; None for the user means no limits. Registrations stay with the event. A chat of
    that day which no event has yet is taken for it.
    """
    with transaction.atomic():
        # Two at once take turns, and no two pages are put at the same place.
        archive = ChatArchivePage.objects.select_for_update().get()
        if sequel := Sequel.objects.filter(event=event).first():
            return ChatPage.objects.get(pk=sequel.page_id)
        chat = _chat_of_that_day(event) or _make(archive, event, user)
        Sequel.objects.create(event=event, page_id=chat.pk)
        note_recording(chat)
    return chat


def note_recording(page: Model) -> None:
    """Note when the chat page of an event is first public with a recording."""
    if isinstance(page, ChatPage) and page.live and page.has_recording:
        unheard = Sequel.objects.filter(page_id=page.pk, recorded_at=None)
        unheard.update(recorded_at=timezone.now())


def tell_recordings() -> bool:
    """Tell who was registered for an event that its recording is here; returns if there are more.

    With its topics and their times. Without any it waits while they are promised, and two days for
    somebody to note them.
    """
    now = timezone.now()
    for sequel in _untold().filter(recorded_at__lte=now - SETTLES_IN):
        chat = ChatPage.objects.published().filter(pk=sequel.page_id).first()
        if chat is None or not chat.has_recording:
            continue
        moments = moments_of(chat)
        waited = not chat.topics_promised and sequel.recorded_at <= now - WAITS_FOR_TOPICS
        if (moments or waited) and tell_recording(sequel.event, chat, moments):
            return True
    return False


def moments_of(chat: ChatPage) -> list[Moment]:
    """Return the topics of a chat that begin at a second of its recording, to be told of."""
    return [
        Moment(topic.stamp, topic.title, settings.SITE_URL + topic.permalink)
        for topic in of_substance(chat.timed_topics)
    ]


def _untold() -> QuerySet[Sequel]:
    """Return the recorded sequels of events whose people have not all been told."""
    untold = Sequel.objects.filter(
        event__registrations__state__in=LIVE,
        event__registrations__recording_told_at=None,
    )
    return untold.select_related("event").order_by("pk").distinct()


def _chat_of_that_day(event: EventPage) -> ChatPage | None:
    day = timezone.localtime(event.starts_at).date()
    chats = list(ChatPage.objects.filter(date=day, event_sequel=None)[:2])
    return chats[0] if len(chats) == 1 else None


def _make(archive: ChatArchivePage, event: EventPage, user: User | None) -> ChatPage:
    begins = timezone.localtime(event.starts_at)
    is_named = event.series is None or event.title.casefold() != event.series.name.casefold()
    chat = ChatPage(
        title=event.title if is_named else "",
        date=begins.date(),
        start_time=begins.time(),
        summary=format_html("<p>{}</p>", event.summary) if event.summary else "",
        live=False,
        owner=user,
    )
    chat.hosts = event.hosts
    archive.add_child(instance=chat)
    revision = chat.save_revision(user=user)
    may_publish = user is None or archive.permissions_for_user(user).can_publish_subpage()
    if event.live and may_publish:
        revision.publish(user=user, skip_permission_checks=True)
    return ChatPage.objects.get(pk=chat.pk)
