"""Putting something to the next meeting, and saying to which."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin import messages

from core.offers import put_to_next_meeting


def put_to_next(request: HttpRequest, words: str) -> None:
    meetings = (put(words, request.user) for put in put_to_next_meeting)
    if meeting := next(filter(None, meetings), None):
        messages.success(request, _("It was put to “%(meeting)s”.") % {"meeting": meeting})
    else:
        messages.warning(request, _("No chat is ahead that you may prepare."))
