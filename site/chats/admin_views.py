"""What editors do with chats beside editing one: bring a list in, prepare the next call."""

import datetime

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from chats.copying import copy_chat
from chats.importers import MAX_BYTES, ImportRefused, Parsed, detect, read_pasted, read_text
from chats.importing import Action, import_chats, plan_import
from chats.models import ChatArchivePage, ChatPage

FORTNIGHT = datetime.timedelta(days=14)


class ImportForm(forms.Form):
    """A list of chats, pasted or as a file; cleaned into `parsed` and the text it came from."""

    text = forms.CharField(
        label=gettext_lazy("Paste the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "As it stands on your guide: one chat a line, date first, then its topics with times. "
            "The whole page will do, other lines are passed over."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("A text file, or the saved page, of at most 2 MB."),
    )

    parsed: Parsed

    def clean(self):
        cleaned_data = super().clean()
        upload, text = cleaned_data.get("file"), cleaned_data.get("text", "")
        name = "file" if upload else "text"
        try:
            if upload:
                # A byte more than the limit is enough to be refused, however large the file.
                text = read_text(upload.read(MAX_BYTES + 1))
            elif text.strip():
                text = read_pasted(text)
            else:
                raise ValidationError({"text": _("Paste a list, or choose a file.")})
            self.parsed = detect(text).parse(text)
        except ImportRefused as error:
            raise ValidationError({name: str(error)}) from error
        return {**cleaned_data, "text": text}


def import_list(request: HttpRequest) -> HttpResponse:
    """Show the form, then what would happen, then do it: nothing is saved before "Bring in"."""
    archive = _archive()
    if not archive.permissions_for_user(request.user).can_add_subpage():
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {
        "header_title": _("Bring in a list of chats"),
        "header_icon": "download",
        "breadcrumbs_items": _crumbs(_("Bring in a list")),
        "form": form,
    }
    if not form.is_bound or not form.is_valid() or request.POST.get("step") == "edit":
        return TemplateResponse(request, "admin/chats/import.html", context)

    if request.POST.get("step") != "save":
        plan = plan_import(form.parsed, archive, request.user)
        context |= {"plan": plan, "text": form.cleaned_data["text"]}
        return TemplateResponse(request, "admin/chats/import_preview.html", context)

    plan = import_chats(form.parsed, archive, request.user)
    counts = {"new": plan.count(Action.NEW), "changed": plan.count(Action.CHANGED)}
    messages.success(request, _("Done: %(new)d new chats, %(changed)d changed.") % counts)
    return redirect("chats:index")


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
        "breadcrumbs_items": _crumbs(_("Copy for the next call")),
        "day": date_format(date, "l, F j, Y"),
    }
    return TemplateResponse(request, "admin/chats/copy.html", context)


def _archive() -> ChatArchivePage:
    archive = ChatArchivePage.objects.first()
    if archive is None:
        raise PermissionDenied(_("There is no chat archive yet: an administrator adds the page."))
    return archive


def _crumbs(label: str) -> list[dict[str, str]]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("chats:index"), "label": _("Chats")},
        {"url": "", "label": label},
    ]
