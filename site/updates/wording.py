"""The words of an announcement as mail says them: whole addresses, and a plain text beside."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from bs4.element import PreformattedString
from django.conf import settings
from django.utils.safestring import SafeString
from wagtail.models import Page
from wagtail.rich_text import expand_db_html

from core.html import SCHEMES, clean_html
from core.text import clean_line
from updates.following import primary_keys

BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "pre"}
LISTS = {"ul", "ol"}
OTHER_BLOCKS = ("hr", "div", "section", "article", "table", "tr", "td", "th", "h1", "h5", "h6")
"""That no editor of ours writes; what they part stays parted."""
SPACE = re.compile(r"[ \t\r\n\f]+")


def mail_html(body: str) -> SafeString:
    """Return rich text as HTML whose links lead here from anywhere, and that loads nothing.

    Links to what the public may not see, or that is gone, are the words alone.
    """
    soup = BeautifulSoup(expand_db_html(_public(body)), "html.parser")
    for block in soup.find_all(OTHER_BLOCKS):
        block.name = "p"
    for link in soup.find_all("a"):
        _lead_from_anywhere(link)
    for said in soup.find_all(string=True):
        said.replace_with("" if isinstance(said, PreformattedString) else _harmless(said))
    return clean_html(str(soup))


def mail_text(body: str) -> str:
    """Return rich text as plain text: paragraphs, lists by line, each link with its address."""
    return "\n\n".join(_blocks(BeautifulSoup(mail_html(body), "html.parser").children))


def _public(body: str) -> str:
    """Return rich text as it is kept, without what mail cannot lead to or show."""
    soup = BeautifulSoup(body, "html.parser")
    links = soup.find_all("a", linktype="page")
    public = _public_pages({link.get("id", "") for link in links})
    for link in links:
        if link.get("id") not in public:
            link.unwrap()
    for embed in soup.find_all("embed"):
        shown = soup.new_tag("p")
        if address := embed.get("url"):
            shown.append(soup.new_tag("a", href=address, string=address))
        else:
            shown.append(embed.get("alt", ""))
        embed.replace_with(shown)
    return str(soup)


def _public_pages(keys: set[str]) -> set[str]:
    if not keys:
        return set()
    pages = Page.objects.live().public().filter(pk__in=primary_keys(keys))
    return {str(page.pk) for page in pages if page.url}


def _lead_from_anywhere(link: Tag) -> None:
    """Make the address of a link a whole one; where mail can have none, leave its words."""
    try:
        address = urljoin(f"{settings.SITE_URL}/", link.get("href", ""))
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = ""
    if link.get("href") and scheme in SCHEMES:
        link["href"] = address
        return
    if scheme == "tel":
        number = address.removeprefix("tel:")
        if number not in link.get_text():
            link.append(f" ({number})")
    link.unwrap()


def _harmless(said: NavigableString) -> str:
    """Return a piece of text without what is not seen or turns the direction."""
    before = " " if said[:1].isspace() else ""
    after = " " if said[-1:].isspace() else ""
    clean = clean_line(said)
    return f"{before}{clean}{after}" if clean else before


def _blocks(parts: Iterable[PageElement]) -> list[str]:
    """Return what blocks say; what stands between them is one too."""
    said, between = [], ""
    for part in parts:
        if isinstance(part, Tag) and part.name in BLOCKS:
            said += [_lines(between), *_block(part)]
            between = ""
        else:
            between += _inline(part)
    return [block for block in [*said, _lines(between)] if block]


def _block(tag: Tag) -> list[str]:
    return ["\n".join(_list(tag))] if tag.name in LISTS else _blocks(tag.children)


def _list(tag: Tag) -> list[str]:
    """Return the lines of a list; those of what stands in an item are set in."""
    lines = []
    number = 0
    for child in tag.children:
        said = "\n".join(_blocks(child.children if _is(child, {"li"}) else [child]))
        if not said:
            continue
        mark = "  "
        if not _is(child, LISTS):
            number += 1
            mark = f"{number}. " if tag.name == "ol" else "- "
        first, *rest = said.split("\n")
        lines += [mark + first, *(" " * len(mark) + line for line in rest)]
    return lines


def _inline(part: PageElement) -> str:
    if isinstance(part, NavigableString):
        return SPACE.sub(" ", part)
    if part.name == "br":
        return "\n"
    said = "".join(map(_inline, part.children))
    if part.name == "a" and part.get("href"):
        return _link(said.strip(), part["href"])
    return said


def _link(words: str, href: str) -> str:
    address = href.removeprefix("mailto:").partition("?")[0] if href.startswith("mailto:") else href
    same = _bare(words) == _bare(address) or not words
    return address if same else f"{words} ({address})"


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)", "", address, flags=re.IGNORECASE).rstrip("/")


def _lines(said: str) -> str:
    lines = (SPACE.sub(" ", line).strip() for line in said.split("\n"))
    return "\n".join(lines).strip()


def _is(part: PageElement, names: set[str]) -> bool:
    return isinstance(part, Tag) and part.name in names
