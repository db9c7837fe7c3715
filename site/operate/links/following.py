"""Following one address: what this site itself says of it, or a server elsewhere.

Nothing here raises for what an address turns out to be.
"""

import re
import time
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Page

from core.http import GuardedClient, Refused, TooLarge, UnknownHost, guarded_client
from operate.links.addresses import of_href
from operate.models import Fault, LinkKind, PageLink

MOST_REDIRECTS = 5
BETWEEN = 1.0
"""Seconds between two requests to the same host."""
NOT_TOLD = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
}
"""What a server says to a HEAD and would say to a GET, and that tells nothing."""
WITHOUT_HEAD = {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
CLOSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
SIMPLE_FRAGMENT = re.compile(r"[\w.-]+")

open_client: Callable[[], GuardedClient] = guarded_client


def fault_of(link: PageLink, client: GuardedClient) -> Fault | None:
    """Follow a link; None where something is there, or nobody can tell from here."""
    match link.kind:
        case LinkKind.PAGE:
            return fault_of_page(link.target_id)
        case LinkKind.FILE:
            return fault_of_file(link.target_id)
        case LinkKind.INSIDE:
            return fault_inside(link.address)
        case LinkKind.OUTSIDE:
            return fault_outside(link.address, client)
    return Fault.ODD


def fault_of_page(pk: int) -> Fault | None:
    page = Page.objects.filter(pk=pk).first()
    if page is None:
        return Fault.NO_PAGE
    if not page.live or (page.expire_at and page.expire_at <= timezone.now()):
        return Fault.NOT_PUBLISHED
    return Fault.PRIVATE if page.get_view_restrictions().exists() else None


def fault_of_file(pk: int) -> Fault | None:
    file = get_document_model().objects.select_related("collection").filter(pk=pk).first()
    if file is None or not file.file.storage.exists(file.file.name):
        return Fault.NO_FILE
    return Fault.PRIVATE if file.collection.get_view_restrictions().exists() else None


def fault_inside(address: str) -> Fault | None:
    """Ask this site itself, in this process, as a reader who is not signed in.

    By HEAD, which no page counts as a visit or a search, and whatever it writes is taken back.
    """
    with transaction.atomic():
        try:
            return _fault_inside(address)
        finally:
            transaction.set_rollback(True)


def _fault_inside(address: str) -> Fault | None:
    for _redirect in range(MOST_REDIRECTS + 1):
        request, response = _answer(address)
        try:
            if not response.has_header("Location"):
                return _judged(address, request, response)
            wanted = response["Location"]
        finally:
            _let_go(response)
        led_to = of_href(wanted, settings.SITE_URL + address)
        if led_to is None or led_to.kind == LinkKind.OUTSIDE:
            return None
        if led_to.kind == LinkKind.ODD:
            return Fault.ODD
        if urlsplit(led_to.text).path in _sign_in_paths():
            return Fault.PRIVATE
        address = led_to.text
    return Fault.LOOP


def _answer(address: str) -> tuple[HttpRequest, HttpResponseBase]:
    site = urlsplit(settings.SITE_URL)
    factory = RequestFactory(headers={"host": site.netloc})
    for method in ("HEAD", "GET"):
        # Whole: of a path alone two slashes at its beginning would be taken for a host.
        whole = settings.SITE_URL + address
        request = factory.generic(method, whole, secure=site.scheme == "https")
        response = _handler().get_response(request)
        if response.status_code not in WITHOUT_HEAD:
            break
        _let_go(response)
    return request, response


def _let_go(response: HttpResponseBase) -> None:
    """Close files of an answer.

    `close()` would also tell that a request has ended, and close this thread's connection.
    """
    for close in response._resource_closers:
        close()


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _sign_in_paths() -> set[str]:
    return {resolve_url(settings.LOGIN_URL), reverse("wagtailcore_login")}


def _judged(address: str, request: HttpRequest, response: HttpResponseBase) -> Fault | None:
    status = response.status_code
    if status in GONE:
        return Fault.NOT_FOUND
    if status in CLOSED:
        return Fault.PRIVATE
    if status >= HTTPStatus.BAD_REQUEST:
        return None if status == HTTPStatus.TOO_MANY_REQUESTS else Fault.ERROR
    page = Page.find_for_request(request, request.path)
    if page and page.get_view_restrictions().exists():
        # What was answered is the form that asks for the password.
        return Fault.PRIVATE
    return None if _has_place(urlsplit(address).fragment, response) else Fault.NO_PLACE


def _has_place(fragment: str, response: HttpResponseBase) -> bool:
    """Say whether a page has the place a link leads to; what scripts read there is believed."""
    name = unquote(fragment)
    is_html = response.get("Content-Type", "").startswith("text/html")
    if not SIMPLE_FRAGMENT.fullmatch(name) or name == "top" or response.streaming or not is_html:
        return True
    there = rf"""\s(?:id|name)\s*=\s*["']?{re.escape(name)}["'\s>]"""
    return re.search(there, response.content.decode(response.charset, "replace")) is not None


def fault_outside(address: str, client: GuardedClient) -> Fault | None:
    """Ask a server elsewhere; raises RuntimeError inside a transaction, as its client does."""
    try:
        host = httpx.URL(address).host
    except (httpx.InvalidURL, ValueError):
        return Fault.ODD
    try:
        status = _status(address, host, client)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return _fault_by(error)
    if status in GONE:
        return Fault.NOT_FOUND
    return Fault.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None


def _status(address: str, host: str, client: GuardedClient) -> int:
    """Ask for the head alone; for the whole where that is refused or sounds bad.

    Some servers answer 404 to a HEAD, or hang up, and send the page when asked for it.
    """
    pace.keep(host)
    try:
        status = client.head(address).status_code
    except (httpx.RemoteProtocolError, httpx.DecodingError):
        status = HTTPStatus.NOT_IMPLEMENTED
    if status < HTTPStatus.BAD_REQUEST or status in NOT_TOLD:
        return status
    pace.keep(host)
    return client.get(address).status_code


def _fault_by(error: Exception) -> Fault | None:
    match error:
        case UnknownHost():
            return Fault.NO_HOST
        case httpx.TooManyRedirects():
            return Fault.LOOP
        case Refused() | TooLarge() | httpx.DecodingError() | httpx.UnsupportedProtocol():
            # Not asked, or it has answered.
            return None
        case httpx.ConnectError() if "certificate" in str(error).lower():
            return Fault.INSECURE
        case httpx.HTTPError():
            return Fault.SILENT
    # It leads on to what is no address.
    return None


class Pace:
    """Leaves a second between two requests of this process to the same host."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}

    def keep(self, host: str) -> None:
        now = time.monotonic()
        self._asked = {name: at for name, at in self._asked.items() if now - at < BETWEEN}
        if host in self._asked:
            time.sleep(max(0.0, self._asked[host] + BETWEEN - now))
        self._asked[host] = time.monotonic()


pace = Pace()
