"""The words of an announcement as mail says them: whole addresses, and a plain text beside."""

from urllib.parse import urljoin

from bs4 import BeautifulSoup, NavigableString, Tag
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import expand_db_html

BLOCKS = ("p", "h2", "ul", "ol")


def mail_html(body: str) -> SafeString:
    """Return rich text as HTML whose links lead here from anywhere."""
    return mark_safe(str(_with_whole_addresses(body)))


def mail_text(body: str) -> str:
    """Return rich text as plain text: paragraphs, lists by line, each link with its address."""
    soup = _with_whole_addresses(body)
    blocks = (_block(tag) for tag in soup.find_all(BLOCKS, recursive=False))
    return "\n\n".join(filter(None, blocks))


def _with_whole_addresses(body: str) -> BeautifulSoup:
    soup = BeautifulSoup(expand_db_html(body), "html.parser")
    for link in soup.find_all("a", href=True):
        link["href"] = urljoin(f"{settings.SITE_URL}/", link["href"])
    return soup


def _block(tag: Tag) -> str:
    if tag.name not in ("ul", "ol"):
        return _inline(tag).strip()
    lines = []
    for number, item in enumerate(tag.find_all("li", recursive=False), start=1):
        mark = f"{number}." if tag.name == "ol" else "-"
        lines.append(f"{mark} {_item(item)}")
    return "\n".join(lines)


def _item(item: Tag) -> str:
    """Return an item with the lists in it below, indented."""
    nested = [
        "\n".join(f"  {line}" for line in _block(child.extract()).splitlines())
        for child in item.find_all(("ul", "ol"), recursive=False)
    ]
    return "\n".join([_inline(item).strip(), *nested])


def _inline(tag: Tag) -> str:
    said = []
    for child in tag.children:
        if isinstance(child, NavigableString):
            said.append(" ".join(child.split()) and str(child).replace("\n", " "))
        elif child.name == "br":
            said.append("\n")
        elif child.name == "a" and child.get("href"):
            words, href = _inline(child).strip(), child["href"]
            address = href.removeprefix("mailto:")
            said.append(address if words in (address, href) else f"{words} ({address})")
        else:
            said.append(_inline(child))
    return "".join(said)
