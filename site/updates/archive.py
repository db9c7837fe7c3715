"""What was announced, for all to read: by list and month, and as feeds."""

from django.http import Http404, HttpRequest, HttpResponse


def show_list(request: HttpRequest, slug: str, year: int = 0, month: int = 0) -> HttpResponse:
    raise Http404


feed = show_announcement = show_list
