"""Headers that every answer carries."""

from functools import cache

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("browsing-topics", "camera", "display-capture", "geolocation", "microphone")
)


def let_forms_leave(request: HttpRequest, *, leave: bool = True) -> None:
    """Let forms on the page that answers this request be sent to other sites, or no longer.

    To any of them: Chrome holds `form-action` against redirects too, and catalogues pass a search
    on to hosts that nobody here knows.
    """
    request.forms_may_leave = leave


def forms_may_leave(request: HttpRequest) -> bool:
    return getattr(request, "forms_may_leave", False)


class HeadersMiddleware(CSPMiddleware):
    """The strict Content-Security-Policy for readers; one the editor's screens can work under.

    The admin's own templates hold inline scripts and styles: without 'unsafe-inline' its "Add"
    buttons do nothing. Both policies keep every other origin out.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if forms_may_leave(request) and not report_only:
            parts.update = {**(parts.update or {}), "form-action": ["https:", "http:"]}
        if request.path_info.startswith("/admin/") and not report_only:
            parts.config = parts.config or settings.ADMIN_CONTENT_SECURITY_POLICY
        return parts

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return super().process_response(request, response)


@cache
def plain_headers() -> dict[str, str]:
    """Return the headers of a page about whose headers nothing is special."""
    request = HttpRequest()
    framed = XFrameOptionsMiddleware(lambda _request: HttpResponse())
    return dict(HeadersMiddleware(framed)(request).items())


def page_headers() -> dict[str, str]:
    """Return what else but its type and freshness such a page says once it leaves."""
    request = HttpRequest()
    request._get_scheme = lambda: "https"
    response = SecurityMiddleware(lambda _request: HttpResponse(headers=plain_headers()))(request)
    return {name: value for name, value in response.items() if name != "Content-Type"}
