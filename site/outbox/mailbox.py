"""What the site would have mailed, for a developer on the machine it runs on.

These pages show every mail, sign-in codes and all. They are there only where the site's address
is this machine's own, mail is kept in a folder, and the visitor is on this machine; and without
any of that there is no such page.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outbox.reading import Reading, Unreadable, read, show_html
from outbox.transports import FolderTransport, open_transport

NAME = re.compile(r"(\d{8}T\d{12})-[0-9a-f]{8}\.eml", re.ASCII)
"""As FolderTransport names them: the time, and something to tell two of one moment apart."""
MAILS_PER_PAGE = 50

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Kept:
    """A mail in the folder. One that cannot be read has no reading."""

    name: str
    at: datetime
    reading: Reading | None


def is_of_this_machine(url: str) -> bool:
    """Say whether an address of a site leads nowhere but to the machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "http" and _is_loopback(parts.hostname or "")


def on_this_machine(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        is_here = is_of_this_machine(settings.SITE_URL)
        is_kept = isinstance(open_transport(), FolderTransport)
        if not (is_here and is_kept and _is_loopback(request.META.get("REMOTE_ADDR", ""))):
            raise Http404
        return view(request, **kwargs)

    return never_cache(require_safe(guarded))


@on_this_machine
def mails(request: HttpRequest) -> HttpResponse:
    """List the mails of the folder, the newest first."""
    page = Paginator(_names(), MAILS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "pages/mailbox.html", {"page": page, "mails": [_kept(name) for name in page]}
    )


@csp_update({"frame-src": [SELF]})
@on_this_machine
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: who, what, and its source."""
    return render(request, "pages/mailbox_mail.html", {"mail": _wanted(name)})


@on_this_machine
def mail_html(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the HTML part of a mail, for its frame."""
    return show_html(_reading(name).html)


@on_this_machine
def attachment(request: HttpRequest, name: str, number: int) -> FileResponse:
    """Hand out an attachment, to be kept and never shown."""
    attachments = _reading(name).attachments
    if number >= len(attachments):
        raise Http404
    attached = attachments[number]
    return FileResponse(
        BytesIO(attached.content),
        as_attachment=True,
        filename=attached.name,
        content_type="application/octet-stream",
    )


def _names() -> list[str]:
    folder = Path(settings.MAIL_FOLDER)
    if not folder.is_dir():
        return []
    return sorted((f.name for f in folder.iterdir() if NAME.fullmatch(f.name)), reverse=True)


def _wanted(name: str) -> Kept:
    if not NAME.fullmatch(name) or not (Path(settings.MAIL_FOLDER) / name).is_file():
        raise Http404
    return _kept(name)


def _reading(name: str) -> Reading:
    reading = _wanted(name).reading
    if reading is None:
        raise Http404
    return reading


def _kept(name: str) -> Kept:
    at = datetime.strptime(NAME.fullmatch(name)[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    try:
        reading = read((Path(settings.MAIL_FOLDER) / name).read_bytes())
    except (OSError, Unreadable):
        reading = None
    return Kept(name, at, reading)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


urlpatterns = [
    path("", mails, name="mailbox"),
    path("<str:name>/", mail, name="mailbox_mail"),
    path("<str:name>/html/", mail_html, name="mailbox_html"),
    path("<str:name>/<int:number>/", attachment, name="mailbox_attachment"),
]
