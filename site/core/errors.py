"""What a reader sees when there is nothing to show."""

import re
from urllib.parse import unquote

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_WORDS = 8
SECTION = re.compile(r"^/(?:chats|tags|topics)/")
NOT_A_WORD = re.compile(r"[\W_]+|\b\d{1,2}\b|\b(?:html?|php|aspx?|index)\b")


def search_words(path: str) -> str:
    """Return the words of an address, to search for what it once led to."""
    words = NOT_A_WORD.sub(" ", SECTION.sub("", unquote(path)))
    return " ".join(words.split()[:MAX_WORDS])


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", {"search_words": search_words(request.path)}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say so where something was only too big; what else a bad request tried is not discussed."""
    too_big = isinstance(exception, RequestDataTooBig)
    return render(request, "400.html", {"too_big": too_big}, status=413 if too_big else 400)
