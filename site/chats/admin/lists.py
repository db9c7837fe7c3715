"""Bringing in a list of chats."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from chats.admin.frame import TextForm, crumbs
from chats.importers import DIALECTS_OF_CHATS, MAX_BYTES
from chats.importing import Action, import_chats, plan_import
from chats.models import ChatArchivePage


class ListForm(TextForm):
    limit = MAX_BYTES
    dialects = DIALECTS_OF_CHATS
    nothing = gettext_lazy("Paste a list, or choose a file.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Paste the list")
        self.fields["text"].help_text = _(
            "As it stands on your guide: one chat a line, date first, then its topics with times. "
            "The whole page will do, other lines are passed over."
        )
        self.fields["file"].help_text = _("A text file, or the saved page, of at most 2 MB.")

    def clean(self):
        cleaned_data = super().clean()
        if not self.errors and not self.parsed.chats:
            self.add_error(
                "text",
                _(
                    "This belongs to one chat, there is no date in it. Open the chat and choose "
                    "“Bring in topics or a transcript”."
                ),
            )
        return cleaned_data


def import_list(request: HttpRequest) -> HttpResponse:
    """Show the form, then what would happen, then do it: nothing is saved before "Bring in"."""
    archive = _archive()
    if not archive.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    form = ListForm(request.POST or None, request.FILES or None)
    context = {
        "header_title": _("Bring in a list of chats"),
        "header_icon": "download",
        "breadcrumbs_items": crumbs(_("Bring in a list")),
        "form": form,
    }
    if not form.is_bound or not form.is_valid() or request.POST.get("step") == "edit":
        return TemplateResponse(request, "admin/chats/bring_in.html", context)

    if request.POST.get("step") != "save":
        plan = plan_import(form.parsed, archive, request.user)
        context |= {"plan": plan, "text": form.cleaned_data["text"]}
        return TemplateResponse(request, "admin/chats/import_preview.html", context)

    plan = import_chats(form.parsed, archive, request.user)
    counts = {"new": plan.count(Action.NEW), "changed": plan.count(Action.CHANGED)}
    messages.success(request, _("Done: %(new)d new chats, %(changed)d changed.") % counts)
    return redirect("chats:index")


def _archive() -> ChatArchivePage:
    archive = ChatArchivePage.objects.first()
    if archive is None:
        raise PermissionDenied(_("There is no chat archive yet: an administrator adds the page."))
    return archive
