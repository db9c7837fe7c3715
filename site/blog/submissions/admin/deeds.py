"""What a press of a button does with what was sent in. A GET decides nothing."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from blog.models import Deed, Step, Submission
from blog.submissions import inbox
from blog.submissions.admin.one import PlaceForm, show_submission
from blog.submissions.inbox import AFTER, Refused

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def for_readers_of_the_inbox(view: View) -> View:
    """A view that takes a POST of somebody who sees what was sent in."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        inbox.check_may_read(request.user)
        return view(request, pk)

    return require_POST(guarded)


@for_readers_of_the_inbox
def draft(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Make a draft post of it, and lead to where that is edited."""
    submission = get_object_or_404(Submission, pk=pk)
    chosen = request.POST.get("author", "")
    author = next((one for one in inbox.namesakes(submission) if str(one.pk) == chosen), None)
    was_there = submission.post_id is not None
    post = inbox.take(submission, request.user, author)
    if not was_there:
        logger.info("User %d: draft of submission %d", request.user.pk, pk)
        said = _("A draft was made. Its sender hears of it when it is published.")
        messages.success(request, said)
    return redirect("wagtailadmin_pages:edit", post.pk)


@for_readers_of_the_inbox
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish it as a comment on the page that was chosen."""
    submission = get_object_or_404(Submission, pk=pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        page = form.cleaned_data["page"]
        try:
            inbox.place(submission, page, request.user)
        except Refused as error:
            form.add_error("page", str(error))
        except PermissionDenied:
            form.add_error("page", _("You may not decide on comments there."))
        else:
            logger.info("User %d: submission %d placed", request.user.pk, pk)
            said = _("It stands beneath “%(page)s”. Its sender hears of it.")
            messages.success(request, said % {"page": page.get_admin_display_title()})
            return redirect("submissions:inbox")
    return show_submission(request, submission, form)


@for_readers_of_the_inbox
def move(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    submission = get_object_or_404(Submission, pk=pk)
    deed = request.POST.get("deed", "")
    if deed not in AFTER:
        messages.error(request, _("The form was not complete. Nothing was changed."))
        return redirect("submissions:one", pk)
    step = inbox.move(submission, Deed(deed), request.user)
    if step is None:
        messages.warning(request, _("Nothing was changed: it is so already."))
        return redirect("submissions:one", pk)
    logger.info("User %d: %s of submission %d", request.user.pk, deed, pk)
    context = {"submission": submission, "step": step}
    done = render_to_string("admin/submissions/done.html", context, request=request)
    messages.success(request, done)
    return redirect(reverse("submissions:inbox"))


@for_readers_of_the_inbox
def undo(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    step = get_object_or_404(Step.objects.select_related("submission"), pk=pk)
    if inbox.undo(step, request.user):
        messages.success(request, _("It is as before."))
    else:
        messages.warning(request, _("Something else was done since. Nothing was changed."))
    return redirect("submissions:one", step.submission_id)
