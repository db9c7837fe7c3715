"""The chat page of an event, made by one press."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chats.admin.frame import crumbs
from chats.event_chats import chat_of_event
from chats.models import ChatArchivePage
from events.models import EventPage, Sequel


def make_chat_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the chat page of an event and open it; a GET asks first, or opens the one there is."""
    event = get_object_or_404(EventPage.objects.select_related("series"), pk=pk)
    if sequel := Sequel.objects.filter(event=event).first():
        return redirect("wagtailadmin_pages:edit", sequel.page_id)
    archive = get_object_or_404(ChatArchivePage)
    if not archive.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    if request.method == "POST":
        chat = chat_of_event(event, request.user)
        return redirect("wagtailadmin_pages:edit", chat.pk)
    context = {
        "header_title": _("Make its chat page"),
        "header_icon": "comment",
        "breadcrumbs_items": crumbs(_("Make its chat page")),
        "event": event,
        "day": date_format(event.starts_there, "l, F j, Y"),
    }
    return TemplateResponse(request, "admin/chats/from_event.html", context)
