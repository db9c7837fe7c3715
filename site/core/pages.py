"""What every page of the site is."""

import datetime
from contextlib import nullcontext
from dataclasses import dataclass

from django.core.exceptions import DisallowedHost
from django.db import transaction
from django.db.models import BooleanField, Func, Min, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.fields import RichTextField
from wagtail.models import COMMENTS_RELATION_NAME, Page, PageManager, ReferenceIndex, Site
from wagtail.query import PageQuerySet
from wagtail.search import index
from wagtail.signal_handlers import disable_reference_index_auto_update

from core import offers
from core.html import plain_text
from core.page_cache import changes
from core.page_cache.clock import next_changes


class IsPrivate(Func):
    """Whether a page's path lies in a private part of the site.

    It is told within the query at hand, where Wagtail's `public()` takes one more.
    """

    template = (
        "EXISTS (SELECT 1 FROM wagtailcore_page private"
        " WHERE private.id IN (SELECT page_id FROM wagtailcore_pageviewrestriction)"
        " AND private.path = SUBSTR(%(expressions)s, 1, LENGTH(private.path)))"
    )
    arity = 1
    output_field = BooleanField()


def published(pages: PageQuerySet) -> PageQuerySet:
    """Return what the public may see: live, not past its time, in no private part of the site."""
    expired = Q(expire_at__lte=timezone.now())
    return pages.filter(~expired, ~IsPrivate("path"), live=True)


class BasePageQuerySet(PageQuerySet):
    def published(self) -> "BasePageQuerySet":
        """What the public may see."""
        return published(self)

    def sole(self) -> "BasePage | None":
        """Return the page of a kind of which there is one; None for none.

        By its own table: in the order of the tree, SQLite would read all pages for it.
        """
        return self.order_by("pk").first()

    def written(self) -> "BasePageQuerySet":
        """Leave out what every site begins with, until somebody here has published it."""
        return self.exclude(live_revision=None)


OF_DRAFTS_ONLY = {
    COMMENTS_RELATION_NAME,
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
}
"""Fields of which the public sees nothing: what saving a draft writes."""


@dataclass(frozen=True)
class Crumb:
    """A step of the way from the home page to where the reader is."""

    label: str
    href: str


class BasePage(Page):
    """A page whose every save is one transaction with what other parts write beside it."""

    objects = PageManager.from_queryset(BasePageQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Save page and children, then do what the apps offered for a saved page.

        Wagtail's own signals come after its transaction, or before the children are there.
        """
        saved = kwargs.get("update_fields")
        of_draft = saved is not None and OF_DRAFTS_ONLY.issuperset(saved)
        with transaction.atomic(), changes.unseen() if of_draft else nullcontext():
            # Wagtail reads the whole page for its references anew with every child saved.
            with disable_reference_index_auto_update():
                result = super().save(*args, **kwargs)
            if not of_draft:
                ReferenceIndex.create_or_update_for_object(type(self).objects.get(pk=self.pk))
                for act in offers.page_saved:
                    act(self)
        return result

    def route(self, request, path_components):
        """Answer 404 from the minute of expiry on, not only once the worker has unpublished it."""
        if not path_components and self.expire_at and self.expire_at <= timezone.now():
            raise Http404
        if path_components:
            request.pages_on_the_way = [*_on_the_way(request), self]
        return super().route(request, path_components)

    @property
    def abstract(self) -> str:
        """What the page is about in plain words, for search engines and shared links."""
        return ""

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "crumbs": self.crumbs_above(request),
            "description": self.search_description or self.abstract,
        }

    def crumbs_to(self, request) -> list[Crumb]:
        """The way to this page and onto it, for what lies below it without being a page."""
        return [*self.crumbs_above(request), Crumb(self.title, self.get_url(request))]

    def crumbs_above(self, request) -> list[Crumb]:
        return [Crumb(page.title, page.get_url(request)) for page in self._above(request)]

    def _above(self, request) -> list[Page]:
        # Nothing lies above the home page, at depth 2; a draft not yet saved has no path.
        if self.depth is None or self.depth <= 2:
            return []
        # Fetched to find this page, but for one that is looked at as a draft or from elsewhere.
        passed = [page for page in _on_the_way(request) if self.is_descendant_of(page)]
        if [page.depth for page in passed] == [*range(2, self.depth)]:
            return passed
        site = Site.find_for_request(request)
        home = site.root_page if site else None
        # Fetched with the site: of a section nothing else is asked.
        if home and home.depth == 2 and self.is_descendant_of(home):
            between = self.get_ancestors().filter(depth__gt=2) if self.depth > 3 else ()
            return [home, *between]
        return list(self.get_ancestors().filter(depth__gt=1))


def host_of(request) -> str:
    """Return the host that is asked, which tells the site; blank for one that is not ours."""
    try:
        return request.get_host()
    except DisallowedHost:
        return ""


def _on_the_way(request) -> list[Page]:
    """Return the pages through which the tree has led to what is asked for, from the top."""
    return getattr(request, "pages_on_the_way", [])


class IntroducedPage(BasePage):
    """A page with a few words of its own before what it shows."""

    intro = RichTextField(
        _("introduction"), blank=True, features=["bold", "italic", "link", "ol", "ul"]
    )

    content_panels = [*BasePage.content_panels, FieldPanel("intro")]
    search_fields = [*BasePage.search_fields, index.SearchField("intro")]

    class Meta:
        abstract = True

    @property
    def abstract(self) -> str:
        return plain_text(self.intro)


class RoutableBasePage(RoutablePageMixin, BasePage):
    """A page with addresses below its own."""

    class Meta:
        abstract = True

    def route(self, request, path_components):
        # Its own routes would answer past its time too.
        if self.expire_at and self.expire_at <= timezone.now():
            return BasePage.route(self, request, path_components)
        return super().route(request, path_components)


@next_changes.add
def next_expiry(now: datetime.datetime) -> datetime.datetime | None:
    expiring = Page.objects.live().filter(expire_at__gt=now)
    return expiring.aggregate(next=Min("expire_at"))["next"]
