"""What the first page shows."""

from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Prefetch
from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from wagtail.models import Page, Site

from blog.models import BlogPage, PostAuthor, PostPage
from blog.news import POSTS
from chats.cards import Card, Cards
from chats.models import ChatArchivePage, ChatPage, ChatQuerySet
from chats.news import RECORDINGS
from core.lazy import lazily
from core.page_cache.parts import kept
from core.pages import host_of, published
from events.models import CalendarPage, EventPage
from events.news import EVENTS
from events.showing import listed
from guides.models import GuideIndexPage, GuidePage
from guides.news import ALL as GUIDES
from updates.following import Ref

if TYPE_CHECKING:
    from home.models import HomePage

NEXT_EVENTS = 3
NEWEST_CHATS = 4
MOST_TOPICS = 12
"""Of the chat that stands open."""
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


class PageLink(NamedTuple):
    """A page that readers may see."""

    title: str
    url: str


@dataclass(frozen=True)
class Task:
    """A subject with the guides that come first in it; both names are blank for those of none."""

    subject: str
    slug: str
    guides: list[PageLink]


def front_context(home: "HomePage", request: HttpRequest) -> dict:
    """Return what the first page shows, in a number of queries that does not grow."""
    looked_up = ("next_events", "next_chat", "newest_chats", "newest_posts", "tasks")
    return lazily(lambda: _looked_up(home, request), *SECTIONS, *looked_up, "follow_refs") | {
        "search_examples": home.search_examples.all(),
    }


def _looked_up(home: "HomePage", request: HttpRequest) -> dict:
    chats = ChatPage.objects.published()
    events = EventPage.objects.published().taking_place().upcoming()
    next_events = listed(events.for_listing()[:NEXT_EVENTS])
    sections = kept(request, f"sections:{home.pk}", lambda: _sections(home))
    guides = sections["guide_index"]
    return {
        **sections,
        "next_events": next_events,
        "next_chat": None if next_events else chats.for_listing().upcoming().first(),
        "newest_chats": _newest(chats.past().newest_first()),
        "newest_posts": _newest_posts(),
        "tasks": guides_by_task(guides) if guides else [],
        "follow_refs": [str(Ref(kind)) for name, kind in FOLLOWED.items() if sections[name]],
    }


def _newest(chats: ChatQuerySet) -> list[Card]:
    """Return the first chats, the first with topics standing open.

    Where none of them has any, the last makes room for one that has.
    """
    with_topics = chats.with_has_topics()
    newest = list(with_topics.values_list("pk", "has_topics")[:NEWEST_CHATS])
    if newest and not any(has_topics for _pk, has_topics in newest):
        older = with_topics.filter(has_topics=True).values_list("pk", "has_topics").first()
        newest = [*newest[: NEWEST_CHATS - 1], older] if older else newest
    cards = Cards(pk for pk, _has_topics in newest)
    open_pk = next((pk for pk, has_topics in newest if has_topics), None)
    shown = filter(None, (cards.get(pk) for pk, _has_topics in newest))
    return [_folded(card, is_open=card.chat.pk == open_pk) for card in shown]


def _folded(card: Card, *, is_open: bool) -> Card:
    if not is_open:
        return replace(card, topics=[], left_out=0)
    cut = len(card.topics) - MOST_TOPICS
    left_out = card.left_out + cut if cut > 0 else 0
    return replace(card, topics=card.topics[:MOST_TOPICS], left_out=left_out, is_open=True)


def _newest_posts() -> list[PostPage]:
    authors = PostAuthor.objects.select_related("person").only("page", "person__name")
    posts = PostPage.objects.published().newest_first().only("title", "url_path", "summary", "date")
    return list(posts.prefetch_related(Prefetch("post_authors", authors))[:NEWEST_POSTS])


def _sections(home: "HomePage") -> dict[str, PageLink | None]:
    """Return the sections that readers may see, None for others; fetched as plain pages."""
    below = Page.objects.child_of(home).only("title", "url_path", "content_type")
    pages = published(below).order_by("path")
    by_model = {page.cached_content_type.model_class(): page for page in pages}
    found = {name: by_model.get(model) for name, model in SECTIONS.items()}
    return {name: PageLink(page.title, page.url) if page else None for name, page in found.items()}


def guides_by_task(index: PageLink) -> list[Task]:
    """Return the subjects in their order, each with its first guides by title; the rest at last."""
    in_order = GuidePage.objects.published().order_by(
        F("subject__sort_order").asc(nulls_last=True), "subject__name", "subject_id", "title", "pk"
    )
    guides = in_order.values_list("subject__name", "subject__slug", "title", "slug")
    tasks = []
    for (name, slug), of_subject in groupby(guides, lambda guide: guide[:2]):
        first = [
            PageLink(title, iri_to_uri(f"{index.url}{last}/"))
            for _name, _slug, title, last in islice(of_subject, GUIDES_OF_A_SUBJECT)
        ]
        tasks.append(Task(name or "", slug or "", first))
    return tasks


def search_examples(request: HttpRequest) -> list[str]:
    """Return the words that editors offer under the search, for other pages that search."""
    return kept(request, f"home:examples:{host_of(request)}", lambda: _search_examples(request))


def _search_examples(request: HttpRequest) -> list[str]:
    from home.models import SearchExample

    site = Site.find_for_request(request)
    examples = SearchExample.objects.filter(page=site.root_page_id) if site else ()
    return [example.words for example in examples]
