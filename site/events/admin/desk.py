"""The desk: who is registered for an event, narrowed and searched, with what is to be done."""

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, Table
from wagtail.admin.views.generic.base import BaseListingView

from core.zones import shown_in
from events.admin.entries import counts_by_state, entries_of, found, listed
from events.admin.forms import ATTENDANCE, ATTENDED
from events.admin.frame import crumbs, desk_url
from events.admin.screens import screens_of
from events.models import EventPage, Registration, RegistrationQuerySet, State
from events.rights import for_organisers

ON_A_PAGE = 100


class DeskFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=State.choices, widget=forms.RadioSelect, empty_label=_("All")
    )
    attended = django_filters.ChoiceFilter(
        label=_("Attendance"),
        choices=ATTENDANCE,
        method="who_was_there",
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )

    class Meta:
        model = Registration
        fields = []

    def who_was_there(
        self, people: RegistrationQuerySet, name: str, said: str
    ) -> RegistrationQuerySet:
        return people.confirmed().filter(attended=ATTENDED[said])


class Cell(Column):
    """A column with a template of its own, which gets the whole entry as `instance`."""

    def __init__(self, name: str, label: str, width: str | None = None) -> None:
        super().__init__(name, label=label, width=width, accessor=str, classname=f"desk-{name}")
        self.cell_template_name = f"admin/events/{name}_cell.html"


@method_decorator(for_organisers, "dispatch")
class DeskView(BaseListingView):
    model = Registration
    page_title = _("Registrations")
    header_icon = "group"
    template_name = "admin/events/desk.html"
    results_template_name = "admin/events/desk_results.html"
    filterset_class = DeskFilterSet
    is_searchable = True
    paginate_by = ON_A_PAGE
    table_classname = "listing desk-list"

    def dispatch(self, request: HttpRequest, event: EventPage, **kwargs: object) -> HttpResponse:
        self.event = event
        return super().dispatch(request, **kwargs)

    def get_page_subtitle(self) -> str:
        return self.event.get_admin_display_title()

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*crumbs(self.event)[:-1], {"url": "", "label": self.get_page_subtitle()}]

    def get_index_url(self) -> str:
        return desk_url(self.event)

    def get_index_results_url(self) -> str:
        return reverse("event_desk:results", args=[self.event.pk])

    def get_queryset(self) -> RegistrationQuerySet:
        people = self.filter_queryset(listed(self.event))
        return found(people, self.search_query)

    def get_table(self, registrations: RegistrationQuerySet) -> Table:
        entries = entries_of(self.event, registrations)
        self.columns = [
            Cell("who", _("Who"), "30%"),
            Cell("state", _("State"), "22%"),
            *([Cell("answers", _("Answers"))] if any(it.answers for it in entries) else []),
            *([Cell("there", _("Attendance"), "16%")] if self.notes_attendance else []),
            Cell("deeds", _("To do"), "12%"),
        ]
        table = super().get_table(entries)
        table.next_url = self._address(self._query)
        return table

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "event": self.event,
            "seats": self.event.seats,
            "screens": screens_of(self.event),
            "states": self._states(),
            "next_url": self._address(self._query),
            "is_narrowed": bool(self.search_query or self.is_filtering),
        }

    @cached_property
    def notes_attendance(self) -> bool:
        """Whether it is the day of the event, or later."""
        today = shown_in(timezone.now(), self.event.time_zone).date()
        return today >= self.event.starts_there.date()

    @cached_property
    def _query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, value in self.request.GET.items():
            if value and name != "_w_filter_fragment":
                query[name] = value
        return query

    def _states(self) -> list[dict]:
        """Return each state with where it is shown and how many are in it."""
        counts = counts_by_state(self.event)
        query = self._query.copy()
        query.pop(self.page_kwarg, None)
        current = query.pop("state", [""])[0]
        states = [("", _("All"), sum(counts.values()))]
        states += [(state, state.label, counts.get(state, 0)) for state in State]
        shown = []
        for state, label, count in states:
            if state:
                query["state"] = state
            address = self._address(query)
            shown.append(
                {"label": label, "url": address, "count": count, "is_current": state == current}
            )
        return shown

    def _address(self, query: QueryDict) -> str:
        return f"{self.index_url}?{query.urlencode()}".rstrip("?")
