"""What frames every page: the site's name and its navigation."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from chats.models import ChatArchivePage


@dataclass(frozen=True)
class NavigationItem:
    label: str
    href: str
    current: bool


def site_frame(request: HttpRequest) -> dict:
    """Return the frame's context; nothing is looked up for templates that do not show it."""
    site = SimpleLazyObject(lambda: Site.find_for_request(request))
    return {
        "site_name": SimpleLazyObject(lambda: site.site_name if site else ""),
        "site_navigation": SimpleLazyObject(lambda: _navigation(request, site) if site else []),
        "footer_navigation": SimpleLazyObject(_footer),
        "archive_url": SimpleLazyObject(lambda: _archive_url(request, site) if site else ""),
    }


def _archive_url(request: HttpRequest, site: Site) -> str:
    """Return where the chats are searched; blank where nobody may."""
    archive = ChatArchivePage.objects.published().descendant_of(site.root_page).first()
    return archive.get_url(request, current_site=site) if archive else ""


def _footer() -> list[NavigationItem]:
    return [
        NavigationItem(_("Tags"), reverse("tags"), False),
        NavigationItem(_("Email updates"), reverse("updates:index"), False),
        NavigationItem(_("For editors"), reverse("wagtailadmin_home"), False),
    ]


def _navigation(request: HttpRequest, site: Site) -> list[NavigationItem]:
    pages = Page.objects.child_of(site.root_page).live().public().in_menu()
    items = []
    for page in pages:
        href = page.get_url(request, current_site=site)
        items.append(NavigationItem(page.title, href, request.path.startswith(href)))
    return items
