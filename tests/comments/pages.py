"""Writing comments as a reader's browser does."""

import time
from urllib.parse import urlsplit

from django.core import signing
from lxml import html

from core.public_forms import SALT

WRITTEN = {
    "name": "Ines Moreau",
    "email": "ines@example.org",
    "library": "Harbour Town Library",
    "text": "We pack ours in pairs.",
}


def stamp(seconds_ago: float = 60) -> str:
    return signing.dumps(time.time() - seconds_ago, salt=SALT)


def send(client, page, seconds_ago: float = 60, **fields):
    """Send a comment from a form that holds a stamp."""
    said = {**WRITTEN, "stamp": stamp(seconds_ago), **fields}
    return client.post(f"/comments/on/{page.pk}/", said)


def parsed(response) -> html.HtmlElement:
    return html.fromstring(response.content.decode())


def form_fields(tree: html.HtmlElement) -> dict[str, str]:
    """Return what a form on a page would send; not the one that asks for updates by mail."""
    forms = tree.xpath(
        "//form[@method='post'][not(ancestor::details[contains(@class, 'by-mail')])]"
    )
    return {name: (value or "").strip() for name, value in forms[0].form_values()}


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
