"""The next call, prepared from an earlier one."""

import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chats.admin.frame import crumbs
from chats.copying import copy_chat
from chats.models import ChatPage

FORTNIGHT = datetime.timedelta(days=14)


def copy_for_next_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then make a draft of the next call with the same hosts and open it."""
    chat = get_object_or_404(ChatPage, pk=pk)
    if not chat.get_parent().permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    date = chat.date + FORTNIGHT
    if request.method == "POST":
        draft = copy_chat(chat, date, request.user)
        return redirect("wagtailadmin_pages:edit", draft.pk)
    context = {
        "header_title": _("Copy for the next call"),
        "header_icon": "calendar",
        "breadcrumbs_items": crumbs(_("Copy for the next call")),
        "day": date_format(date, "l, F j, Y"),
    }
    return TemplateResponse(request, "admin/chats/copy.html", context)
