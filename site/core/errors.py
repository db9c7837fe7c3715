"""What a reader sees when there is nothing to show."""

import re
from itertools import accumulate, takewhile
from urllib.parse import unquote

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.models import Page, Site

MAX_WORDS = 8
MAX_DEPTH = 8
SECTION = re.compile(r"^/(?:tags|topics|people|teams|search)/")
SLUG = re.compile(r"[\w-]+")
NOT_A_WORD = re.compile(r"[\W_]+|\b\d{1,2}\b|\b(?:html?|php|aspx?|index)\b")


def search_words(path: str) -> str:
    """Return the words of an address, to search for what it once led to."""
    words = NOT_A_WORD.sub(" ", SECTION.sub("", unquote(path)))
    return " ".join(words.split()[:MAX_WORDS])


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = search_words(_beyond_the_last_page(request))
    return render(request, "404.html", {"search_words": words}, status=404)


def _beyond_the_last_page(request: HttpRequest) -> str:
    """Return an address without the way to the page it begins with: that one is still there."""
    site = Site.find_for_request(request)
    *above, _last = request.path.strip("/").split("/")
    slugs = list(takewhile(SLUG.fullmatch, above[:MAX_DEPTH]))
    if site is None or not slugs:
        return request.path
    root = site.root_page.url_path
    ways = list(accumulate((f"{slug}/" for slug in slugs), initial=root))[1:]
    known = Page.objects.live().filter(url_path__in=ways).values_list("url_path", flat=True)
    way = max(known, key=len, default=root)
    return request.path[len(way) - len(root) :]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say so where something was only too big; what else a bad request tried is not discussed."""
    too_big = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_big": too_big}, status=413 if too_big else 400)
