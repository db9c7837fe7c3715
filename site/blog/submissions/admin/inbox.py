"""The list of what was sent in, narrowed and searched."""

import django_filters
from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView

from blog.models import Kind, Source, State, Submission
from blog.submissions.inbox import check_may_read

ALL = "all"
STATES = [*State.choices, (ALL, _("all"))]


class InboxFilterSet(WagtailFilterSet):
    """Without a state it shows what is new."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=STATES,
        method="in_state",
        initial=State.NEW,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices)
    source = django_filters.ChoiceFilter(label=_("Came by"), choices=Source.choices)

    class Meta:
        model = Submission
        fields = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet | None = None, *, request: HttpRequest, **kwargs
    ) -> None:
        data = data.copy()
        data.setdefault("state", State.NEW)
        super().__init__(data, queryset, request=request, **kwargs)

    def in_state(self, submissions: QuerySet, name: str, state: str) -> QuerySet:
        return submissions if state == ALL else submissions.filter(state=state)


class WhatColumn(TitleColumn):
    cell_template_name = "admin/submissions/what_cell.html"


class InboxView(BaseListingView):
    model = Submission
    page_title = _("Sent in")
    header_icon = "download"
    template_name = "admin/submissions/inbox.html"
    results_template_name = "admin/submissions/inbox_results.html"
    index_url_name = "submissions:inbox"
    index_results_url_name = "submissions:results"
    filterset_class = InboxFilterSet
    is_searchable = True
    search_fields = ["title", "text", "name", "email", "library"]
    default_ordering = "-created_at"
    paginate_by = 50
    columns = [
        WhatColumn("heading", label=_("What"), url_name="submissions:one", width="60%"),
        Column("get_kind_display", label=_("Kind")),
        DateColumn("created_at", label=_("Sent"), width="14%"),
    ]

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        check_may_read(request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet:
        return Submission.objects.annotate(file_count=Count("files"))

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        state = self.request.GET.get("state", State.NEW)
        return {**context, "states": self._states(state), "state": state}

    def _states(self, current: str) -> list[dict]:
        """Return each state with where it is shown, and how many are new."""
        query = self.request.GET.copy()
        for name in ("_w_filter_fragment", self.page_kwarg):
            query.pop(name, None)
        states = []
        for state, label in STATES:
            query["state"] = state
            states.append(
                {
                    "label": label,
                    "url": f"{self.index_url}?{query.urlencode()}",
                    "count": Submission.objects.new().count() if state == State.NEW else None,
                    "is_current": state == current,
                }
            )
        return states
