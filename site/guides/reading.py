"""A guide as its readers see it, with all that leads on from it."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.models import Site

from blog.findable import POST
from chats.findable import CHAT, TOPIC
from chats.models import ChatPage, Topic
from core.lazy import lazily
from core.pages import Crumb
from core.structured_data import as_script
from events.findable import EVENT
from guides.findable import GUIDE
from guides.models import GuideChange, GuidePage, Section
from guides.news import follow_refs
from guides.reviews import last_review_on, next_review_on
from guides.structured_data import resource_data
from search.related import related
from search.showing import ShownHit

MOST_OPEN = 5
"""Of the topics and of the changes in a list; the others are in a fold."""
MOST_ALIKE = 5
LOOKED_UP = (
    *("sections", "other_topics", "review", "guides", "alike", "tags", "changes", "follow_refs"),
    "structured_data",
)
KINDS_TO_READ_ON = (GUIDE, POST, CHAT, TOPIC, EVENT)
LOCAL = re.compile(r"""(<a\b[^>]*?\shref=["'])(/(?!/))""")


@dataclass(frozen=True)
class Parted:
    """A list of which a page shows the first, and the rest in a fold."""

    first: list
    rest: list

    @classmethod
    def of(cls, items: Iterable) -> "Parted":
        items = list(items)
        return cls(items[:MOST_OPEN], items[MOST_OPEN:])


@dataclass(frozen=True)
class ReadSection:
    """A section with the recorded topics that name it."""

    section: Section
    topics: Parted

    @property
    def label(self) -> str:
        return self.section.title

    @property
    def href(self) -> str:
        return f"#{self.section.anchor}"


@dataclass(frozen=True)
class Review:
    """How far a reader may rely on a guide."""

    day: datetime.date
    """Of the last review, else of the first publication."""
    was_reviewed: bool
    next_on: datetime.date

    @property
    def is_due(self) -> bool:
        return self.next_on <= timezone.localdate()


def guide_context(guide: GuidePage, request: HttpRequest, crumbs: list[Crumb]) -> dict:
    """Return what the page of a guide shows; nothing is looked up where its parts are kept."""
    return {
        "guides_url": crumbs[-1].href if crumbs else "",
        **lazily(lambda: _looked_up(guide, request), *LOOKED_UP),
    }


def _looked_up(guide: GuidePage, request: HttpRequest) -> dict:
    guide.fetch_named()
    topics = _topics_of(guide)
    guides = _chosen_guides(guide)
    changes = GuideChange.objects.filter(guide=guide.pk) if guide.pk else ()
    return {
        **_text(guide, topics),
        "guides": guides,
        "alike": _alike(guide, guides, topics),
        "tags": guide.shown_tags,
        "changes": Parted.of(changes),
        "follow_refs": follow_refs(guide) if guide.pk else [],
        "structured_data": as_script(resource_data(guide, Site.find_for_request(request))),
    }


def show_for_print(request: HttpRequest, guide: GuidePage) -> HttpResponse:
    """Show the guide alone, with nothing folded and the whole address of each link."""
    guide.fetch_named()
    context = {"page": guide, **_text(guide, _topics_of(guide))}
    content = render_to_string("pages/guides/print.html", context, request)
    root = guide.get_site().root_url
    return HttpResponse(LOCAL.sub(rf"\g<1>{root}\g<2>", content))


def _topics_of(guide: GuidePage) -> list[Topic]:
    """Return the recorded topics that name a guide or a section of it, newest first."""
    if guide.pk is None:
        return []
    named = Topic.objects.filter(related_page=guide.pk, page__in=ChatPage.objects.published())
    return list(named.for_lines().newest_first())


def _text(guide: GuidePage, topics: list[Topic]) -> dict:
    """Return the guide itself; topics that name no section of now stand at its end."""
    by_anchor: dict[str, list[Topic]] = {section.anchor: [] for section in guide.sections}
    others: list[Topic] = []
    for topic in topics:
        by_anchor.get(topic.related_section, others).append(topic)
    sections = [ReadSection(one, Parted.of(by_anchor[one.anchor])) for one in guide.sections]
    return {
        "sections": sections,
        "other_topics": Parted.of(others),
        "review": _review(guide),
    }


def _review(guide: GuidePage) -> Review | None:
    """Return how the guide stands; None for one that no reader has seen yet."""
    values = (guide.reviewed_on, guide.first_published_at)
    day, next_on = last_review_on(*values), next_review_on(*values, guide.review_every)
    if day is None or next_on is None:
        return None
    return Review(day, guide.reviewed_on is not None, next_on)


def _chosen_guides(guide: GuidePage) -> list[GuidePage]:
    """Return the guides that its editors chose and readers may see, in the order given."""
    pks = [chosen.guide_id for chosen in guide.related_guides.all()]
    found = GuidePage.objects.published().only("title", "url_path", "summary").in_bulk(pks)
    return [found[pk] for pk in dict.fromkeys(pks) if pk in found]


def _alike(guide: GuidePage, guides: list[GuidePage], topics: list[Topic]) -> list[ShownHit]:
    """Return what bears the same tags and does not stand on the page yet."""
    standing = {f"{GUIDE}:{one.pk}" for one in guides} | {f"{TOPIC}:{one.key}" for one in topics}
    tags = [tag.slug for tag in guide.shown_tags]
    return related(guide, tags, KINDS_TO_READ_ON, MOST_ALIKE, but=standing)
