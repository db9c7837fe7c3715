"""The host's page: stamping topics while the call goes on, making them topics afterwards."""

import json

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from chats.admin.frame import chat_to_edit, crumbs
from chats.admin.transcripts import OffsetField, stamp_of
from chats.calling import Malformed, make_topics, noted, sync
from chats.importing import Action

LARGEST = 512 * 1024


class FinishForm(forms.Form):
    offset = OffsetField(
        label=gettext_lazy("The recording is later by"),
        initial=0,
        help_text=gettext_lazy(
            "Listen to one topic: if it is heard at 2:07 and noted at 2:00, the recording is "
            "later by 0:07. If its beginning was cut off it is earlier, as -1:30."
        ),
    )


def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page for the call; its script does the rest."""
    chat = chat_to_edit(request.user, pk)
    title = _("During the call")
    context = {
        "header_title": title,
        "page_subtitle": chat.get_admin_display_title(),
        "header_icon": "time",
        "breadcrumbs_items": crumbs(title, chat),
        "chat": chat,
        "sync_url": reverse("chats_call_sync", args=[pk]),
    }
    return TemplateResponse(request, "admin/chats/call.html", context)


@require_POST
def sync_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Exchange notes with a browser: JSON in, JSON out."""
    chat = chat_to_edit(request.user, pk)
    try:
        if len(request.body) > LARGEST:
            raise Malformed("too large")
        return JsonResponse(sync(chat, json.loads(request.body)))
    except (ValueError, RecursionError) as error:
        return JsonResponse({"error": str(error)}, status=400)


def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the topics with their times in the recording, and make them."""
    chat = chat_to_edit(request.user, pk)
    form = FinishForm(request.POST or None)
    offset = form.cleaned_data["offset"] if form.is_bound and form.is_valid() else 0
    if form.is_bound and form.is_valid() and request.POST.get("step") == "save":
        plan = make_topics(chat, offset, request.user)
        counts = {"new": plan.count(Action.NEW), "changed": plan.count(Action.CHANGED)}
        messages.success(
            request, _("Done: %(new)d new topics, %(changed)d moved or changed.") % counts
        )
        for planned in plan.topics:
            if planned.reason:
                said = {"topic": planned.imported.title, "reason": planned.reason}
                messages.warning(request, _("“%(topic)s”: %(reason)s") % said)
        return redirect("wagtailadmin_pages:edit", chat.pk)
    title = _("After the call")
    topics = noted(chat, offset)
    context = {
        "header_title": title,
        "page_subtitle": chat.get_admin_display_title(),
        "header_icon": "time",
        "breadcrumbs_items": crumbs(title, chat),
        "chat": chat,
        "form": form if form.is_bound else FinishForm(initial={"offset": 0}),
        "topics": [(stamp_of(one.start), one) for one in topics],
        "too_early": sum(one.start < 0 for one in topics),
    }
    return TemplateResponse(request, "admin/chats/call_finish.html", context)
