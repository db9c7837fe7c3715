"""Addresses that cut across chats: a topic's own, a tag's, and what a search answers."""

from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from chats.addresses import find_topic_address
from chats.archive import FACETS, WordsToTry, is_question
from chats.feeds import atom_of_tag
from chats.findable import TOPIC
from chats.hits import KINDS, give_successors
from chats.models import ChatArchivePage, Topic
from chats.news import OF_TAG, RECORDINGS
from core.pages import Crumb
from search import asked
from search.engines import Counts, Narrowing
from search.models import Entry, EntryLabel
from search.query import tidy
from search.results import SUGGESTIONS, Results, complete, find
from search.showing import ShownHit, shown
from updates.following import Ref

TOPICS_PER_PAGE = 50
SUGGESTIONS_ON_A_PAGE = 40
FRESH_FOR = 60
"""Seconds that a reader's browser may answer the same search by itself."""


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to where a topic is read now; 404 where its chat is not public."""
    address = find_topic_address(key)
    if address is None:
        raise Http404
    return redirect(address)


@require_safe
def tag_index(request: HttpRequest) -> HttpResponse:
    """All tags in use, with the number of topics that carry each."""
    counts = dict(
        EntryLabel.objects.filter(facet="tag", entry__in=_found_topics())
        .values_list("value")
        .annotate(Count("pk"))
    )
    tags = list(Tag.objects.filter(slug__in=counts).order_by("name"))
    for tag in tags:
        tag.topic_count = counts[tag.slug]
    description = _("Everything discussed in the chats, by tag.")
    return render(request, "pages/tags.html", {"tags": tags, "description": description})


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Every second a thing was discussed, newest first. A tag nothing carries is no page."""
    found = get_object_or_404(Tag, slug=slug)
    entries = _found_topics().labelled("tag", slug).newest_first()
    page = Paginator(entries, TOPICS_PER_PAGE).get_page(request.GET.get("page"))
    if not page.paginator.count:
        raise Http404
    description = _("Every moment at which “%(tag)s” was discussed in a recorded chat.")
    context = {
        "tag": found,
        "listing": page,
        "topics": _topics_of(page),
        "follow_refs": [str(Ref(OF_TAG, str(found.pk))), str(Ref(RECORDINGS))],
        "crumbs": [Crumb(_("Tags"), reverse("tags"))],
        "description": description % {"tag": found.name},
    }
    return render(request, "pages/tag.html", context)


@require_safe
def tag_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for feed readers."""
    found = get_object_or_404(Tag, slug=slug)
    entries = _found_topics().labelled("tag", slug).newest_first()
    topics = _topics_of(entries[:TOPICS_PER_PAGE])
    if not topics:
        raise Http404
    return atom_of_tag(request, found, topics)


def _found_topics():
    return Entry.objects.not_expired().filter(kind=TOPIC)


def _topics_of(entries) -> list[Topic]:
    """Return the topics that the public may see of these, in their order."""
    keys = [entry.key for entry in entries]
    topics = Topic.objects.readable().in_bulk(keys, field_name="key")
    give_successors(topics.values())
    return [topics[key] for key in keys if key in topics]


def search_json(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    """What is found, for programs: a filter's unknown value leaves nothing."""
    data = request.GET
    chosen = {name: value for name in FACETS if (value := tidy(data.get(name, "")))}
    results = find(data.get("q", ""), Narrowing(KINDS, chosen), data.get("page"))
    note_search(request, results)
    answer = {
        "total": results.total,
        "page": results.page.number,
        "hits": [_as_data(hit) for hit in shown(results.hits)],
        "facets": {name: _as_list(name, results.counts) for name in FACETS},
        "suggestion": results.suggestion or None,
    }
    return _fresh_for_a_while(JsonResponse(answer))


def suggestions_json(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    """What the words typed so far may become, for a search box to offer."""
    suggestions = _suggestions(request, archive, SUGGESTIONS)
    answer = {"suggestions": [{"words": one.words, "url": one.href} for one in suggestions]}
    return _fresh_for_a_while(JsonResponse(answer))


def suggestions(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    """The same as a page, for browsers without script."""
    context = {
        "words": tidy(request.GET.get("q", "")),
        "suggestions": _suggestions(request, archive, SUGGESTIONS_ON_A_PAGE),
        "archive": archive,
        "crumbs": [Crumb(archive.title, archive.get_url(request))],
    }
    return render(request, "pages/suggestions.html", context)


def note_search(request: HttpRequest, results: Results) -> None:
    """Count a search once: what is paged through, or only looked at by its headers, is not anew."""
    if request.method == "GET" and results.page.number == 1 and is_question(results.words):
        asked.note(results.words, found=bool(results.total and not results.suggestion))


def _suggestions(request: HttpRequest, archive: ChatArchivePage, limit: int) -> list[WordsToTry]:
    address = archive.get_url(request)
    return [
        WordsToTry(words, f"{address}?{urlencode({'q': words})}")
        for words in complete(request.GET.get("q", ""), Narrowing(KINDS), limit)
    ]


def _as_data(shown_hit: ShownHit) -> dict:
    hit, entry = shown_hit.hit, shown_hit.hit.entry
    return {
        "kind": entry.kind,
        "url": hit.href,
        "title": entry.title or unescape(shown_hit.title),
        "excerpt": hit.excerpt,
        "chat_date": entry.date,
        "start": entry.start,
    }


def _as_list(facet: str, counts: Counts) -> list[Mapping[str, object]]:
    """Return a facet's values: the newest year first, of all others what leaves the most."""
    values = [{"value": value, "count": count} for value, count in counts.get(facet, {}).items()]
    if facet == "year":
        return sorted(values, key=lambda one: int(one["value"]), reverse=True)
    return sorted(values, key=lambda one: (-one["count"], one["value"]))


def _fresh_for_a_while(response: HttpResponse) -> HttpResponse:
    """Let browsers keep an answer, and nobody between: the archive may be for some readers only."""
    patch_cache_control(response, private=True, max_age=FRESH_FOR)
    return response
