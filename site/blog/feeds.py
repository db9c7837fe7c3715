"""The blog for feed readers, whole texts: Atom (RFC 4287) and RSS 2.0."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import get_language

from blog.lists import narrow
from blog.models import BlogPage, PostPage
from core.feeds import answer_feed
from core.html import plain_text

MOST = 20
LOCAL = re.compile(r'(\s(?:href|src|poster)=")(/(?!/))')
UNWANTED = re.compile(r'\s(?:srcset|sizes|loading|class|id|data-[\w-]+)="[^"]*"')


class FullAtom(Atom1Feed):
    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class FullRss(Rss201rev2Feed):
    """With the whole text, as purl.org/rss/1.0/modules/content has it."""

    def rss_attributes(self) -> dict[str, str]:
        content = "http://purl.org/rss/1.0/modules/content/"
        creator = "http://purl.org/dc/elements/1.1/"
        return {**super().rss_attributes(), "xmlns:content": content, "xmlns:dc": creator}

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


KINDS = {"feed": FullAtom, "rss": FullRss}


def feed(blog: BlogPage, request: HttpRequest, kind: str, **narrowed) -> HttpResponse:
    """Answer with the newest posts of a part of the blog."""
    part = narrow(**narrowed)
    site = blog.get_site()
    address = f"{blog.get_full_url(request)}{part.address}"
    named = [part.title, blog.title, site.site_name or site.hostname]
    written = KINDS[kind](
        title=" · ".join(filter(None, named)),
        link=address,
        feed_url=f"{address}{kind}.xml",
        description=part.title or plain_text(blog.intro) or blog.title,
        language=get_language(),
    )
    for post in part.posts.newest_first().for_listing().defer(None)[:MOST]:
        written.add_item(**_item(request, post, site.root_url))
    return answer_feed(request, written.writeString("utf-8"), written.content_type)


def _item(request: HttpRequest, post: PostPage, root: str) -> dict[str, Any]:
    address = post.get_full_url(request)
    return {
        "title": post.title,
        "link": address,
        "description": post.summary or post.title,
        "content": _content(post, root),
        # It stays when the page gets another address.
        "unique_id": f"urn:uuid:{post.translation_key}",
        "unique_id_is_permalink": False,
        "pubdate": post.first_published_at,
        "updateddate": post.last_published_at,
        "author_name": ", ".join(person.name for person in post.authors) or None,
        "categories": [tag.name for tag in post.shown_tags],
        "comments": f"{address}#comments",
    }


def _content(post: PostPage, root: str) -> str:
    """Return the whole text with whole addresses, without what only our style sheet knows."""
    html = post.body.render_as_block({"in_feed": True, "page": post})
    return LOCAL.sub(rf"\g<1>{root}\g<2>", UNWANTED.sub("", html))
