"""Sending something to the team, for readers. Works without script and cookies.

The page is never stored, so its form holds a stamp and a token from the first: files cannot be
kept through a preview.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from blog.models import BlogPage, Kind
from blog.submissions.forms import SendForm
from blog.submissions.sent_files import LARGEST_TOGETHER, MB
from blog.submissions.submitting import Sent, send_in
from comments import proving
from comments.models import CommentSettings
from comments.service import is_in_use
from comments.submitting import Sender, TooMany
from core.public_forms import body_length, comes_from_here, is_from_elsewhere, new_stamp
from core.throttling import client_of, ip_of

LARGEST_BODY = 3 * LARGEST_TOGETHER + MB
"""Bytes that are read, so as to say beside the form what is too large, with all words kept."""


@never_cache
def send(request: HttpRequest, blog: BlogPage) -> HttpResponse:
    """Show the form; take what is sent and thank for it."""
    if request.method in ("GET", "HEAD"):
        return _show_form(request, blog, SendForm(initial={"kind": _kind(request)}))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if body_length(request) > LARGEST_BODY:
        return _show(request, blog, "too_large", status=413)
    form = SendForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_form(request, blog, form, status=422)
    if form.age is None or is_from_elsewhere(request):
        return _show_form(request, blog, form, again=True)
    try:
        send_in(_sent(form), _sender(request, form))
    except TooMany:
        form.add_error(
            None, _("That is a lot in one hour. Keep the text, and send it a little later.")
        )
        return _show_form(request, blog, form, status=429)
    return _show(request, blog, "sent", {"email": form.cleaned_data["email"]})


def _kind(request: HttpRequest) -> str:
    kind = request.GET.get("kind", "")
    return kind if kind in Kind.values else ""


def _sent(form: SendForm) -> Sent:
    said = form.cleaned_data
    return Sent(
        kind=Kind(said["kind"]),
        **{name: said[name] for name in ("title", "text", "name", "email", "library", "files")},
    )


def _sender(request: HttpRequest, form: SendForm) -> Sender:
    # A cookie says who it is. In a POST without our token it says nothing.
    is_trusted = comes_from_here(request)
    return Sender(
        client=client_of(request),
        ip=ip_of(request) or None,
        agent=request.headers.get("User-Agent", ""),
        referrer=request.headers.get("Referer", ""),
        proven=proving.proven_address(request) if is_trusted else "",
        is_trapped=form.is_trapped,
        age=form.age,
    )


def _show_form(
    request: HttpRequest, blog: BlogPage, form: SendForm, again: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "stamp": new_stamp() if form.age is None else form["stamp"].value(),
        "again": again,
        "lost_files": bool(request.FILES) if request.method == "POST" else False,
        "settings": CommentSettings.load(),
        "asks_akismet": is_in_use(),
    }
    return _show(request, blog, "form", context, status)


def _show(
    request: HttpRequest, blog: BlogPage, name: str, context: dict | None = None, status: int = 200
) -> HttpResponse:
    whole = {
        "page": blog,
        "crumbs": blog.crumbs_to(request),
        **(context or {}),
    }
    return render(request, f"pages/send/{name}.html", whole, status=status)
