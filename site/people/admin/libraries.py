"""Libraries in the admin: brought in from a table, merged, told what people typed."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from core.text import folded
from people.libraries import (
    LARGEST,
    Action,
    Plan,
    TableRefused,
    bring_in,
    merge,
    plan,
    read,
    spell,
    spell_what_is_known,
    typed_otherwise,
)
from people.models import Library

ROWS_SHOWN = 200
TYPED_SHOWN = 200
LIST = "wagtailsnippets_people_library:list"

policy = ModelPermissionPolicy(Library)


def may(*actions: str) -> Callable:
    """A view for those who may do all of these with libraries."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not all(policy.user_has_permission(request.user, action) for action in actions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


class LibraryIndexView(IndexView):
    @property
    def header_more_buttons(self) -> list:
        user = self.request.user
        buttons = list(super().header_more_buttons)
        if policy.user_has_permission(user, "add") and policy.user_has_permission(user, "change"):
            buttons += [
                HeaderButton(
                    _("Bring in a table"), url=reverse("libraries_import"), icon_name="download"
                ),
                HeaderButton(
                    _("What people typed"), url=reverse("libraries_typed"), icon_name="edit"
                ),
            ]
        return buttons


class LibraryViewSet(SnippetViewSet):
    model = Library
    icon = "home"
    menu_label = gettext_lazy("Libraries")
    list_display = [
        "name",
        "town",
        "region",
        Column("type", label=gettext_lazy("Type"), accessor="get_type_display"),
        TitleColumn(
            "merge",
            label=gettext_lazy("Merge"),
            accessor=lambda library: _("Merge into another"),
            url_name="libraries_merge",
            classname="",
        ),
    ]
    list_filter = ["region", "type"]
    list_per_page = 50
    index_view_class = LibraryIndexView


class TableForm(forms.Form):
    """A table of libraries, as a file or as the text that was looked over; cleaned into `text`."""

    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy(
            "CSV, of at most 2 MB. Its first line names the columns, in any order: name, town, "
            "region, type. The type is public, academic, school or special."
        ),
    )
    plan: Plan

    def clean(self) -> dict:
        cleaned = super().clean()
        upload, text = cleaned.get("file"), cleaned.get("text", "")
        try:
            if upload:
                # A byte more than the limit is enough to be refused, however large the file.
                text = read(upload.read(LARGEST + 1))
            elif not text:
                raise TableRefused(_("Choose a file."))
            self.plan = plan(text)
        except TableRefused as error:
            raise forms.ValidationError({"file": str(error)}) from error
        return {**cleaned, "text": text}


@may("add", "change")
def import_table(request: HttpRequest) -> HttpResponse:
    """Show the form, then what would happen, then do it: nothing is saved before "Bring in"."""
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    context = {**_head(_("Bring in a table of libraries"), "download"), "form": form}
    if not form.is_bound or not form.is_valid():
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/people/import.html", context, status=status)
    if request.POST.get("step") != "save":
        rows = [row for row in form.plan.rows if row.action != Action.UNCHANGED]
        rows.sort(key=lambda row: row.action != Action.REFUSED)
        context |= {
            "plan": form.plan,
            "text": form.cleaned_data["text"],
            "rows": rows[:ROWS_SHOWN],
            "more": max(0, len(rows) - ROWS_SHOWN),
        }
        return TemplateResponse(request, "admin/people/import_preview.html", context)
    done = bring_in(form.cleaned_data["text"])
    counts = {"new": len(done.of(Action.NEW)), "changed": len(done.of(Action.CHANGED))}
    messages.success(request, _("Done: %(new)d new libraries, %(changed)d changed.") % counts)
    return redirect(LIST)


class MeantForm(forms.Form):
    """Which library is meant, typed as anybody types it; cleaned into a Library."""

    library = forms.CharField(
        label=gettext_lazy("The library"),
        widget=forms.TextInput(attrs={"list": "libraries", "autocomplete": "off"}),
        help_text=gettext_lazy("Its name as it stands in the list, or another spelling of it."),
    )

    def clean_library(self) -> Library:
        typed = self.cleaned_data["library"]
        called = Library.objects.by_spelling().get(folded(typed))
        libraries = Library.objects.called().items()
        found = next((library for library, name in libraries if name == called), None)
        if found is None:
            raise forms.ValidationError(_("No library of that name is in the list."))
        return found


class TypedForm(MeantForm):
    texts = forms.MultipleChoiceField(
        label=gettext_lazy("What was typed"),
        error_messages={"required": gettext_lazy("Tick what means that library.")},
    )

    field_order = ["texts", "library"]

    def __init__(self, texts: list[str], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["texts"].choices = [(text, text) for text in texts]


@may("change")
def typed(request: HttpRequest) -> HttpResponse:
    """Show what people typed that is no library of the list; a POST says which one is meant."""
    rows = typed_otherwise()
    strange = [row for row in rows if not row.meant]
    known = [row for row in rows if row.meant]
    deed = request.POST.get("deed")
    form = TypedForm([row.text for row in strange], request.POST if deed == "spell" else None)
    if request.method == "POST" and deed == "known":
        _say_rewritten(request, spell_what_is_known())
        return redirect("libraries_typed")
    if form.is_bound and form.is_valid():
        library = form.cleaned_data["library"]
        _say_rewritten(request, spell(form.cleaned_data["texts"], library))
        log(library, "wagtail.edit", user=request.user)
        return redirect("libraries_typed")
    context = {
        **_head(_("What people typed"), "edit"),
        "form": form,
        "ticked": form["texts"].value() or [],
        "strange": strange[:TYPED_SHOWN],
        "more": max(0, len(strange) - TYPED_SHOWN),
        "known": known[:TYPED_SHOWN],
        "known_count": sum(row.count for row in known),
        "names": _names(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/people/typed.html", context, status=status)


@may("change", "delete")
def merge_library(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask into which library one goes; a POST says it."""
    one = get_object_or_404(Library, pk=pk)
    form = MeantForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        into = form.cleaned_data["library"]
        if into == one:
            form.add_error("library", _("This is the same library. Name another one."))
        else:
            log(one, "wagtail.delete", user=request.user)
            _say_rewritten(request, merge(one, into))
            return redirect("wagtailsnippets_people_library:edit", into.pk)
    context = {
        **_head(_("Merge “%(library)s” into another") % {"library": one.label}, "home"),
        "form": form,
        "library": one,
        "names": _names(),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/people/merge.html", context, status=status)


def _say_rewritten(request: HttpRequest, count: int) -> None:
    said = ngettext("Done: rewritten in %d place.", "Done: rewritten in %d places.", count)
    messages.success(request, said % count)


def _names() -> list[str]:
    return sorted(Library.objects.called().values())


def _head(title: str, icon: str) -> dict:
    """Return what Wagtail's frame shows above a screen."""
    return {
        "header_title": title,
        "header_icon": icon,
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse(LIST), "label": _("Libraries")},
            {"url": "", "label": title},
        ],
    }
