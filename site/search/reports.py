"""What editors are told of readers' searches."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from search.models import GlossaryTerm, SearchedWords, month_of
from search.words import words_of

policy = ModelPermissionPolicy(SearchedWords)
glossary_policy = ModelPermissionPolicy(GlossaryTerm)


class SearchesFilterSet(WagtailFilterSet):
    months = django_filters.ChoiceFilter(
        label=_("Period"),
        choices=[("1", _("This month")), ("3", _("Three months")), ("12", _("Twelve months"))],
        empty_label=_("All"),
        method="in_months",
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"),
        choices=[("nothing", _("Found nothing at times"))],
        empty_label=_("All"),
        method="with_outcome",
    )

    class Meta:
        model = SearchedWords
        fields = []

    def in_months(self, searched: QuerySet, name: str, months: str) -> QuerySet:
        first = month_of(timezone.localdate(), int(months) - 1)
        return searched.filter(month__gte=first)

    def with_outcome(self, searched: QuerySet, name: str, outcome: str) -> QuerySet:
        # Of the period chosen: filters are applied in their order.
        return searched.filter(words__in=searched.filter(times_not_found__gt=0).values("words"))


class SearchesView(ReportView):
    page_title = _("Searches")
    header_icon = "search"
    template_name = "admin/search/searches.html"
    results_template_name = "admin/search/searches_results.html"
    index_url_name = "searches_report"
    index_results_url_name = "searches_report_results"
    filterset_class = SearchesFilterSet
    permission_policy = policy
    permission_required = "view"
    export_filename = "searches"
    list_export = ["words", "total", "not_found", "latest"]
    export_headings = {
        "words": _("Words"),
        "total": _("Times"),
        "not_found": _("Times nothing was found"),
        "latest": _("Last month"),
    }
    custom_field_preprocess = {
        "latest": {name: lambda day: f"{day:%Y-%m}" for name in ReportView.FORMATS}
    }

    def get_filtered_queryset(self) -> QuerySet:
        searched = self.filter_queryset(SearchedWords.objects.tellable())
        return searched.summed().order_by("-total", "words")

    def decorate_paginated_queryset(self, object_list: QuerySet) -> list[dict]:
        in_glossary = {
            tuple(words_of(name)) for names in GlossaryTerm.objects.synonyms() for name in names
        }
        return [
            row
            | {
                "last_month": _month(row["latest"]),
                "in_glossary": tuple(row["words"].split()) in in_glossary,
            }
            for row in object_list
        ]

    def get_context_data(self, **kwargs) -> dict:
        may_add = glossary_policy.user_has_permission(self.request.user, "add")
        return super().get_context_data(**kwargs) | {"may_add": may_add}


def _month(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")
