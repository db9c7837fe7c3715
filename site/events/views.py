"""Registering and what follows from it, for readers. Works without script and cookies."""

from django.http import HttpRequest, HttpResponse


def _later(request: HttpRequest, **kwargs) -> HttpResponse:
    return HttpResponse("")


register = stamp = send_links = party = mine = confirm = join = follower = _later
