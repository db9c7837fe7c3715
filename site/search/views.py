"""The site's search: a page, the same for programs, and what completes words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.page_cache import same_for_all
from core.pages import Crumb
from search.answers import answer_json, note_search, suggestions_page, title_of
from search.answers import suggestions_json as answer_suggestions
from search.engines import FACETS
from search.everything import door, search_context
from search.showing import ShownHit


@same_for_all
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    context = search_context(request)
    if results := context.get("results"):
        note_search(request, results)
    return render(request, "pages/search.html", context)


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    return answer_json(request, door(), FACETS, _as_data)


@require_safe
def suggestions_json(request: HttpRequest) -> HttpResponse:
    return answer_suggestions(request, door())


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    here = door()
    return suggestions_page(request, here, [Crumb(str(here.title), here.address)])


def _as_data(shown_hit: ShownHit) -> dict:
    hit, entry = shown_hit.hit, shown_hit.hit.entry
    return {
        "kind": entry.kind,
        "url": hit.href,
        "title": title_of(shown_hit),
        "about": shown_hit.about,
        "excerpt": hit.excerpt,
        "date": entry.date,
        "start": entry.start,
    }
