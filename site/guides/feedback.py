"""Whether a guide helped, as readers say. Nothing is asked or kept that tells who they are."""

import datetime

from django import forms
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from core.public_forms import (
    LARGEST_BODY,
    LONGEST,
    PublicForm,
    TextField,
    body_length,
    is_from_elsewhere,
    new_stamp,
)
from core.throttling import allows, client_of
from guides.models import Feedback, GuidePage
from people.models import ContactPage

YES, NO = "yes", "no"
MOST_WORDS = 1000
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
MOST_AN_HOUR = 30
"""From one address: all readers of a library may share it."""


class FeedbackForm(PublicForm):
    helped = forms.ChoiceField(
        label=gettext_lazy("Was this guide helpful?"),
        choices=[(YES, gettext_lazy("Yes")), (NO, gettext_lazy("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )
    words = TextField(
        label=gettext_lazy("What helped, what was missing, what is wrong?"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Only the team reads it, and cannot answer: nothing says who you are. "
            "Please name no borrower."
        ),
    )


@never_cache
def give(request: HttpRequest, guide: GuidePage) -> HttpResponse:
    """Show the form; take what is sent and thank for it."""
    if request.method in ("GET", "HEAD"):
        return _show_form(request, guide, FeedbackForm())
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if body_length(request) > LARGEST_BODY:
        raise RequestDataTooBig
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _show_form(request, guide, form, status=422)
    if not form.is_confirmed or is_from_elsewhere(request):
        return _show_form(request, guide, form)
    if not form.is_trapped:
        client = client_of(request)
        if not allows("feedback", client, MOST_AN_HOUR, HOUR):
            form.add_error(
                None, _("That is a lot in one hour. Keep the text, and send it a little later.")
            )
            return _show_form(request, guide, form, status=429)
        _keep(guide, form, client)
    context = {"contact": ContactPage.objects.published().sole()}
    return _show(request, guide, "feedback_sent", context)


def _keep(guide: GuidePage, form: FeedbackForm, client: str) -> None:
    """Keep what was said, unless the same was sent just now or with the same form."""
    helped, words = form.cleaned_data["helped"], form.cleaned_data["words"]
    same = f"{client} {guide.pk} {helped} {words}"
    day = datetime.timedelta(seconds=LONGEST)
    is_new = allows("feedback with", form.data["stamp"], 1, day)
    if allows("same feedback", same, 1, MINUTE) and is_new:
        Feedback.objects.create(guide=guide, helped=helped == YES, words=words)


def _show_form(
    request: HttpRequest, guide: GuidePage, form: FeedbackForm, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "stamp": form["stamp"].value() if form.is_confirmed else new_stamp(),
        "again": status == 200 and bool(form.data.get("stamp")),
    }
    return _show(request, guide, "feedback", context, status)


def _show(
    request: HttpRequest, guide: GuidePage, name: str, context: dict, status: int = 200
) -> HttpResponse:
    whole = {"page": guide, "crumbs": guide.crumbs_to(request), **context}
    return render(request, f"pages/guides/{name}.html", whole, status=status)
