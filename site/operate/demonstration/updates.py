"""The announcements of the demonstration, and the silence about all that it loads."""

import datetime
from collections.abc import Container, Iterable

from django.db.models import Model
from django.utils import timezone
from wagtail.models import ReferenceIndex

from blog.models import BlogPage, PostPage
from chats.models import ChatArchivePage, ChatPage
from events.models import CalendarPage, EventPage
from guides.models import GuideChange
from operate.demonstration.events import loaded_events
from operate.demonstration.guides import loaded_changes
from operate.demonstration.items import find_or_make, given, loaded, read, remember
from search.entries import refresh
from updates import announcements, news
from updates.findable import ANNOUNCEMENTS_FOUND
from updates.models import Announcement, AnnouncementList, Notice, Subscription

MORNING = datetime.time(9, 40)
LINKED = {"chats": ChatArchivePage, "events": CalendarPage, "blog": BlogPage}


def load_updates(week_zero: datetime.date) -> int:
    """Keep the announcements as if each had been sent on its day; return how many.

    Nobody is told of them. The drafts among them can be sent.
    """
    written = read("updates")
    lists = {
        entry["name"]: find_or_make(AnnouncementList, **given(entry, ["name", "summary"]))
        for entry in written["lists"]
    }
    made = [_make(entry, lists, week_zero) for entry in reversed(written["announcements"])]
    sent = [one.pk for one in made if one.is_sent]
    news.hush(Announcement, sent)
    refresh(ANNOUNCEMENTS_FOUND, sent)
    return len(made)


def hush_loaded() -> None:
    """Tell no subscriber of the pages that were loaded, not when they are edited either.

    A chat that has no recording yet can still become news.
    """
    recorded = ChatPage.objects.filter(pk__in=loaded(ChatPage)).recorded()
    for model, pks in (
        (PostPage, loaded(PostPage)),
        (ChatPage, recorded.values_list("pk", flat=True)),
        (EventPage, loaded_events().values_list("pk", flat=True)),
        (GuideChange, loaded_changes()),
    ):
        news.hush(model, pks)


def forget_notices(model: type[Model], pks: Iterable[int]) -> None:
    Notice.objects.filter(source=model._meta.label_lower, object_id__in=list(pks)).delete()


def remove_updates(drafted: Container[Model]) -> list[str]:
    """Take out the announcements, and the lists that nobody else uses; return what stays.

    `drafted` is what editors' drafts name.
    """
    forget_notices(Announcement, loaded(Announcement))
    Announcement.objects.filter(pk__in=loaded(Announcement)).delete()
    kept = []
    for one in AnnouncementList.objects.filter(pk__in=loaded(AnnouncementList)):
        following = Subscription.objects.following(announcements.ref_of(one))
        is_followed = following.filter(ended_at=None).exists()
        is_shown = one in drafted or ReferenceIndex.get_references_to(one).exists()
        if one.announcements.exists() or is_followed or is_shown:
            kept.append(one.name)
        else:
            one.delete()
    return kept


def _make(
    entry: dict, lists: dict[str, AnnouncementList], week_zero: datetime.date
) -> Announcement:
    sent_at = None
    if "weeks_ago" in entry:
        days = entry["days_after"] - 7 * entry["weeks_ago"]
        day = week_zero + datetime.timedelta(days=days)
        sent_at = timezone.make_aware(datetime.datetime.combine(day, MORNING))
    announcement = Announcement.objects.create(
        subject=entry["subject"],
        body=_linked(entry["html"]),
        created_at=sent_at or timezone.now(),
        sent_at=sent_at,
    )
    announcement.lists.set(lists[name] for name in entry["lists"])
    return remember(announcement)


def _linked(html: str) -> str:
    """Let links lead to the pages they name."""
    for name, model in LINKED.items():
        if f'page="{name}"' in html:
            page = model.objects.first()
            address = f'linktype="page" id="{page.pk}"' if page else 'href="/"'
            html = html.replace(f'page="{name}"', address)
    return html
