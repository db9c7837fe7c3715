"""A mail's own page, and the messages as they look."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outbox import resending
from outbox.admin.lists import kind_label
from outbox.admin.rights import SEE, address_policy, mail_policy
from outbox.messages import Message, message_named, messages, render
from outbox.models import Mail, MailState
from outbox.reading import Reading, Unreadable, read, show_html

SCHEMES = ["light", "dark"]
WIDTHS = [600, 360]


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that is known of a mail; of a secret one, not what it says."""
    _may_see(request)
    mail = _mail(pk)
    context = {
        **_head(_("Mail"), mail.subject, [(reverse("outbox:index"), _("Mails"))]),
        "mail": mail,
        "kind": kind_label(mail),
        "reading": _read(mail),
        "may_change": mail_policy.user_has_permission(request.user, "change"),
        "may_see_address": address_policy.user_has_any_permission(request.user, SEE),
        "why_not_again": resending.why_not_again(mail),
        "is_waiting": mail.state == MailState.WAITING,
    }
    return TemplateResponse(request, "admin/outbox/mail.html", context)


@require_safe
def mail_html(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the HTML part of a mail, for its frame."""
    _may_see(request)
    reading = _read(_mail(pk))
    if not (reading and reading.html):
        raise Http404
    return show_html(reading.html)


@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """List every message that the site writes by itself."""
    _may_see(request)
    context = {
        **_head(_("Messages"), ""),
        "kinds": sorted(messages, key=lambda message: str(message.label)),
    }
    return TemplateResponse(request, "admin/outbox/kinds.html", context)


@require_safe
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """Show a message with its example, at a desk's width and a phone's, in a chosen scheme."""
    _may_see(request)
    message = _message(name)
    context = {
        **_head(_("Message"), str(message.label), [(reverse("outbox:kinds"), _("Messages"))]),
        "message": message,
        "rendered": render(message, message.example()),
        "schemes": [("light", _("Light")), ("dark", _("Dark"))],
        "scheme": _scheme(request),
        "widths": WIDTHS,
    }
    return TemplateResponse(request, "admin/outbox/kind.html", context)


@require_safe
def kind_html(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the HTML part of a message's example, for its frame."""
    _may_see(request)
    message = _message(name)
    return show_html(in_scheme(render(message, message.example()).html, _scheme(request)))


def in_scheme(html: str, scheme: str) -> str:
    """Return a mail of ours as a reader sees it who prefers a scheme."""
    applies = "all" if scheme == "dark" else "not all"
    return html.replace("(prefers-color-scheme: dark)", applies).replace(
        'content="light dark"', f'content="{scheme}"'
    )


def _may_see(request: HttpRequest) -> None:
    if not mail_policy.user_has_any_permission(request.user, SEE):
        raise PermissionDenied


def _mail(pk: int) -> Mail:
    return get_object_or_404(Mail.objects.select_related("address"), pk=pk)


def _read(mail: Mail) -> Reading | None:
    if mail.is_secret or not mail.packed:
        return None
    try:
        return read(mail.content)
    except Unreadable:
        return None


def _message(name: str) -> Message:
    message = message_named(name)
    if message is None:
        raise Http404
    return message


def _scheme(request: HttpRequest) -> str:
    scheme = request.GET.get("scheme")
    return scheme if scheme in SCHEMES else "light"


def _head(title: str, subtitle: str, above: list[tuple[str, str]] | None = None) -> dict:
    crumbs = [(reverse("wagtailadmin_home"), _("Home")), *(above or []), ("", subtitle or title)]
    return {
        "header_title": f"{title}: {subtitle}" if subtitle else title,
        "header_icon": "mail",
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in crumbs],
    }
