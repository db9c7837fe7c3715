"""The site's map for search engines (sitemaps.org): one file, of a large site an index of several.

Each part has an address of its own, so that it is stored as any page is.
"""

import datetime
from collections.abc import Iterable, Mapping

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import x_robots_tag
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from core.page_cache import same_for_all
from core.pages import published

MOST_IN_A_PART = 5000

Sections = Mapping[str, type[Sitemap]]


class PageSitemap(Sitemap):
    """All pages of the tree that readers may see; read as rows, since a page has one address."""

    def __init__(self) -> None:
        self._site = Site.objects.select_related("root_page").get(is_default_site=True)

    @cached_property
    def paginator(self) -> Paginator:
        return Paginator(self.items(), MOST_IN_A_PART)

    def items(self) -> Iterable[tuple]:
        pages = Page.objects.descendant_of(self._site.root_page, inclusive=True)
        in_order = published(pages).order_by("path")
        return in_order.values_list("url_path", "last_published_at", "latest_revision_created_at")

    def get_urls(self, page=1, site=None, protocol=None) -> list[dict]:
        root, begin = self._site.root_url, len(self._site.root_page.url_path)
        return [
            {
                "location": root + reverse("wagtail_serve", args=[path[begin:]]),
                "lastmod": published_at or revised_at,
            }
            for path, published_at, revised_at in self.paginator.page(page).object_list
        ]


@same_for_all
@require_safe
@x_robots_tag
def sitemap(request: HttpRequest, sections: Sections) -> HttpResponse:
    """Answer with all there is, or with where its parts are: pages alone can be so many."""
    maps = {name: section() for name, section in sections.items()}
    counts = {
        name: one.paginator.num_pages if isinstance(one, PageSitemap) else 1
        for name, one in maps.items()
    }
    if max(counts.values()) == 1:
        return _urls(request, (url for one in maps.values() for url in one.get_urls()))
    parts = [(name, part) for name, count in counts.items() for part in range(1, count + 1)]
    addresses = [
        {"location": request.build_absolute_uri(reverse("sitemap_part", args=part))}
        for part in parts
    ]
    context = {"sitemaps": addresses}
    return render(request, "sitemap_index.xml", context, content_type="application/xml")


@same_for_all
@require_safe
@x_robots_tag
def sitemap_part(
    request: HttpRequest, section: str, number: int, sections: Sections
) -> HttpResponse:
    """Answer with a part of a section. Raises Http404 where there is none."""
    if section not in sections:
        raise Http404
    try:
        urls = sections[section]().get_urls(page=number)
    except EmptyPage:
        raise Http404 from None
    return _urls(request, urls)


def _urls(request: HttpRequest, urls: Iterable[dict]) -> HttpResponse:
    context = {"urls": [(url["location"], _day(url["lastmod"])) for url in urls]}
    return render(request, "sitemap.xml", context, content_type="application/xml")


def _day(moment: datetime.datetime | None) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
