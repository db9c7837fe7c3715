"""Writing a comment and what follows from it, for readers. Works without script and cookies."""

from datetime import timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.strength import may_act_as_staff
from comments import proving, submitting
from comments.forms import CommentForm, EditForm, ReportForm
from comments.models import Comment, CommentSettings, DiscussedPage, Report, State
from comments.pages import discussed_page, is_open
from comments.rights import may_moderate
from comments.service import is_in_use
from comments.submitting import Sender, TooMany, Written
from comments.threads import PARAMETER, page_of
from core.html import from_text
from core.public_forms import body_length, comes_from_here, for_script, is_from_elsewhere, new_stamp
from core.throttling import allows, client_of, ip_of

LARGEST_BODY = 1024 * 1024
HOUR = timedelta(hours=1)
MOST_REPORTS_AN_HOUR = 20


def of_a_stored_page(view):
    """A view that takes the POST of a page which holds no token; it asks `comes_from_here`."""

    @wraps(view)
    def bounded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if body_length(request) > LARGEST_BODY:
            return render(request, "pages/comments/too_long.html", status=413)
        return view(request, *args, **kwargs)

    methods = require_http_methods(["GET", "HEAD", "POST"])
    return csrf_exempt(never_cache(methods(bounded)))


@of_a_stored_page
def write(request: HttpRequest, page: int) -> HttpResponse:
    """Show the form on a page of its own, then what will be sent, then send it."""
    discussed = discussed_page(page)
    if discussed is None:
        raise Http404
    settings = CommentSettings.load()
    if not is_open(discussed, settings):
        said = {"text": request.POST.get("text", "")}
        return _show(request, "closed", discussed, said, status=403 if said["text"] else 200)
    if request.method != "POST":
        form = CommentForm(discussed, initial={"about": request.GET.get("about", "")})
        return _show_form(request, discussed, form)
    is_trusted = comes_from_here(request)
    user = request.user if is_trusted and _is_staff_of(request, discussed) else None
    form = CommentForm(discussed, request.POST, is_staff=user is not None)
    if not form.is_valid() or request.POST.get("step") == "edit":
        return _show_form(request, discussed, form, status=422 if form.errors else 200)
    # A cookie says who it is. One sent by another site's page says nothing.
    is_forged = is_from_elsewhere(request) or (not is_trusted and _says_who(request))
    if form.age is None or is_forged:
        return _show_preview(request, discussed, form)
    try:
        submitted = submitting.submit(
            discussed, _written(form, user), _sender(request, form, user, is_trusted)
        )
    except TooMany:
        form.add_error(
            None, _("That is a lot in one hour. Keep the text, and send it a little later.")
        )
        return _show_form(request, discussed, form, status=429)
    return _lead_on(request, submitted.comment)


@never_cache
@require_safe
def stamp(request: HttpRequest, page: int) -> JsonResponse:
    """Return what a script puts into the form of a page, and the name of who writes as staff."""
    discussed = discussed_page(page)
    if discussed is None:
        raise Http404
    name = str(request.user) if _is_staff_of(request, discussed) else ""
    return JsonResponse({**for_script(request), "name": name})


@never_cache
@require_safe
def permalink(request: HttpRequest, key: str) -> HttpResponse:
    """Lead to a comment, on whichever page of the conversation it stands by now."""
    comment, page = _published(key)
    return redirect(_address(request, comment, page))


@never_cache
@require_safe
def reply(request: HttpRequest, key: str) -> HttpResponse:
    comment, page = _published(key)
    if not is_open(page, CommentSettings.load()):
        return _show(request, "closed", page, {})
    form = CommentForm(page, initial={"parent": comment.key, "about": comment.about})
    return _show_form(request, page, form, replied=comment)


@never_cache
@require_safe
def yours(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Show an author what became of their comment; to nobody else."""
    comment = get_object_or_404(Comment.objects.select_related("page"), key=key)
    page = discussed_page(comment.page_id)
    if page is None or not proving.is_own(comment, token):
        raise Http404
    context = {"comment": comment, "may_edit": _may_edit(request, comment), "State": State}
    return _show(request, "yours", page, context)


@never_cache
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Let an author change their words, for some minutes, in the browser they wrote them in."""
    comment = get_object_or_404(Comment.objects.select_related("page"), key=key)
    page = discussed_page(comment.page_id)
    if page is None:
        raise Http404
    form = EditForm(request.POST or None, initial={"text": comment.text})
    context = {"comment": comment, "form": form}
    if not _may_edit(request, comment):
        return _show(request, "edit_over", page, context, status=403)
    if request.method != "POST" or not form.is_valid():
        return _show(request, "edit", page, context, status=422 if form.errors else 200)
    sender = _sender(request, None, comment.user, is_trusted=True)
    try:
        comment = submitting.edit(comment, form.cleaned_data["text"], sender)
    except ValueError:
        return _show(request, "edit_over", page, context, status=409)
    return _lead_on(request, comment, edits=False)


@of_a_stored_page
def report(request: HttpRequest, key: str) -> HttpResponse:
    """Let a reader tell the moderators that something is wrong with a comment."""
    comment, page = _published(key)
    form = ReportForm(request.POST or None)
    context = {"comment": comment, "form": form, "stamp": new_stamp()}
    if request.method != "POST" or not form.is_valid():
        return _show(request, "report", page, context, status=422 if form.errors else 200)
    if form.age is None or is_from_elsewhere(request):
        return _show(request, "report", page, {**context, "again": True})
    if not form.is_trapped:
        if not allows("report", client_of(request), MOST_REPORTS_AN_HOUR, HOUR):
            form.add_error(None, _("That is a lot in one hour. Please try again a little later."))
            return _show(request, "report", page, context, status=429)
        same = Report.objects.filter(
            comment=comment, settled_at=None, said=form.cleaned_data["said"]
        )
        if not same.exists():
            Report.objects.create(comment=comment, said=form.cleaned_data["said"])
    return _show(request, "reported", page, context)


@never_cache
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """Take an address as proven, once its reader presses a button: mail scanners follow links."""
    comment = proving.comment_proven_by(token)
    page = discussed_page(comment.page_id) if comment else None
    if comment is None or page is None:
        return render(request, "pages/comments/link_over.html", status=404)
    if request.method != "POST":
        return _show(request, "prove", page, {"comment": comment})
    proving.take_as_proven(comment)
    if request.POST.get("replies") == "yes":
        Comment.objects.filter(pk=comment.pk).update(wants_replies=True)
    response = _show(request, "proven", page, {"comment": comment})
    proving.remember_author(response, request, comment.email)
    return response


@csrf_exempt
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Tell an author no more of replies: one click in the mail program (RFC 8058), or here."""
    comment = proving.comment_stopped_by(token)
    if comment is None:
        return render(request, "pages/comments/link_over.html", status=404)
    if request.method != "POST":
        return render(
            request, "pages/comments/stop.html", {"comment": comment, "page": comment.page}
        )
    own = Comment.objects.of_author(comment.email)
    everywhere = request.POST.get("where") == "site"
    (own if everywhere else own.filter(page=comment.page_id)).update(wants_replies=False)
    context = {"comment": comment, "page": comment.page, "everywhere": everywhere}
    return render(request, "pages/comments/stopped.html", context)


@never_cache
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    context = {"settings": CommentSettings.load(), "asks_akismet": is_in_use()}
    return render(request, "pages/comments/rules.html", context)


def _lead_on(request: HttpRequest, comment: Comment, edits: bool = True) -> HttpResponse:
    """Lead an author to their comment: on the page, or to where it waits."""
    page = discussed_page(comment.page_id)
    if comment.is_published and page is not None:
        response = redirect(_address(request, comment, page))
    else:
        response = redirect(proving.own_address(comment))
    response.status_code = 303
    if edits:
        proving.let_edit(response, request, comment)
    return response


def _published(key: str) -> tuple[Comment, DiscussedPage]:
    comment = get_object_or_404(Comment.objects.published(), key=key)
    page = discussed_page(comment.page_id)
    if page is None:
        raise Http404
    return comment, page


def _address(request: HttpRequest, comment: Comment, page: DiscussedPage) -> str:
    number = page_of(comment, page.discussed_questions)
    query = f"?{PARAMETER}={number}" if number > 1 else ""
    return f"{page.get_url(request)}{query}#{comment.anchor}"


def _may_edit(request: HttpRequest, comment: Comment) -> bool:
    is_changeable = comment.state in (State.HELD, State.PUBLISHED) and not comment.struck_at
    return is_changeable and proving.may_edit(request, comment)


def _written(form: CommentForm, user) -> Written:
    said = form.cleaned_data
    name, email = said["name"], said["email"]
    if user is not None:
        name, email = user.get_full_name() or name or str(user), user.email
    return Written(
        name=name,
        email=email,
        text=said["text"],
        library=said["library"],
        wants_replies=said["wants_replies"],
        parent=said["parent"],
        about=said["parent"].about if said["parent"] else said["about"],
    )


def _sender(request: HttpRequest, form: CommentForm | None, user, is_trusted: bool) -> Sender:
    return Sender(
        client=client_of(request),
        ip=ip_of(request) or None,
        agent=request.headers.get("User-Agent", ""),
        referrer=request.headers.get("Referer", ""),
        user=user,
        proven=proving.proven_address(request) if is_trusted else "",
        is_trapped=form.is_trapped if form else False,
        age=form.age if form else None,
    )


def _is_staff_of(request: HttpRequest, page: DiscussedPage) -> bool:
    user = request.user
    return user.is_authenticated and may_moderate(user, page) and may_act_as_staff(request)


def _says_who(request: HttpRequest) -> bool:
    return request.user.is_authenticated or bool(proving.proven_address(request))


def _show_preview(request: HttpRequest, page: DiscussedPage, form: CommentForm) -> HttpResponse:
    user = request.user if _is_staff_of(request, page) else None
    context = {
        "form": form,
        "stamp": new_stamp(),
        "written": _written(form, user),
        "html": from_text(form.cleaned_data["text"]),
        "is_staff": user is not None,
    }
    return _show(request, "preview", page, context)


def _show_form(
    request: HttpRequest,
    page: DiscussedPage,
    form: CommentForm,
    status: int = 200,
    replied: Comment | None = None,
) -> HttpResponse:
    """Show a form that nobody stores: it has a stamp already, and needs no preview."""
    if replied is None and form.is_bound:
        replied = Comment.objects.published().on(page).filter(key=form["parent"].value()).first()
    context = {
        "form": form,
        "replied": replied,
        "stamp": form["stamp"].value() or new_stamp(),
        "is_staff": _is_staff_of(request, page),
        "question": page.question_words(form["about"].value() or ""),
    }
    return _show(request, "write", page, context, status)


def _show(
    request: HttpRequest, name: str, page: DiscussedPage, context: dict, status: int = 200
) -> HttpResponse:
    whole = {
        "page": page,
        "crumbs": page.crumbs_to(request),
        "settings": CommentSettings.load(),
        "asks_akismet": is_in_use(),
        **context,
    }
    return render(request, f"pages/comments/{name}.html", whole, status=status)
