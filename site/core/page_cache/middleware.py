"""Answers readers from the store, and fills it."""

import gzip
import hashlib
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import (
    cc_delim_re,
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)
from wagtail.views import serve

from core.page_cache import changes
from core.page_cache.clock import clock
from core.page_cache.stores import Answer, Store, current_store
from core.security import forms_may_leave, plain_headers

OF_A_READER = {"private", "no-store"}
CONDITIONS = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"})


class PageCacheMiddleware:
    """Answers a GET without query or any cookie of ours from the store, or renders and keeps it.

    What is the same for all and has a query is compressed and told apart (ETag) alike, but kept
    nowhere. `request.content_version` is what parts of a page are kept under that are the same for
    all: the store's version, or one drawn for this request where something is sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.is_same_for_all = False
        request.content_version = uuid.uuid4().hex
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        store = current_store()
        # What this transaction has written is in no version yet.
        version = "" if changes.are_waiting() else store.version()
        if _is_of_somebody(request):
            self._begin(request, store, version)
            return self.get_response(request)
        address = _address(request) if version else ""
        answer = store.get(version, address) if address else None
        if answer and answer.valid_until > time.time():
            return _given(request, answer)
        return self._rendered(request, store, version, address)

    def process_view(self, request: HttpRequest, view: Callable, args: list, kwargs: dict) -> None:
        request.is_same_for_all = view is serve or getattr(view, "is_same_for_all", False)
        if request.is_same_for_all and hasattr(request, "compared_later"):
            # An answer of 304 has nothing to keep: we compare, once the whole is there.
            for name in CONDITIONS.intersection(request.META):
                request.compared_later[name] = request.META.pop(name)

    def _begin(self, request: HttpRequest, store: Store, version: str) -> tuple[str, float]:
        """Return the version to render for and until when that is valid, a new one if it is due."""
        if not version:
            return "", 0.0
        valid_until = clock.valid_until(version).timestamp()
        if valid_until <= time.time():
            store.purge()
            version = store.version()
            valid_until = clock.valid_until(version).timestamp()
        request.content_version = version
        return version, valid_until

    def _rendered(
        self, request: HttpRequest, store: Store, version: str, address: str
    ) -> HttpResponseBase:
        version, valid_until = self._begin(request, store, version)
        request.compared_later = {}
        response = self.get_response(request)
        request.META.update(request.compared_later)
        if not _is_for_all(request, response):
            return response
        answer = _answer(request, response, valid_until)
        if version and address and request.method == "GET":
            store.put(version, address, answer)
        return _given(request, answer)


def _is_of_somebody(request: HttpRequest) -> bool:
    if "HTTP_AUTHORIZATION" in request.META:
        return True
    return "HTTP_COOKIE" in request.META and not request.COOKIES.keys().isdisjoint(
        settings.PAGE_CACHE_COOKIES
    )


def _address(request: HttpRequest) -> str:
    """Return what an answer is kept under; blank for one that is not kept."""
    if request.META.get("QUERY_STRING"):
        return ""
    try:
        return request.get_host() + request.path
    except DisallowedHost:
        return ""


def _is_for_all(request: HttpRequest, response: HttpResponseBase) -> bool:
    if not request.is_same_for_all or response.status_code != 200 or response.streaming:
        return False
    if response.cookies or response.has_header("Content-Encoding"):
        return False
    return OF_A_READER.isdisjoint(_words(response, "Cache-Control")) and _words(
        response, "Vary"
    ) <= {"accept-encoding"}


def _words(response: HttpResponseBase, header: str) -> set[str]:
    said = response.headers.get(header, "")
    return {word.lower() for word in cc_delim_re.split(said) if word}


def _answer(request: HttpRequest, response: HttpResponse, valid_until: float) -> Answer:
    content = response.content
    is_plain = not forms_may_leave(request) and _is_plain(response)
    if not response.has_header("Cache-Control"):
        # A browser asks each time whether it is still so, and sees a publish at once.
        patch_cache_control(response, no_cache=True)
    patch_vary_headers(response, ["Accept-Encoding"])
    etag = (
        response.headers.get("ETag") or f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    )
    # Weak: compressed or not, it is the same (RFC 9110, section 8.8.1).
    response["ETag"] = f"W/{etag.removeprefix('W/')}"
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return Answer(headers, gzip.compress(content, 6, mtime=0), valid_until, is_plain)


def _is_plain(response: HttpResponse) -> bool:
    said = {name: value for name, value in response.items() if name != "Content-Length"}
    return said == plain_headers()


def _given(request: HttpRequest, answer: Answer) -> HttpResponse:
    body, headers = answer.body, dict(answer.headers)
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    headers["Content-Length"] = str(len(body))
    response = HttpResponse(body, headers=headers)
    if request.META.keys().isdisjoint(CONDITIONS):
        return response
    return get_conditional_response(request, headers["ETag"], response=response)
