"""Renders a page as after a publish, where that is asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "X-Nothing-Kept"

View = Callable[[HttpRequest], HttpResponse]


def forget_parts(get_response: View) -> View:
    """Take no part of a page from the cache; stands behind what tells parts their version."""

    def forgetting(request: HttpRequest) -> HttpResponse:
        if HEADER in request.headers:
            request.content_version = ""
        return get_response(request)

    return forgetting
