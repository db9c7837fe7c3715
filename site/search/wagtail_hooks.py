"""Search in the admin: the glossary in the side menu, readers' searches among the reports."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, SnippetViewSet

from search import reports
from search.models import LONGEST_NAME, GlossaryTerm


class GlossaryCreateView(CreateView):
    def get_initial_form_instance(self) -> GlossaryTerm:
        return GlossaryTerm(term=self.request.GET.get("term", "")[:LONGEST_NAME])


@register_snippet
class GlossaryViewSet(SnippetViewSet):
    model = GlossaryTerm
    icon = "openquote"
    menu_label = _("Glossary")
    menu_order = 160
    add_to_admin_menu = True
    add_view_class = GlossaryCreateView
    list_display = [
        "term",
        Column("also", label=_("Also called"), accessor=lambda term: " · ".join(term.names[1:])),
    ]
    list_per_page = 50
    search_fields = ["term", "also"]


class SearchesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return reports.policy.user_has_permission(request.user, "view")


@hooks.register("register_reports_menu_item")
def searches_menu_item() -> MenuItem:
    return SearchesMenuItem(
        _("Searches"), reverse("searches_report"), name="searches", icon_name="search", order=100
    )


@hooks.register("register_admin_urls")
def search_admin_urls() -> list:
    view = reports.SearchesView
    return [
        path("reports/searches/", view.as_view(), name="searches_report"),
        path(
            "reports/searches/results/",
            view.as_view(results_only=True),
            name="searches_report_results",
        ),
    ]


@hooks.register("register_permissions")
def permissions_to_grant() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="search", codename="view_searchedwords"
    )
