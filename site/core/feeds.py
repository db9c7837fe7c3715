"""What all feeds have in common."""

import datetime
import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag

FRESH_FOR = 600
"""Seconds that a feed may be answered from a store."""
NOTHING_YET = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class SteadyAtom(Atom1Feed):
    """Of the same time while it is empty: it is the same feed then."""

    def latest_post_date(self) -> datetime.datetime:
        return super().latest_post_date() if self.items else NOTHING_YET


def for_xml(text: str) -> str:
    """Return a text without what XML cannot hold (Extensible Markup Language 1.0, section 2.2)."""
    return _NOT_IN_XML.sub("", text)


def answer_feed(request: HttpRequest, text: str, kind: str) -> HttpResponse:
    """Answer with a feed, or with 304 to whoever has it already."""
    body = text.encode()
    etag = quote_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    response = HttpResponse(body, content_type=kind, headers={"ETag": etag})
    patch_cache_control(response, max_age=FRESH_FOR)
    return get_conditional_response(request, etag, response=response)
