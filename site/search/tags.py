"""All that bears a tag, of whatever kind, and all tags."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from core.page_cache import same_for_all
from core.pages import Crumb
from search import offers
from search.kinds import kind_links, kinds_of_parts
from search.models import Entry, EntryLabel, EntryQuerySet
from search.query import tidy
from search.results import lead_to
from search.showing import shown

ON_A_PAGE = 50


@same_for_all
@require_safe
def tag_index(request: HttpRequest) -> HttpResponse:
    """All tags in use, with the number of things that bear each."""
    labels = EntryLabel.objects.filter(facet="tag", entry__in=wholes())
    counts = dict(labels.values_list("value").annotate(Count("pk")))
    tags = list(Tag.objects.filter(slug__in=counts).order_by("name"))
    for tag in tags:
        tag.times = counts[tag.slug]
    description = _("Everything on this site, by tag.")
    return render(request, "pages/tags.html", {"tags": tags, "description": description})


@same_for_all
@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """All that bears a tag, newest first, or one kind of it. A tag nothing bears is no page."""
    found, here = get_object_or_404(Tag, slug=slug), reverse("tag", args=[slug])
    entries = bearing(slug)
    counts = dict(entries.order_by().values_list("kind").annotate(Count("pk")))
    if not counts:
        raise Http404
    asked = tidy(request.GET.get("kind", ""))
    kind = asked if asked in counts else ""
    listed = entries.filter(kind=kind) if kind else entries
    page = Paginator(listed.newest_first(), ON_A_PAGE).get_page(request.GET.get("page"))
    description = _("All that bears the tag “%(tag)s”: guides, moments of chats, posts, events.")
    context = {
        "tag": found,
        "listing": page,
        "hits": shown(lead_to(page)),
        "kinds": kind_links(counts, kind, lambda one: f"{here}?kind={one}" if one else here),
        "passed_over": asked if asked and not kind else "",
        "follow_refs": [ref for offer in offers.tag_followed for ref in offer(found)],
        "crumbs": [Crumb(_("Tags"), reverse("tags"))],
        "description": description % {"tag": found.name},
    }
    return render(request, "pages/tag.html", context)


def wholes() -> EntryQuerySet:
    """Return what is a thing of its own: no passage, no section."""
    return Entry.objects.not_expired().exclude(kind__in=kinds_of_parts())


def bearing(slug: str) -> EntryQuerySet:
    """Return what bears a tag itself."""
    return wholes().labelled("tag", slug)
