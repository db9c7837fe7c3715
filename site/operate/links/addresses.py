"""What an address in a text means to a browser, and who can say whether something is there."""

import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from operate.models import LinkKind

LONGEST = 4000
"""Characters of an address that is followed: servers take no more than about 8,000 bytes."""
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
NOWHERE = {"about", "blob", "data", "file", "javascript", "vbscript", "view-source"}
"""Schemes that a browser does not follow from a page."""
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
USUAL_PORTS = (None, 80, 443)


@dataclass(frozen=True)
class Address:
    kind: LinkKind
    text: str
    """Of a page or file: `page:7`. Inside: its path with what follows. Outside: all of it."""
    key: str
    """Of the whole address, however long: rows of the same address share it."""
    target_id: int | None = None


def of_page(pk: object) -> Address:
    return _of_target(LinkKind.PAGE, "page", pk)


def of_file(pk: object) -> Address:
    return _of_target(LinkKind.FILE, "document", pk)


def of_href(href: str, page_url: str) -> Address | None:
    """Return what a link on a page means; None for what is not followed, as mail and telephones.

    `page_url` is the whole address of the page that it stands on.
    """
    # As browsers do (WHATWG URL, 4.4): blanks at the ends go, tabs and line ends anywhere.
    href = re.sub(r"[\t\n\r]", "", href.strip(" \x00\t\n\r\f\v"))
    if not href or href == "#":
        return None
    scheme = SCHEME.match(href)
    if scheme and scheme[1].lower() not in ("http", "https"):
        return _of_scheme(scheme[1].lower(), href)
    if len(href) > LONGEST or CONTROLS.search(href):
        return _odd(href)
    try:
        split = urlsplit(urljoin(page_url, href))
        host, _port = split.hostname, split.port
    except ValueError:
        return _odd(href)
    if not host:
        return _odd(href)
    if is_inside(split):
        return _made(LinkKind.INSIDE, _without_host(split))
    return _made(LinkKind.OUTSIDE, split.geturl())


def is_inside(split: SplitResult) -> bool:
    """Say whether an address is one of this site, with or without encryption."""
    ours = urlsplit(settings.SITE_URL)
    same_port = split.port == ours.port or {split.port, ours.port} <= set(USUAL_PORTS)
    return split.hostname == ours.hostname and same_port


def _without_host(split: SplitResult) -> str:
    query = f"?{split.query}" if split.query else ""
    fragment = f"#{split.fragment}" if split.fragment else ""
    return f"{split.path or '/'}{query}{fragment}"


def _of_scheme(scheme: str, href: str) -> Address | None:
    # One letter is a drive of somebody's computer; a dot, a host whose scheme was forgotten.
    is_nowhere = scheme in NOWHERE or len(scheme) == 1 or "." in scheme
    return _odd(href) if is_nowhere else None


def _of_target(kind: LinkKind, name: str, pk: object) -> Address:
    text = f"{name}:{pk}"
    digits = str(pk)
    # Past the range of a database's integer no row can be.
    is_number = digits.isascii() and digits.isdecimal() and len(digits) < 19
    return _made(kind, text, int(digits)) if is_number else _odd(text)


def _odd(href: str) -> Address:
    return _made(LinkKind.ODD, href)


def _made(kind: LinkKind, text: str, target_id: int | None = None) -> Address:
    key = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    shown = CONTROLS.sub("\ufffd", text).encode("utf-8", "replace").decode()
    return Address(kind, shown[:LONGEST], key, target_id)
