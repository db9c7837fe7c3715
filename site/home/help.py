"""Help for editors, in the admin itself: its pages, their parts, and a search over them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.html import plain_text

_HEADING = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>', re.DOTALL)
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class HelpPage:
    slug: str
    title: Promise
    summary: Promise
    """What one can do after it."""
    icon: str

    @property
    def href(self) -> str:
        return reverse("help:page", args=[self.slug])


@dataclass(frozen=True)
class Part:
    """What stands beneath a heading; the first of a page stands above all of them."""

    anchor: str
    title: str
    words: str


@dataclass(frozen=True)
class Hit:
    page: HelpPage
    parts: list[Part]
    """Those in which all of the words stand; none if they are spread over the page."""


PAGES = (
    HelpPage(
        "first-day",
        gettext_lazy("Your first day"),
        gettext_lazy("Find your way, write without fear, and undo what went wrong."),
        "home",
    ),
    HelpPage(
        "needs-a-hand",
        gettext_lazy("What needs a hand"),
        gettext_lazy("What the first screen asks for, and where each of it is done."),
        "clipboard-list",
    ),
    HelpPage(
        "posts",
        gettext_lazy("Write a post"),
        gettext_lazy("From the first line to the published post, and what readers send in."),
        "edit",
    ),
    HelpPage(
        "chats",
        gettext_lazy("Put a chat online"),
        gettext_lazy("Announce it, stamp its topics, bring in its transcript."),
        "comment",
    ),
    HelpPage(
        "guides",
        gettext_lazy("Write a guide"),
        gettext_lazy("Types, sections, shared texts, and keeping it right."),
        "doc-full",
    ),
    HelpPage(
        "events",
        gettext_lazy("Plan an event and its registrations"),
        gettext_lazy("Dates, seats, the list of who comes, and what to do when it falls through."),
        "calendar-alt",
    ),
    HelpPage(
        "comments",
        gettext_lazy("Moderate comments"),
        gettext_lazy("Read what waits, decide, and undo a decision."),
        "openquote",
    ),
    HelpPage(
        "announcements",
        gettext_lazy("Send an announcement"),
        gettext_lazy("Write it, test it, and send it to who follows a list."),
        "mail",
    ),
    HelpPage(
        "people",
        gettext_lazy("People, committee, contact"),
        gettext_lazy("Who stands where on the site, and whom readers write to."),
        "group",
    ),
    HelpPage(
        "pictures",
        gettext_lazy("Pictures and files"),
        gettext_lazy("Bring them in, say them in words, and check a page for everybody."),
        "image",
    ),
    HelpPage(
        "front",
        gettext_lazy("The menu, the notice bar, the home page"),
        gettext_lazy("What frames every page, and what stands on the first."),
        "list-ul",
    ),
    HelpPage(
        "words",
        gettext_lazy("Words of the trade"),
        gettext_lazy("The glossary, and searches of readers that found nothing."),
        "search",
    ),
)
"""In the order in which they are read."""

OF_EDITOR = {
    "blog.PostPage": "posts",
    "chats.ChatPage": "chats",
    "guides.GuidePage": "guides",
    "events.EventPage": "events",
    "home.HomePage": "front",
    "people.PeoplePage": "people",
    "people.CommitteePage": "people",
    "people.ContactPage": "people",
}
"""By the type of what is edited, the page that tells how."""


def page_named(slug: str) -> HelpPage | None:
    return next((page for page in PAGES if page.slug == slug), None)


def text_of(page: HelpPage, request: HttpRequest) -> SafeString:
    """Return what a page says to the user of a request: links lead where they may go."""
    return render_to_string(f"admin/help/{page.slug}.html", {"page": page}, request=request)


def parts_of(text: str) -> list[Part]:
    """Return the parts of a page's text by its headings of the second level."""
    before, *rest = _HEADING.split(text)
    headed = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    parts = [Part(anchor, plain_text(title), plain_text(words)) for anchor, title, words in headed]
    return [Part("", "", plain_text(before)), *parts]


def found(query: str, request: HttpRequest) -> Iterator[Hit]:
    """Yield the pages in which all words of a query stand, however they are written."""
    words = query.casefold().split()
    for page in PAGES if words else ():
        about = f"{page.title} {page.summary}"
        parts = parts_of(text_of(page, request))
        whole = " ".join([about, *(f"{part.title} {part.words}" for part in parts)])
        if _holds(whole, words):
            headed = [part for part in parts if part.anchor]
            yield Hit(page, [one for one in headed if _holds(f"{one.title} {one.words}", words)])


def _holds(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the pages, or those in which what was asked for stands."""
    query = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    context = {
        **_head(_("Help"), []),
        "pages": PAGES,
        "query": query,
        "hits": list(found(query, request)),
    }
    return TemplateResponse(request, "admin/help/index.html", context)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    wanted = page_named(slug)
    if wanted is None:
        raise Http404
    text = text_of(wanted, request)
    context = {
        **_head(str(wanted.title), [(reverse("help:index"), _("Help"))]),
        "page": wanted,
        "text": text,
        "parts": [part for part in parts_of(text) if part.anchor],
        "pages": PAGES,
    }
    return TemplateResponse(request, "admin/help/page.html", context)


def _head(title: str, above: list[tuple[str, str]]) -> dict:
    crumbs = [(reverse("wagtailadmin_home"), _("Home")), *above, ("", title)]
    return {
        "header_title": title,
        "header_icon": "help",
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in crumbs],
    }


app_name = "help"
urlpatterns = [path("", index, name="index"), path("<slug:slug>/", page, name="page")]
