"""The report of a year, in the admin, on paper and as a table."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.views.generic import PermissionCheckedMixin

from operate.yearly import JANUARY, JULY, Part, Year, report, table
from search.reports import policy

FIRST_YEAR = 2000
MAY = "view"
"""Of searches, which the report tells of among others: administrators and editors may."""


class YearForm(forms.Form):
    """Which year: given by the number of the one it begins in."""

    begins = forms.TypedChoiceField(
        label=_("From"),
        choices=[(JANUARY, _("January to December")), (JULY, _("July to June"))],
        coerce=int,
        required=False,
        empty_value=JANUARY,
    )
    year = forms.IntegerField(label=_("Beginning in"), min_value=FIRST_YEAR, required=False)

    def clean_year(self) -> int | None:
        year, now = self.cleaned_data["year"], timezone.localdate().year
        if year is not None and year > now:
            raise forms.ValidationError(_("That year has not begun."))
        return year

    def chosen(self) -> Year:
        """Return what was asked for; without, or with nonsense, the one that is running."""
        said = self.cleaned_data if self.is_valid() else {}
        running = Year.of(timezone.localdate(), said.get("begins") or JANUARY)
        number = said.get("year") or running.number
        return Year(min(number, running.number), running.first_month)


class YearlyView(PermissionCheckedMixin, View):
    http_method_names = ["get", "head"]
    permission_policy = policy
    permission_required = MAY

    def get(self, request: HttpRequest) -> HttpResponse:
        form = YearForm(request.GET or None)
        year = form.chosen()
        parts = report(year)
        if request.GET.get("export") == "csv":
            response = HttpResponse(table(year, parts), content_type="text/csv; charset=utf-8")
            name = f"year-{year.begins_on}-{year.ends_on}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        else:
            response = TemplateResponse(
                request, "admin/yearly/report.html", self._context(form, year, parts)
            )
        patch_cache_control(response, private=True, no_store=True)
        return response

    def _context(self, form: YearForm, year: Year, parts: list[Part]) -> dict:
        title = _("The year in numbers")
        shown = YearForm(initial={"year": year.number, "begins": year.first_month})
        return {
            "header_title": title,
            "page_subtitle": year.label,
            "header_icon": "calendar-alt",
            "breadcrumbs_items": [
                {"url": reverse("wagtailadmin_home"), "label": _("Home")},
                {"url": "", "label": title},
            ],
            "form": form if form.errors else shown,
            "year": year,
            "parts": parts,
        }
