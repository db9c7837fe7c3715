"""A chat's topics for other places, with what each place cannot hold."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from chats.admin.frame import chat_to_edit, crumbs
from chats.giving_back import DOWNLOADS
from chats.models import ChatPage


def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Show each file as it is for the public chat, to be copied."""
    chat = chat_to_edit(request.user, pk)
    public = ChatPage.objects.live().filter(pk=chat.pk).first()
    files = [(one, one.write(public)) for one in DOWNLOADS] if public else []
    title = _("Copy topics to other places")
    context = {
        "header_title": title,
        "page_subtitle": chat.get_admin_display_title(),
        "header_icon": "upload",
        "breadcrumbs_items": crumbs(title, chat),
        "chat": chat,
        "files": [(download, export) for download, export in files if export],
    }
    return TemplateResponse(request, "admin/chats/give_back.html", context)
