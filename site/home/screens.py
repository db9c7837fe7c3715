"""The screens of the admin's menu: what each is called there, and who may open it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.menu import Menu, MenuItem, admin_menu

ADDRESSES: dict[str, tuple[str, ...]] = {
    "chats": ("chats:index",),
    "events": ("events:index",),
    "series": ("wagtailsnippets_events_series:list",),
    "kinds_of_events": ("wagtailsnippets_events_kind:list",),
    "posts": ("posts:index",),
    "categories": ("wagtailsnippets_blog_category:list",),
    "guides": ("guides:index",),
    "shared_texts": ("wagtailsnippets_guides_sharedtext:list",),
    "audiences": ("wagtailsnippets_guides_audience:list",),
    "subjects": ("wagtailsnippets_people_subject:list",),
    "persons": ("wagtailsnippets_people_person:list",),
    "teams": ("wagtailsnippets_people_team:list",),
    "libraries": ("wagtailsnippets_people_library:list",),
    "comments": ("moderation:queue",),
    "submissions": ("submissions:inbox",),
    "feedback": ("guide_desk:feedback",),
    "guide_reviews": ("guide_reviews",),
    "searches": ("searches_report",),
    "broken_links": ("links_report",),
    "glossary": ("wagtailsnippets_search_glossaryterm:list",),
    "announcements": ("announcements:index",),
    "lists": ("announcement_lists:list",),
    "delivered": ("update_desk:delivered",),
    "subscribers": ("subscribers:index",),
    "mails": ("outbox:index",),
    "images": ("wagtailimages:index",),
    "documents": ("wagtaildocs:index",),
    "media": ("wagtailmedia:index",),
    "navigation": ("wagtailsettings:edit", "home", "navigation"),
    "notice_bar": ("wagtailsettings:edit", "home", "noticebar"),
    "rules_of_comments": ("wagtailsettings:edit", "comments", "commentsettings"),
}
"""Those that help leads to: the name of an address, and what it takes."""


@dataclass(frozen=True)
class Screen:
    label: str
    """As the menu says it, with what it lies in: “Updates › Lists”."""
    href: str
    """Blank for who may not open it."""


def screen_named(name: str, request: HttpRequest) -> Screen:
    """Return one of ADDRESSES for the user of a request. Raises KeyError for no such entry."""
    if not hasattr(request, "_screens"):
        request._screens = dict(_screens(admin_menu, request))
    address, *args = ADDRESSES[name]
    return request._screens[reverse(address, args=args)]


def _screens(
    menu: Menu, request: HttpRequest, above: tuple[MenuItem, ...] = (), is_open: bool = True
) -> Iterator[tuple[str, Screen]]:
    """Yield each entry below a menu by its address. Names will not do: they come of the labels."""
    shown = menu.menu_items_for_request(request) if is_open else []
    for item in menu.registered_menu_items:
        way = (*above, item)
        if submenu := getattr(item, "menu", None):
            yield from _screens(submenu, request, way, item in shown)
        else:
            url = str(item.url)
            label = " › ".join(str(step.label) for step in way)
            yield url, Screen(label, url if item in shown else "")
