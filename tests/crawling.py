"""Going through a site link by link, as a search engine does."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from lxml import html

HERE = "http://testserver"
LINKS = "a[href], link[href], img[src], source[src], video[src], audio[src], track[src]"


@dataclass(frozen=True)
class Crawled:
    """An address that was asked for."""

    status: int
    ids: frozenset[str]
    links: tuple[str, ...]
    """Addresses on this site that it links to, with their fragments."""


def crawl(
    client: Client, start: str = "/", passed_over: Collection[str] = ()
) -> dict[str, Crawled]:
    """Ask for a page and for all that can be reached from it on this site, each once.

    Of addresses with a query, only further pages of lists are asked for.
    """
    waiting, crawled = deque([start]), {}
    while waiting:
        address = waiting.popleft()
        if address in crawled:
            continue
        crawled[address] = _ask(client, address, tuple(passed_over))
        waiting.extend(urldefrag(link).url for link in crawled[address].links)
    return crawled


def faults(crawled: dict[str, Crawled]) -> Iterator[str]:
    """Say which links lead to nothing, or to a place that is not on its page."""
    for address, page in crawled.items():
        for link in dict.fromkeys(page.links):
            url, fragment = urldefrag(link)
            target = crawled[url]
            if target.status >= 400:
                yield f"{address} links to {url}: {target.status}"
            elif fragment and target.ids and fragment not in target.ids:
                yield f"{address} links to {link}: no such place"


def _ask(client: Client, address: str, passed_over: tuple[str, ...]) -> Crawled:
    response = client.get(address, follow=True)
    # Read to its end, or the file behind it stays open.
    content = b"".join(response) if response.streaming else response.content
    if not response.get("Content-Type", "").startswith("text/html"):
        return Crawled(response.status_code, frozenset(), ())
    base = response.redirect_chain[-1][0] if response.redirect_chain else address
    tree = html.fromstring(content)
    links = []
    for element in tree.cssselect(LINKS):
        target = urlsplit(urljoin(HERE + base, element.get("href") or element.get("src")))
        if f"{target.scheme}://{target.netloc}" not in (HERE, "http://localhost"):
            continue
        if target.path.startswith(passed_over):
            continue
        if target.query and not target.query.startswith("page="):
            continue
        query = f"?{target.query}" if target.query else ""
        fragment = f"#{target.fragment}" if target.fragment else ""
        links.append(f"{target.path}{query}{fragment}")
    return Crawled(response.status_code, frozenset(tree.xpath("//@id")), tuple(links))
