"""Feeds of what is found: of all that bears a tag, and of all that has certain words."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag
from wagtail.models import Site

from core.feeds import SteadyAtom, answer_feed, for_xml
from core.findable import ObjectRef
from core.page_cache import same_for_all
from core.text import clean_line
from search.answers import title_of
from search.engines import Narrowing
from search.models import Entry
from search.narrowed import Narrowed
from search.query import tidy
from search.results import Hit, find, lead_to
from search.showing import ShownHit, shown
from search.tags import bearing

MOST_OF_TAG = 50
MOST_OF_SEARCH = 30
LOOKED_THROUGH = (100, 1000)
"""To how many of the newest things a search is put, in turn, until enough of them are found."""
MOST_HITS = 200
NARROWED_BY = ("kind", "host", "tag")


@same_for_all
@require_safe
def tag_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest of what bears a tag."""
    tag = get_object_or_404(Tag, slug=slug)
    hits = shown(lead_to(bearing(slug).newest_first()[:MOST_OF_TAG]))
    if not hits:
        raise Http404
    title = _("About %(tag)s") % {"tag": tag.name}
    feed = _feed(request, title, reverse("tag", args=[slug]), reverse("tag_feed", args=[slug]))
    return _answer(request, feed, hits)


@same_for_all
@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    """The newest of what has the words; without any, of all. An unknown filter leaves nothing."""
    words = tidy(request.GET.get("q", ""))
    chosen = {name: value for name in NARROWED_BY if (value := tidy(request.GET.get(name, "")))}
    asked = Narrowed(words).address(**chosen)
    said = ", ".join([*([f"“{words}”"] if words else []), *chosen.values()]) or _("Search")
    feed = _feed(request, said, reverse("search") + asked, reverse("search_feed") + asked)
    return _answer(request, feed, shown(_newest_found(words, chosen)))


def _newest_found(words: str, chosen: dict[str, str]) -> list[Hit]:
    """Return the best hit of each of the newest things that are found."""
    for most in LOOKED_THROUGH:
        newest = _newest(most)
        results = find(words, Narrowing(chosen=chosen, within=frozenset(newest)), 1, MOST_HITS)
        best: dict[ObjectRef, Hit] = {}
        # A word perhaps meant is not what somebody follows.
        for hit in [] if results.suggestion else results.hits:
            best.setdefault(hit.entry.object_ref, hit)
        if len(best) >= MOST_OF_SEARCH or len(newest) < most:
            break
    return [best[ref] for ref in newest if ref in best][:MOST_OF_SEARCH]


def _newest(most: int) -> list[ObjectRef]:
    dated = Entry.objects.not_expired().exclude(date=None).order_by()
    objects = dated.values_list("model", "object_id").annotate(newest=Max("date"))
    return [row[:2] for row in objects.order_by("-newest", "model", "-object_id")[:most]]


def _feed(request: HttpRequest, title: str, page: str, address: str) -> SteadyAtom:
    site = Site.find_for_request(request)
    name = site.site_name or site.hostname if site else ""
    title = for_xml(clean_line(title))
    return SteadyAtom(
        title=" · ".join(filter(None, [title, name])),
        link=request.build_absolute_uri(page),
        feed_url=request.build_absolute_uri(address),
        description=title,
        author_name=name,
        language=get_language(),
    )


def _answer(request: HttpRequest, feed: SteadyAtom, hits: Iterable[ShownHit]) -> HttpResponse:
    for hit in hits:
        feed.add_item(**_item(request, hit))
    return answer_feed(request, feed.writeString("utf-8"), Atom1Feed.content_type)


def _item(request: HttpRequest, hit: ShownHit) -> dict[str, Any]:
    entry = hit.hit.entry
    host = request.get_host().partition(":")[0]
    return {
        "title": for_xml(clean_line(title_of(hit))),
        "link": request.build_absolute_uri(hit.lasting_href),
        "description": for_xml(hit.told),
        # It stays when the thing gets another address.
        "unique_id": f"tag:{host},2026:{entry.kind}-{entry.key}",
        "pubdate": hit.began_at,
        "updateddate": hit.changed_at,
    }
