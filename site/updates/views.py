"""Following things, confirming, changing and stopping. Works without script and cookies."""

from django.http import Http404, HttpRequest, HttpResponse


def index(request: HttpRequest) -> HttpResponse:
    raise Http404


follow = stamp = send_link = confirm = mine = stop = stop_digests = index
