"""What every page of the site is."""

from dataclasses import dataclass

from django.db import transaction
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from core import offers


class BasePageQuerySet(PageQuerySet):
    def published(self) -> "BasePageQuerySet":
        """What the public may see: live, and in no private part of the site."""
        return self.live().public()


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
        with transaction.atomic():
            result = super().save(*args, **kwargs)
            for act in offers.page_saved:
                act(self)
        return result

    @property
    def abstract(self) -> str:
        """What the page is about in plain words, for search engines and shared links."""
        return ""

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "crumbs": self._crumbs(request),
            "description": self.search_description or self.abstract,
        }

    def _crumbs(self, request) -> list[Crumb]:
        # Nothing lies above the home page, at depth 2; a draft not yet saved has no path.
        ancestors = self.get_ancestors().filter(depth__gt=1) if self.path else ()
        return [Crumb(page.title, page.get_url(request)) for page in ancestors]
