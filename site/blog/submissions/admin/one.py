"""A submission's own page, and its files. The team's mails lead here."""

import datetime

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.widgets import AdminPageChooser
from wagtail.models import Page

from blog.models import State, Submission, SubmissionFile
from blog.submissions.inbox import MAY_UNDO, check_may_read, namesakes
from comments.models import CommentSettings
from comments.pages import discussed_pages
from comments.rules import explain


class PlaceForm(forms.Form):
    """Beneath which page it is placed as a comment."""

    page = forms.ModelChoiceField(
        label=gettext_lazy("Page"),
        queryset=Page.objects.all(),
        error_messages={"required": gettext_lazy("Choose the page it belongs to.")},
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["page"].widget = AdminPageChooser(target_models=list(discussed_pages))


@require_safe
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was sent; it decides nothing."""
    check_may_read(request.user)
    return show_submission(request, get_object_or_404(Submission, pk=pk))


def show_submission(
    request: HttpRequest, submission: Submission, place_form: PlaceForm | None = None
) -> HttpResponse:
    """Show what was sent, with what was wrong in a form."""
    steps = list(submission.steps.order_by("-pk"))
    last = steps[0] if steps else None
    context = {
        "header_title": submission.heading,
        "header_icon": "download",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("submissions:inbox"), "label": _("Sent in")},
            {"url": "", "label": submission.heading},
        ],
        "submission": submission,
        "State": State,
        "files": submission.files.order_by("pk"),
        "reasons": [explain(reason) for reason in submission.shown_reasons],
        "namesakes": namesakes(submission) if submission.post_id is None else [],
        "steps": steps,
        "undoable": last if last and last.deed in MAY_UNDO else None,
        "place_form": place_form or PlaceForm(),
        "forgotten_on": _forgotten_on(submission),
        "inbox_url": reverse("submissions:inbox"),
    }
    status = 422 if place_form else 200
    return TemplateResponse(request, "admin/submissions/one.html", context, status=status)


@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand over a file a stranger sent, to be saved: never shown as a page of this site."""
    check_may_read(request.user)
    sent = get_object_or_404(SubmissionFile, pk=pk)
    try:
        opened = sent.file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(
        opened, as_attachment=True, filename=sent.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _forgotten_on(submission: Submission) -> datetime.date | None:
    """Return when it is forgotten where it came from; None when it is."""
    if submission.ip is None and not submission.agent:
        return None
    kept_for = datetime.timedelta(days=CommentSettings.load().forget_after)
    return timezone.localdate(submission.created_at + kept_for)
