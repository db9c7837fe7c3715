"""What a press of a button does. A GET decides nothing: mail scanners follow links."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request

from accounts.models import User
from comments import moderation
from comments.admin import meeting
from comments.admin.filters import matching
from comments.admin.forms import (
    MOST_AT_ONCE,
    AnswerForm,
    BatchForm,
    DecisionForm,
    StrikeForm,
    TextForm,
)
from comments.admin.one import comment_to_decide, is_erased, show_comment
from comments.models import Comment, Decision, Deed
from comments.moderation import AFTER
from comments.rights import may_moderate_any

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def for_moderators(view: View) -> View:
    """A view that takes a POST of somebody who decides on some comments."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may_moderate_any(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return require_POST(guarded)


@for_moderators
def decide(request: HttpRequest) -> HttpResponseRedirect:
    """Decide on one, on those ticked, on those shown or on all that match, at most a thousand."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        _say_why_not(request, form)
        return _back(request)
    deed = Deed(form.cleaned_data["deed"])
    keys, more = _chosen(request, form, deed)
    comments = Comment.objects.filter(pk__in=keys)
    current = comments.exclude(edited_at__gt=form.cleaned_data["shown_at"])
    changed = comments.count() - current.count()
    decided = moderation.decide(current, deed, request.user)
    logger.info("User %d: %s, %d comments", request.user.pk, deed, decided.count)
    if decided.count:
        _say_done(request, _done(deed, decided.count), decided.batch)
    elif not changed:
        messages.warning(request, _("Nothing was changed: it is so already."))
    if changed:
        said = ngettext(
            "%(n)d comment was changed by its author since you saw it. Read it again.",
            "%(n)d comments were changed by their authors since you saw them. Read them again.",
            changed,
        )
        messages.warning(request, said % {"n": changed})
    if more:
        said = ngettext(
            "A thousand are decided on at once: %(n)d more matches. Do the same again for it.",
            "A thousand are decided on at once: %(n)d more match. Do the same again for them.",
            more,
        )
        messages.info(request, said % {"n": more})
    return _back(request)


@for_moderators
def undo(request: HttpRequest) -> HttpResponseRedirect:
    form = BatchForm(request.POST)
    if not form.is_valid():
        _say_why_not(request, form)
        return _back(request)
    batch = form.cleaned_data["batch"]
    asked = Decision.objects.filter(batch=batch).exclude(before="").count()
    count = moderation.undo(batch, request.user)
    logger.info("User %d: undo, %d comments", request.user.pk, count)
    if count:
        said = ngettext("%(n)d comment is as before.", "%(n)d comments are as before.", count)
        messages.success(request, said % {"n": count})
    if left := asked - count:
        said = ngettext(
            "%(n)d comment was left as it is: something else has become of it since.",
            "%(n)d comments were left as they are: something else has become of them since.",
            left,
        )
        messages.warning(request, said % {"n": left})
    if not asked:
        messages.warning(request, _("There is nothing to undo."))
    return _back(request)


@for_moderators
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve and reply, in one step."""
    comment = _to_decide(request.user, pk)
    form = AnswerForm(request.POST, prefix="answer")
    _refuse_what_changed(form, comment)
    if not form.is_valid():
        return show_comment(request, comment, answer_form=form)
    moderation.answer(comment, form.cleaned_data["text"], request.user)
    messages.success(request, _("Your reply is published."))
    return _back(request)


@for_moderators
def strike(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _to_decide(request.user, pk)
    form = StrikeForm(request.POST, prefix="strike")
    _refuse_what_changed(form, comment)
    if not form.is_valid():
        return show_comment(request, comment, strike_form=form)
    moderation.strike(comment, form.cleaned_data["text"], request.user)
    messages.success(request, _("The original is erased."))
    return redirect(_with_next(request, comment))


@for_moderators
def settle(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    comment = _to_decide(request.user, pk)
    moderation.settle(comment, request.user)
    messages.success(request, _("The report is settled. The comment stays as it is."))
    return _back(request)


@for_moderators
def put_to_next(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Put what somebody says to the next chat, as a question to be asked there."""
    comment = _to_decide(request.user, pk)
    meeting.put_to_next(request, comment.text)
    return redirect(_with_next(request, comment))


def _to_decide(user: User, pk: int) -> Comment:
    """Return a comment on which this user decides, not one of which there is only the place."""
    comment = comment_to_decide(user, pk)
    if is_erased(comment):
        raise Http404
    return comment


def _chosen(request: HttpRequest, form: DecisionForm, deed: Deed) -> tuple[list[int], int]:
    """Return what a form names, foreign comments among it, and how many more match it.

    `moderation.decide` refuses foreign ones.
    """
    if form.keys is not None:
        return form.keys, 0
    query = QueryDict(form.cleaned_data["query"])
    # Nobody has seen what came after the list was shown.
    shown = matching(request, query).filter(created_at__lte=form.cleaned_data["shown_at"])
    keys = list(shown.exclude(state=AFTER[deed]).values_list("pk", flat=True))
    return keys[:MOST_AT_ONCE], len(keys[MOST_AT_ONCE:])


def _refuse_what_changed(form: TextForm, comment: Comment) -> None:
    if not form.is_valid() or comment.edited_at is None:
        return
    if comment.edited_at > form.cleaned_data["shown_at"]:
        form.add_error(None, _("Its author has changed it since you saw it. Read it again."))


def _done(deed: Deed, count: int) -> str:
    match deed:
        case Deed.APPROVE:
            said = ngettext("%(n)d comment approved.", "%(n)d comments approved.", count)
        case Deed.HOLD:
            said = ngettext("%(n)d comment held.", "%(n)d comments held.", count)
        case Deed.SPAM:
            said = ngettext("%(n)d comment is spam.", "%(n)d comments are spam.", count)
        case _:
            said = ngettext("%(n)d comment deleted.", "%(n)d comments deleted.", count)
    return said % {"n": count}


def _say_done(request: HttpRequest, said: str, batch: str) -> None:
    context = {"said": said, "batch": batch, "next_url": _back_url(request)}
    done = render_to_string("admin/comments/done.html", context, request=request)
    messages.success(request, done)


def _say_why_not(request: HttpRequest, form: DecisionForm | BatchForm) -> None:
    said = form.non_field_errors() or [_("The form was not complete. Nothing was changed.")]
    messages.error(request, " ".join(str(why) for why in said))


def _back_url(request: HttpRequest) -> str:
    return get_valid_next_url_from_request(request) or reverse("moderation:queue")


def _back(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(_back_url(request))


def _with_next(request: HttpRequest, comment: Comment) -> str:
    """Return a comment's page, from which one still gets back to where one came from."""
    query = QueryDict(mutable=True)
    if next_url := get_valid_next_url_from_request(request):
        query["next"] = next_url
    address = reverse("moderation:comment", args=[comment.pk])
    return f"{address}?{query.urlencode()}" if query else address
