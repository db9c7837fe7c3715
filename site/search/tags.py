"""All that bears a tag, of whatever kind, and all tags."""

from django.core.paginator import Paginator
from django.db.models import Count, Value
from django.db.models.functions import Left, StrIndex
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from taggit.models import Tag

from core.page_cache import same_for_all
from core.page_cache.parts import kept
from core.pages import Crumb
from search import offers
from search.kinds import kind_links, kinds_of_parts
from search.models import Entry, EntryLabel, EntryQuerySet
from search.query import tidy
from search.results import lead_to
from search.showing import shown

ON_A_PAGE = 20


@same_for_all
@require_safe
def tag_index(request: HttpRequest) -> HttpResponse:
    """All tags in use, with the number of things that bear each."""
    counts = kept(request, "tags.counts", _counts)
    tags = list(Tag.objects.filter(slug__in=counts).order_by("name"))
    for tag in tags:
        tag.times = sum(counts[tag.slug].values())
    description = _("Everything on this site, by tag.")
    return render(request, "pages/tags.html", {"tags": tags, "description": description})


@same_for_all
@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """All that bears a tag, newest first, or one kind of it. A tag nothing bears is no page."""
    found, here = get_object_or_404(Tag, slug=slug), reverse("tag", args=[slug])
    entries = bearing(slug)
    counts = kept(request, f"tags.counts:{slug}", lambda: _counts(slug)).get(slug, {})
    if not counts:
        raise Http404
    asked = tidy(request.GET.get("kind", ""))
    kind = asked if asked in counts else ""
    listed = entries.filter(kind=kind) if kind else entries
    paginator = Paginator(listed.newest_first(), ON_A_PAGE)
    paginator.count = counts[kind] if kind else sum(counts.values())
    page = paginator.get_page(request.GET.get("page"))
    description = _("All that bears the tag “%(tag)s”: guides, moments of chats, posts, events.")
    context = {
        "tag": found,
        "listing": page,
        "only_kind": kind,
        "hits": SimpleLazyObject(lambda: shown(lead_to(page))),
        "kinds": kind_links(counts, kind, lambda one: f"{here}?kind={one}" if one else here),
        "passed_over": asked if asked and not kind else "",
        "follow_refs": SimpleLazyObject(lambda: _followed_as(found)),
        "crumbs": [Crumb(_("Tags"), reverse("tags"))],
        "description": description % {"tag": found.name},
    }
    return render(request, "pages/tag.html", context)


def _followed_as(tag: Tag) -> list[str]:
    return [ref for offer in offers.tag_followed for ref in offer(tag)]


def wholes() -> EntryQuerySet:
    """Return what is a thing of its own: no passage, no section."""
    return Entry.objects.not_expired().exclude(kind__in=kinds_of_parts())


def _counts(*slugs: str) -> dict[str, dict[str, int]]:
    """Return how many things of each kind bear each tag, or each of some.

    An entry is told by its name alone, which begins with its kind: the table of labels has an
    index of these, and entries need not be read.
    """
    kind = Left("entry_id", StrIndex("entry_id", Value(":")) - 1)
    expired = Entry.objects.expired().values("pk")
    borne = EntryLabel.objects.filter(facet="tag").exclude(entry__in=expired)
    counts: dict[str, dict[str, int]] = {}
    parts = kinds_of_parts()
    if slugs:
        borne = borne.filter(value__in=slugs)
    rows = borne.annotate(kind=kind).values_list("value", "kind").annotate(Count("pk")).order_by()
    for slug, of_kind, count in rows:
        if of_kind not in parts:
            counts.setdefault(slug, {})[of_kind] = count
    return counts


def bearing(slug: str) -> EntryQuerySet:
    """Return what bears a tag itself."""
    return wholes().labelled("tag", slug)
