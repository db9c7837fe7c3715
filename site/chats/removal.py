"""Asking for something to be taken out of a recording."""

import datetime

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.permissions import page_permission_policy

from chats.forms import StampField
from chats.models import ChatPage
from core.public_forms import PublicForm, new_stamp
from core.throttling import allows, client_of
from core.timestamps import format_stamp, parse_stamp
from outbox.messages import Message, post
from outbox.models import Priority

LONGEST = 4000
HOUR = datetime.timedelta(hours=1)
MOST_AN_HOUR = 10


def _example() -> dict:
    return {
        "chat": str(_("Community chat, March 6, 2024")),
        "chat_url": f"{settings.SITE_URL}/chats/2024-03-06/",
        "transcript_url": f"{settings.SITE_URL}/admin/chats/1/transcript/",
        "at": "11:28",
        "said": str(_("I said the name of a borrower there. Please take it out.")),
        "sender": "reader@example.org",
    }


REMOVAL = Message(
    name="removal_request",
    label=gettext_lazy("Somebody asks for something to be taken out of a recording"),
    example=_example,
    priority=Priority.AT_ONCE,
)


class RemovalForm(PublicForm):
    at = StampField(
        label=gettext_lazy("Where it is"),
        required=False,
        help_text=gettext_lazy("The time in the recording, as 11:28."),
    )
    said = forms.CharField(
        label=gettext_lazy("What should go"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Say it so that we find it; you need give no reason."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Only if you want an answer. Nobody but the team sees it."),
    )


def ask(request: HttpRequest, chat: ChatPage) -> HttpResponse:
    """Show the form, then what will be sent, then send it to those who may strike lines."""
    context = {
        "page": chat,
        "crumbs": chat.crumbs_to(request),
    }
    if request.method != "POST":
        form = RemovalForm(initial={"at": _second(request.GET.get("t", ""))})
        return render(request, "pages/removal.html", {**context, "form": form})
    form = RemovalForm(request.POST)
    if not form.is_valid() or request.POST.get("step") == "edit":
        status = 422 if form.errors else 200
        return render(request, "pages/removal.html", {**context, "form": form}, status=status)
    if not form.is_confirmed:
        context |= {"form": form, "stamp": new_stamp()}
        return render(request, "pages/removal_preview.html", context)
    if not form.is_trapped:
        if not allows("removal", client_of(request), MOST_AN_HOUR, HOUR):
            form.add_error(None, _("That is a lot in one hour. Please try again a little later."))
            return render(request, "pages/removal.html", {**context, "form": form}, status=429)
        _tell(chat, form.cleaned_data)
    return render(request, "pages/removal_sent.html", context)


def _tell(chat: ChatPage, asked: dict) -> None:
    at = asked["at"]
    context = {
        "chat": chat.title,
        "chat_url": chat.full_url + (f"#t={at}" if at is not None else ""),
        "transcript_url": settings.SITE_URL + reverse("chats_transcript", args=[chat.pk]),
        "at": "" if at is None else format_stamp(at),
        "said": asked["said"],
        "sender": asked["email"],
    }
    users = page_permission_policy.users_with_permission_for_instance("publish", chat)
    for user in users.filter(is_active=True):
        post(REMOVAL, user.email, context)


def _second(text: str) -> int | None:
    try:
        return int(text) if text.isdecimal() and len(text) < 7 else parse_stamp(text)
    except ValueError:
        return None
