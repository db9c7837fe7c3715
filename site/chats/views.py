"""Addresses that cut across chats: a topic's own, and what a search of the archive answers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chats.addresses import find_topic_address
from chats.archive import FACETS
from chats.hits import KINDS
from chats.models import ChatArchivePage
from core.pages import Crumb
from search import answers
from search.answers import Door, title_of
from search.showing import ShownHit


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to where a topic is read now; 404 where its chat is not public."""
    address = find_topic_address(key)
    if address is None:
        raise Http404
    return redirect(address)


def search_json(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    return answers.answer_json(request, _door(request, archive), FACETS, _as_data)


def suggestions_json(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    return answers.suggestions_json(request, _door(request, archive))


def suggestions(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    door = _door(request, archive)
    return answers.suggestions_page(request, door, [Crumb(door.title, door.address)])


def _door(request: HttpRequest, archive: ChatArchivePage) -> Door:
    return Door(archive.title, archive.get_url(request), _("Search the chats"), KINDS)


def _as_data(shown_hit: ShownHit) -> dict:
    hit, entry = shown_hit.hit, shown_hit.hit.entry
    return {
        "kind": entry.kind,
        "url": hit.href,
        "title": title_of(shown_hit),
        "excerpt": hit.excerpt,
        "chat_date": entry.date,
        "start": entry.start,
    }
