"""What a search answers, through whichever door it was asked: the archive's or the site's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from core.pages import Crumb
from search import asked
from search.engines import Counts, Narrowing
from search.query import is_question, tidy
from search.results import SUGGESTIONS, Results, complete, find
from search.showing import ShownHit, shown
from search.words import words_of

SUGGESTIONS_ON_A_PAGE = 40
FRESH_FOR = 60
"""Seconds that a reader's browser may answer the same search by itself."""
SHARED_BEGINNINGS = (4, 3)
"""How many letters others have in common with a word that found nothing; tried in turn."""


@dataclass(frozen=True)
class Door:
    """A place where readers search."""

    title: str
    address: str
    """Ends in a slash; what completes words lies below it."""
    label: str
    """What stands above its box."""
    kinds: tuple[str, ...] = ()
    """What it leads to; blank for everything."""


@dataclass(frozen=True)
class WordsToTry:
    """A query that finds something, and its address."""

    words: str
    href: str


def note_search(request: HttpRequest, results: Results) -> None:
    """Count a search once: what is paged through, or only looked at by its headers, is not anew."""
    if request.method == "GET" and results.page.number == 1 and is_question(results.words):
        asked.note(results.words, found=bool(results.total and not results.suggestion))


def answer_json(
    request: HttpRequest,
    door: Door,
    facets: Iterable[str],
    tell: Callable[[ShownHit], dict],
) -> HttpResponse:
    """Tell programs what is found: a filter's unknown value leaves nothing."""
    data = request.GET
    chosen = {name: value for name in facets if (value := tidy(data.get(name, "")))}
    results = find(data.get("q", ""), Narrowing(door.kinds, chosen), data.get("page"))
    note_search(request, results)
    answer = {
        "total": results.total,
        "page": results.page.number,
        "hits": [tell(hit) for hit in shown(results.hits)],
        "facets": {name: _as_list(name, results.counts) for name in facets},
        "suggestion": results.suggestion or None,
    }
    return _fresh_for_a_while(JsonResponse(answer))


def title_of(hit: ShownHit) -> str:
    """Return a title as plain text; of what was said, that of what it stands under."""
    return hit.hit.entry.title or unescape(hit.title)


def suggestions_json(request: HttpRequest, door: Door) -> HttpResponse:
    """Tell a search box what the words typed so far may become."""
    suggestions = _suggestions(request, door, SUGGESTIONS)
    answer = {"suggestions": [{"words": one.words, "url": one.href} for one in suggestions]}
    return _fresh_for_a_while(JsonResponse(answer))


def suggestions_page(request: HttpRequest, door: Door, crumbs: list[Crumb]) -> HttpResponse:
    """The same as a page, for browsers without script."""
    context = {
        "words": tidy(request.GET.get("q", "")),
        "suggestions": _suggestions(request, door, SUGGESTIONS_ON_A_PAGE),
        "door": door,
        "crumbs": crumbs,
    }
    return render(request, "pages/suggestions.html", context)


def words_alike(results: Results, narrowing: Narrowing) -> tuple[str, list[str]]:
    """Return a beginning and words that share it with the one in the way, else with the last."""
    words = words_of(results.words)
    last = next(iter((words_of(results.left_out) or words)[-1:]), "")
    for length in SHARED_BEGINNINGS:
        beginning = last[:length]
        found = [word for word in complete(beginning, narrowing) if word not in words]
        if found:
            return beginning, found
    return "", []


def _suggestions(request: HttpRequest, door: Door, limit: int) -> list[WordsToTry]:
    return [
        WordsToTry(words, f"{door.address}?{urlencode({'q': words})}")
        for words in complete(request.GET.get("q", ""), Narrowing(door.kinds), limit)
    ]


def _as_list(facet: str, counts: Counts) -> list[Mapping[str, object]]:
    """Return a facet's values: the newest year first, of all others what leaves the most."""
    values = [{"value": value, "count": count} for value, count in counts.get(facet, {}).items()]
    if facet == "year":
        return sorted(values, key=lambda one: int(one["value"]), reverse=True)
    return sorted(values, key=lambda one: (-one["count"], one["value"]))


def _fresh_for_a_while(response: HttpResponse) -> HttpResponse:
    """Let browsers keep an answer, and nobody between: an archive may be for some readers only."""
    patch_cache_control(response, private=True, max_age=FRESH_FOR)
    return response
