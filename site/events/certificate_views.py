"""Certificates for who has their link, and the page on which anybody checks one."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.throttling import allows, client_of
from events import certificates
from events.certificates import Certificate, shown_hours

HOUR = timedelta(hours=1)
MOST_CHECKS_AN_HOUR = 120
"""Of one client: an employer's office may have a pile of them."""


@never_cache
@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the certificate of an event."""
    registration = certificates.registration_of(token)
    if registration is None:
        return _show(request, "link_over", status=404)
    certified = certificates.certificate_of(registration)
    if certified is None:
        return _none(request, event=registration.event)
    # Here and below: what draws and sets type is a tenth of the site's memory, and seldom needed.
    from events.certificate_sheets import single_sheet

    return _pdf(certified, single_sheet(certified))


@never_cache
@require_safe
def year_certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the certificate of all that somebody attended in a year."""
    found = certificates.year_of(token)
    if found is None:
        return _show(request, "link_over", status=404)
    registration, year = found
    certified = certificates.certificate_of_year(registration, year)
    if certified is None:
        return _none(request, year=year)
    from events.certificate_sheets import year_sheets

    return _pdf(certified, year_sheets(certified))


@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Show where a code is typed in, and lead to what it certifies."""
    code = "".join(sign for sign in request.GET.get("code", "")[:100] if sign.isalnum())
    if code:
        return redirect("registrations:check_code", code.lower())
    return _show(request, "check")


@never_cache
@require_safe
def check_code(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a code certifies now; of a forged or withdrawn one, that it is none."""
    if not allows("certificate check", client_of(request), MOST_CHECKS_AN_HOUR, HOUR):
        return _show(request, "check", {"has_too_many": True}, status=429)
    is_ours, certified = certificates.checked(code)
    if certified is None:
        context = {"code": code[:100], "is_withdrawn": is_ours, "is_none": True}
        return _show(request, "check", context, status=404)
    lines = [(line, shown_hours(line.hours) if line.hours else "") for line in certified.lines]
    context = {"certified": certified, "lines": lines, "hours": shown_hours(certified.hours)}
    return _show(request, "checked", context)


def _pdf(certified: Certificate, sheets: bytes) -> HttpResponse:
    response = HttpResponse(sheets, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{certified.file_name}"'
    return _unlisted(response)


def _none(request: HttpRequest, **context) -> HttpResponse:
    return _show(request, "no_certificate", context, status=404)


def _show(
    request: HttpRequest, name: str, context: dict | None = None, status: int = 200
) -> HttpResponse:
    page = f"pages/registrations/{name}.html"
    return _unlisted(render(request, page, context, status=status))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
