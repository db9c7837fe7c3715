"""Shared texts in the admin: how often each is placed, where, and that no page loses one."""

from collections.abc import Iterable

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Page
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet, UsageView

from guides.admin.listings import PARTS
from guides.models import SharedText
from guides.places import places

MOST_NAMED = 20


class PlacedColumn(Column):
    """In how many pages a text stands, leading to them."""

    cell_template_name = "admin/guides/placed_cell.html"

    def get_value(self, text: SharedText) -> str:
        return _count(len(text.placed_in))

    def get_cell_context_data(self, text: SharedText, parent_context: dict) -> dict:
        context = super().get_cell_context_data(text, parent_context)
        return {**context, "usage_url": _usage_url(text) if text.placed_in else ""}


class SharedTextIndexView(IndexView):
    def get_table(self, object_list: Iterable[SharedText]):
        shown = list(object_list)
        placed_in = places(shown)
        for text in shown:
            text.placed_in = placed_in[text.pk]
        return super().get_table(shown)


class SharedTextEditView(EditView):
    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        where = HeaderButton(_("Where used"), url=_usage_url(self.object), icon_name="link")
        return [*super().header_buttons, where]


class SharedTextUsageView(UsageView):
    """The pages that hold it, each once, those that only hold it in a draft among them."""

    page_title = gettext_lazy("Where used")
    results_template_name = "admin/guides/usage_results.html"
    is_searchable = False

    def get_breadcrumbs_items(self) -> list[dict]:
        *above, last = super().get_breadcrumbs_items()
        return [*above, {**last, "label": self.page_title}]

    def get_queryset(self) -> list[Page]:
        return places([self.object])[self.object.pk]

    @cached_property
    def columns(self) -> list[Column]:
        return [
            PageColumn("title", label=gettext_lazy("Page"), classname="title"),
            Column("type", label=gettext_lazy("Type"), accessor="page_type_display_name"),
            Column("state", label=gettext_lazy("Status"), accessor="status_string"),
        ]

    def get_table(self, object_list: Iterable[Page], **kwargs):
        # Past Wagtail's own for usages: it takes rows for groups of references.
        return BaseListingView.get_table(self, object_list, **kwargs)


class PageColumn(Column):
    cell_template_name = "admin/guides/page_cell.html"

    def get_cell_context_data(self, page: Page, parent_context: dict) -> dict:
        context = super().get_cell_context_data(page, parent_context)
        return {**context, "link": _link(page, parent_context["request"])}


class SharedTextViewSet(SnippetViewSet):
    model = SharedText
    icon = "copy"
    menu_label = gettext_lazy("Shared texts")
    menu_order = 30
    menu_hook = PARTS
    add_to_admin_menu = True
    index_view_class = SharedTextIndexView
    edit_view_class = SharedTextEditView
    usage_view_class = SharedTextUsageView
    list_display = ["name", PlacedColumn("placed_in", label=gettext_lazy("Placed in"))]
    list_per_page = 50


def keep_if_placed(request: HttpRequest, items: Iterable[Model]) -> HttpResponse | None:
    """Refuse to delete shared texts of which one stands in a page; say in which."""
    texts = [one for one in items if isinstance(one, SharedText)]
    placed = [(text, pages) for text, pages in _placed(texts) if pages]
    for text, pages in placed:
        shown = [_link(page, request) for page in pages[:MOST_NAMED]]
        said = _("“%(text)s” stays: it stands in %(pages)s. Take it out there first.") % {
            "text": text,
            "pages": _count(len(pages)),
        }
        context = {"said": said, "links": shown, "more": len(pages) - len(shown)}
        messages.error(request, render_to_string("admin/guides/kept.html", context))
    if len(texts) == 1 and placed:
        return redirect(_usage_url(texts[0]))
    return redirect(reverse(SharedText.snippet_viewset.get_url_name("list"))) if placed else None


def _placed(texts: list[SharedText]) -> list[tuple[SharedText, list[Page]]]:
    if not texts:
        return []
    placed_in = places(texts)
    return [(text, placed_in[text.pk]) for text in texts]


def _count(number: int) -> str:
    if not number:
        return _("no page")
    return ngettext("%(n)d page", "%(n)d pages", number) % {"n": number}


def _usage_url(text: SharedText) -> str:
    return reverse(SharedText.snippet_viewset.get_url_name("usage"), args=[text.pk])


def _link(page: Page, request: HttpRequest) -> dict[str, str]:
    """Return a page's title and where it is edited; blank for who may not."""
    may_edit = page.permissions_for_user(request.user).can_edit()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk]) if may_edit else ""
    return {"title": page.get_admin_display_title(), "url": url}
