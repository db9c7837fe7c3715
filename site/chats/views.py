"""Addresses that cut across chats: a topic's own, and a tag's."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from chats.addresses import find_topic_address
from chats.models import ChatPage, Topic
from core.pages import Crumb

TOPICS_PER_PAGE = 50


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to where a topic is read now; 404 where its chat is not public."""
    address = find_topic_address(key)
    if address is None:
        raise Http404
    return redirect(address)


@require_safe
def tag_index(request: HttpRequest) -> HttpResponse:
    """All tags in use, with the number of topics that carry each."""
    description = _("Everything discussed in the chats, by tag.")
    context = {"tags": _tags_in_use().order_by("name"), "description": description}
    return render(request, "pages/tags.html", context)


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Every second a thing was discussed, newest first. A tag nothing carries is no page."""
    found = get_object_or_404(_tags_in_use(), slug=slug)
    topics = Topic.objects.readable().filter(tagged_items__tag=found).newest_first()
    page = Paginator(topics, TOPICS_PER_PAGE).get_page(request.GET.get("page"))
    description = _("Every moment at which “%(tag)s” was discussed in a recorded chat.")
    context = {
        "tag": found,
        "listing": page,
        "crumbs": [Crumb(_("Tags"), reverse("tags"))],
        "description": description % {"tag": found.name},
    }
    return render(request, "pages/tag.html", context)


def _tags_in_use():
    carried = Q(tagged_topics__content_object__page__in=ChatPage.objects.published())
    return Tag.objects.annotate(topic_count=Count("tagged_topics", filter=carried)).filter(
        topic_count__gt=0
    )
