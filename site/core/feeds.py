"""What all feeds have in common."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

FRESH_FOR = 600
"""Seconds that a feed may be answered from a store."""


def answer_feed(request: HttpRequest, text: str, kind: str) -> HttpResponse:
    """Answer with a feed, or with 304 to whoever has it already."""
    body = text.encode()
    etag = quote_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    response = HttpResponse(body, content_type=kind, headers={"ETag": etag})
    patch_cache_control(response, max_age=FRESH_FOR)
    return get_conditional_response(request, etag, response=response)
