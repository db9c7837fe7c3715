"""Forms that anybody may send.

Pages are stored and shown to many, so such a form holds neither a token nor a time: what is sent
first leads to a fresh preview, and that holds both.
"""

import time
from collections.abc import Callable
from functools import wraps

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.text import clean_line, clean_text

SALT = "core.public_forms"
SHORTEST = 1
LONGEST = 24 * 3600
LARGEST_BODY = 256 * 1024


class LineField(forms.CharField):
    """A line as strangers type it, without what is unseen or out of order."""

    default_validators = []

    def to_python(self, value: object) -> str:
        return clean_line(super().to_python(_without_nul(value)))


class TextField(forms.CharField):
    """Several lines as strangers type them, without what is unseen or out of order."""

    widget = forms.Textarea

    def to_python(self, value: object) -> str:
        return clean_text(super().to_python(_without_nul(value)))


def _without_nul(value: object) -> object:
    # Django refuses them before any cleaning.
    return value.replace("\0", "") if isinstance(value, str) else value


class PublicForm(forms.Form):
    """A form with a trap for programs that fill in whatever they find."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))

    @property
    def age(self) -> float | None:
        """Seconds since the stamp was made; None for a form without one."""
        try:
            return time.time() - signing.loads(self.data.get("stamp", ""), salt=SALT)
        except signing.BadSignature:
            return None

    @property
    def is_confirmed(self) -> bool:
        """Whether it comes from a preview shown a second to a day ago."""
        return self.age is not None and SHORTEST <= self.age <= LONGEST


def body_length(request: HttpRequest) -> int:
    """Return how many bytes a request says to bring; nothing of them is read for it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def private(view: Callable) -> Callable:
    """A view whose answers are for one reader: nobody stores them, no address of it is passed on.

    It takes a POST without token: what it may do is in its signed address, or asked of a stamp.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if body_length(request) > LARGEST_BODY:
            raise RequestDataTooBig
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    methods = require_http_methods(["GET", "HEAD", "POST"])
    return csrf_exempt(never_cache(methods(guarded)))


def new_stamp() -> str:
    """Return what a preview holds, and no stored page."""
    return signing.dumps(time.time(), salt=SALT)


def for_script(request: HttpRequest) -> dict[str, str]:
    """Return what a script puts into a form on a stored page: a stamp and a token."""
    return {"stamp": new_stamp(), "token": get_token(request)}


def comes_from_here(request: HttpRequest) -> bool:
    """Say whether a POST to a view without Django's own check passes that check.

    Whoever it is sent as, by a cookie, counts only then.
    """
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, _checked, (), {}) is None


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Say whether a browser tells that another site's page has sent a POST (Origin, RFC 6454)."""
    origin = request.headers.get("Origin")
    here = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    return origin is not None and origin not in here


def _checked(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
