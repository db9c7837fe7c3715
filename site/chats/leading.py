"""Where topics lead on to: a page that says more about it, or a section of a guide."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wagtail.models import Page, Site

from core.findable import findables
from core.pages import published
from search.models import Entry, EntryQuerySet

if TYPE_CHECKING:
    from chats.models import Topic


@dataclass(frozen=True)
class Link:
    title: str
    href: str


def give_related(topics: Iterable["Topic"]) -> None:
    """Fetch where more is said about these topics, of what the public may see; in two queries."""
    leading = [topic for topic in topics if topic.related_page_id]
    if not leading:
        return
    pages = published(Page.objects.only("title", "url_path"))
    pages = pages.in_bulk({topic.related_page_id for topic in leading})
    sections = _titles(pages, {topic.related_section for topic in leading} - {""})
    for topic in leading:
        if page := pages.get(topic.related_page_id):
            title = sections.get((page.pk, topic.related_section))
            topic.more = (
                Link(f"{page.title}: {title}", f"{page.url}#{topic.related_section}")
                if title
                else Link(page.title, page.url)
            )


def _titles(pages: Iterable[int], fragments: set[str]) -> dict[tuple[int, str], str]:
    if not fragments:
        return {}
    sections = sections_of(pages).filter(fragment__in=fragments)
    rows = sections.values_list("object_id", "fragment", "title")
    return {(pk, fragment): title for pk, fragment, title in rows}


def sections_of(pages: Iterable[int]) -> EntryQuerySet:
    """Return the entries of what has an address within these pages."""
    labels = [findable.label for findable in findables if issubclass(findable.model, Page)]
    entries = Entry.objects.filter(model__in=labels, object_id__in=list(pages))
    return entries.exclude(fragment="").exclude(title="")


def find_section(address: str) -> tuple[Page, str] | None:
    """Return page and fragment of the address of a section, as a browser shows it."""
    if "\0" in address:
        return None
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None or not parts.fragment:
        return None
    path = f"{site.root_page.url_path.rstrip('/')}/{parts.path.strip('/')}/"
    page = Page.objects.live().filter(url_path=path).first()
    if page is None or not sections_of([page.pk]).filter(fragment=parts.fragment).exists():
        return None
    return page, parts.fragment
