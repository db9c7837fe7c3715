"""What the first page shows."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page, Site

from blog.models import BlogPage, PostPage
from blog.news import POSTS
from chats.models import ChatArchivePage, ChatPage, ChatQuerySet
from chats.news import RECORDINGS
from events.models import CalendarPage, EventPage
from events.news import EVENTS
from events.showing import listed
from guides.models import GuideIndexPage, GuidePage
from guides.news import ALL as GUIDES
from people.models import Subject
from updates.following import Ref

if TYPE_CHECKING:
    from home.models import HomePage

NEXT_EVENTS = 3
NEWEST_CHATS = 4
NEWEST_POSTS = 3
GUIDES_OF_A_SUBJECT = 4

SECTIONS = {
    "archive": ChatArchivePage,
    "blog": BlogPage,
    "calendar": CalendarPage,
    "guide_index": GuideIndexPage,
}
FOLLOWED = {"guide_index": GUIDES, "archive": RECORDINGS, "blog": POSTS, "calendar": EVENTS}
"""What all that is new consists of, by section; the first is offered ticked."""


@dataclass(frozen=True)
class Task:
    """A subject with the guides that come first in it."""

    subject: Subject | None
    """None of guides that belong to none."""
    guides: list[GuidePage]


def front_context(home: "HomePage") -> dict:
    """Return what the first page shows, in a number of queries that does not grow."""
    chats = ChatPage.objects.published().for_listing()
    posts = PostPage.objects.published()
    events = EventPage.objects.published().taking_place().upcoming()
    next_events = listed(events.for_listing()[:NEXT_EVENTS])
    newest_chats = _newest(chats.past().newest_first())
    sections = _sections(home)
    return {
        **sections,
        "next_events": next_events,
        "next_chat": None if next_events else chats.upcoming().first(),
        "newest_chats": newest_chats,
        "unfolded": next((chat for chat in newest_chats if chat.topics.all()), None),
        "newest_posts": posts.newest_first().for_listing()[:NEWEST_POSTS],
        "tasks": guides_by_task() if sections["guide_index"] else [],
        "search_examples": home.search_examples.all(),
        "follow_refs": [str(Ref(kind)) for name, kind in FOLLOWED.items() if sections[name]],
    }


def _newest(chats: ChatQuerySet) -> list[ChatPage]:
    """Return the first chats, the last in favor of one with topics where none of them has any."""
    newest = list(chats[:NEWEST_CHATS])
    if newest and not any(chat.topics.all() for chat in newest):
        with_topics = chats.filter(topics__isnull=False).distinct().first()
        newest = [*newest[: NEWEST_CHATS - 1], with_topics] if with_topics else newest
    return newest


def _sections(home: "HomePage") -> dict[str, Page | None]:
    """Return the sections that readers may see, None for others; fetched as plain pages."""
    expired = Q(expire_at__lte=timezone.now())
    pages = Page.objects.child_of(home).live().public().exclude(expired).order_by("path")
    by_model = {page.cached_content_type.model_class(): page for page in pages}
    return {name: by_model.get(model) for name, model in SECTIONS.items()}


def guides_by_task() -> list[Task]:
    """Return the subjects in their order, each with its first guides by title; the rest at last."""
    place = Window(RowNumber(), partition_by="subject_id", order_by=["title", "pk"])
    first = GuidePage.objects.published().alias(place=place).filter(place__lte=GUIDES_OF_A_SUBJECT)
    in_order = first.for_listing().order_by(
        F("subject__sort_order").asc(nulls_last=True), "subject__name", "subject_id", "title", "pk"
    )
    grouped = groupby(in_order, lambda guide: guide.subject)
    return [Task(subject, list(guides)) for subject, guides in grouped]


def search_examples(request: HttpRequest) -> list[str]:
    """Return the words that editors offer under the search, for other pages that search."""
    from home.models import SearchExample

    site = Site.find_for_request(request)
    examples = SearchExample.objects.filter(page=site.root_page_id) if site else ()
    return [example.words for example in examples]
