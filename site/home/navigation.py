"""What frames every page: the site's name, a notice for all, and the ways around the site."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from wagtail.fields import StreamValue
from wagtail.models import Page, Site

from core.page_cache.parts import kept
from core.pages import host_of, published
from home.models import Navigation, NoticeBar

IN_THE_FRAME = ("title", "url_path", "path", "depth", "show_in_menus")


@dataclass(frozen=True)
class NavigationItem:
    label: str
    href: str
    current: str = ""
    """As aria-current has it: `page`; `true` for the section the page lies in; or blank."""


@dataclass(frozen=True)
class Notice:
    words: str
    href: str = ""
    """Where more is said; blank for nowhere that readers may see."""


@dataclass(frozen=True)
class Shown:
    """The frame as it stands, for whatever page is in it."""

    site_name: str
    head: tuple[NavigationItem, ...]
    foot: tuple[NavigationItem, ...]
    notice: Notice | None
    search: str
    """Where all is searched."""


def site_frame(request: HttpRequest) -> dict:
    """Return the frame's context; nothing is looked up for templates that do not show it."""
    shown = SimpleLazyObject(lambda: _shown(request))
    path = request.path
    return {
        "frame_as": SimpleLazyObject(lambda: _as_it_stands(request, shown)),
        "site_name": SimpleLazyObject(lambda: shown.site_name),
        "site_navigation": SimpleLazyObject(lambda: _mark(path, shown.head)),
        "footer_navigation": SimpleLazyObject(lambda: _mark(path, shown.foot)),
        "notice_bar": SimpleLazyObject(lambda: shown.notice),
        # Blank on the pages that begin with it.
        "site_search_url": SimpleLazyObject(
            lambda: "" if _begins_with_search(path, shown) else shown.search
        ),
    }


def _as_it_stands(request: HttpRequest, shown: Shown) -> str:
    """Return what the frame is kept under: all that the page in it changes."""
    path = request.path
    marked = [_current(path, items) for items in (shown.head, shown.foot)]
    return f"{host_of(request)} {marked} {_begins_with_search(path, shown)}"


def _begins_with_search(path: str, shown: Shown) -> bool:
    return path in {"/", shown.search}


def _shown(request: HttpRequest) -> Shown:
    return kept(request, f"frame:{host_of(request)}", lambda: _frame(request).shown())


def _frame(request: HttpRequest) -> "Frame":
    return Frame(request, Site.find_for_request(request))


class Frame:
    """The frame of one site: a query for what editors set, and one for the pages in it."""

    def __init__(self, request: HttpRequest, site: Site | None) -> None:
        self._request = request
        self.site = site

    def shown(self) -> Shown:
        name = self.site.site_name if self.site else ""
        foot = (*self._foot, *_always_at_the_foot())
        return Shown(name, tuple(self._head), foot, self._notice, reverse("search"))

    @property
    def _head(self) -> Iterable[NavigationItem]:
        chosen = self._navigation.head
        items = self._items(chosen) if chosen else map(self._item, self._pages_in_menus)
        return filter(None, items)

    @property
    def _foot(self) -> Iterable[NavigationItem]:
        chosen = self._navigation.foot
        items = self._items(chosen) if chosen else map(self._item, self._pages_not_at_the_head)
        return filter(None, items)

    @property
    def _notice(self) -> Notice | None:
        bar = self._notice_bar
        if not bar.is_shown:
            return None
        page = self._pages.get(bar.page_id)
        return Notice(bar.words, self._href(page) if page else "")

    @cached_property
    def _set_for_site(self) -> Site | None:
        if self.site is None:
            return None
        # Not `for_request`: it asks for each by itself, and writes where there is none.
        return Site.objects.select_related("navigation", "noticebar").get(pk=self.site.pk)

    @cached_property
    def _navigation(self) -> Navigation:
        return getattr(self._set_for_site, "navigation", None) or Navigation()

    @cached_property
    def _notice_bar(self) -> NoticeBar:
        return getattr(self._set_for_site, "noticebar", None) or NoticeBar()

    @cached_property
    def _pages(self) -> dict[int, Page]:
        """All that the frame may lead to and readers may see, as they stand in the tree."""
        head, foot = self._navigation.head, self._navigation.foot
        wanted = Q(pk__in=[*_page_keys(head), *_page_keys(foot)])
        if self._notice_bar.is_shown and self._notice_bar.page_id:
            wanted |= Q(pk=self._notice_bar.page_id)
        if self.site and not (head and foot):
            wanted |= Page.objects.all().child_of_q(self.site.root_page)
        pages = published(Page.objects.filter(wanted)).only(*IN_THE_FRAME)
        return {page.pk: page for page in pages.order_by("path")}

    @property
    def _children(self) -> Iterator[Page]:
        if self.site:
            root = self.site.root_page
            yield from (page for page in self._pages.values() if page.is_child_of(root))

    @property
    def _pages_in_menus(self) -> Iterator[Page]:
        return (page for page in self._children if page.show_in_menus)

    @property
    def _pages_not_at_the_head(self) -> Iterator[Page]:
        chosen = self._navigation.head
        at_the_head = set(
            _page_keys(chosen) if chosen else (page.pk for page in self._pages_in_menus)
        )
        return (page for page in self._children if page.pk not in at_the_head)

    def _items(self, chosen: StreamValue) -> Iterator[NavigationItem | None]:
        # As it is stored: to read the blocks would fetch the pages of each once more.
        for kind, value in _stored(chosen):
            if kind == "address":
                yield NavigationItem(value["label"], value["address"])
            elif page := self._pages.get(value["page"]):
                yield self._item(page, value.get("label") or "")

    def _item(self, page: Page, label: str = "") -> NavigationItem | None:
        href = self._href(page)
        return NavigationItem(label or page.title, href) if href else None

    def _href(self, page: Page) -> str:
        return page.get_url(self._request, current_site=self.site) or ""


def _always_at_the_foot() -> list[NavigationItem]:
    return [
        NavigationItem(_("Tags"), reverse("tags")),
        NavigationItem(_("Email updates"), reverse("updates:index")),
        NavigationItem(_("Your page"), reverse("account_page")),
        NavigationItem(_("For editors"), reverse("wagtailadmin_home")),
    ]


def _mark(path: str, items: Iterable[NavigationItem]) -> list[NavigationItem]:
    """Return the items, the one that leads nearest to a path marked as current."""
    marked = list(items)
    if current := _current(path, marked):
        at, how = current
        marked[at] = replace(marked[at], current=how)
    return marked


def _current(path: str, items: Sequence[NavigationItem]) -> tuple[int, str] | None:
    """Return the place of the item that leads nearest to a path, and how it is marked."""
    leading = [at for at, item in enumerate(items) if _leads_to(item.href, path)]
    if not leading:
        return None
    nearest = max(leading, key=lambda at: len(items[at].href))
    return nearest, "page" if items[nearest].href == path else "true"


def _leads_to(href: str, path: str) -> bool:
    """Say whether an address is a path’s own or a section’s above it; the first page is none."""
    return href == path or (href != "/" and path.startswith(f"{href.rstrip('/')}/"))


def _page_keys(chosen: StreamValue) -> list[int]:
    return [value["page"] for kind, value in _stored(chosen) if kind == "page"]


def _stored(chosen: StreamValue) -> Iterator[tuple[str, dict]]:
    return ((child["type"], child["value"]) for child in chosen.raw_data)
