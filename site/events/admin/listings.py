"""The lists of events, kinds and series in the side menu."""

import django_filters
from django import forms
from django.db.models import Case, Count, DateTimeField, F, Min, Q, QuerySet, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.snippets.views.snippets import IndexView as SnippetIndexView
from wagtail.snippets.views.snippets import SnippetViewSet

from core.admin_menu import PageListMenuItem
from events.models import EventPage, EventQuerySet, Kind, Rhythm, Series
from events.wording import time_of

COMING_FIRST = "coming"


class EventFilterSet(PageFilterSet):
    when = django_filters.ChoiceFilter(
        label=_("When"),
        choices=[("coming", _("Coming")), ("past", _("Past")), ("cancelled", _("Cancelled"))],
        method="narrow",
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )
    kind = django_filters.ModelMultipleChoiceFilter(
        label=_("Kind"), queryset=Kind.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    series = django_filters.ModelMultipleChoiceFilter(
        label=_("Series"), queryset=Series.objects.all(), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = EventPage
        fields = []

    def narrow(self, events: EventQuerySet, name: str, when: str) -> EventQuerySet:
        now = timezone.now()
        wanted = {
            "coming": Q(ends_at__gt=now),
            "past": Q(ends_at__lte=now),
            "cancelled": Q(is_cancelled=True),
        }
        return events.filter(wanted[when])


def _date_of(event: EventPage) -> str:
    return f"{date_format(event.starts_there)}, {time_of(event.starts_there)}"


def _status_of(event: EventPage) -> str:
    return _("Cancelled") if event.is_cancelled else ""


class EventIndexView(IndexView):
    default_ordering = COMING_FIRST
    add_item_label = _("New event")
    base_filterset_class = EventFilterSet
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        Column("date", label=_("Date"), accessor=_date_of, sort_key="starts_at", width="14%"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("kind", label=_("Kind"), width="10%"),
        Column("series", label=_("Series"), width="12%"),
        Column("seats", label=_("Seats"), accessor=lambda event: event.seats.line, width="12%"),
        Column("cancelled", label="", accessor=_status_of, width="7%"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="8%"),
    ]

    def get_valid_orderings(self) -> list[str]:
        return [*super().get_valid_orderings(), COMING_FIRST]

    def order_queryset(self, events: QuerySet) -> QuerySet:
        if self.ordering != COMING_FIRST:
            return super().order_queryset(events)
        ahead = When(ends_at__gt=timezone.now(), then=F("starts_at"))
        next_first = Case(ahead, output_field=DateTimeField())
        in_order = events.annotate(next_at=next_first)
        return in_order.order_by(F("next_at").asc(nulls_last=True), "-starts_at", "-pk")

    def annotate_queryset(self, events: QuerySet) -> QuerySet:
        shown = ("kind", "series", "seats", "sequel")
        return super().annotate_queryset(events).prefetch_related(*shown)


class EventListingViewSet(PageListingViewSet):
    model = EventPage
    name = "events"
    icon = "calendar-alt"
    menu_label = _("Events")
    menu_order = 105
    add_to_admin_menu = True
    menu_item_class = PageListMenuItem
    index_view_class = EventIndexView
    filterset_class = EventFilterSet


class KindViewSet(SnippetViewSet):
    model = Kind
    icon = "list-ul"
    menu_label = _("Kinds of events")
    menu_order = 107
    add_to_admin_menu = True
    list_display = ["name"]


def _rhythm_of(series: Series) -> str:
    n = series.interval
    if series.rhythm == Rhythm.WEEKS:
        said = ngettext("every week", "every %(n)d weeks", n) % {"n": n}
    else:
        said = ngettext("every month", "every %(n)d months", n) % {"n": n}
    if series.until is None:
        return said
    return _("%(rhythm)s until %(day)s") % {"rhythm": said, "day": date_format(series.until)}


def _next_of(series: Series) -> str:
    if series.next_at is None:
        return _("none")
    return date_format(timezone.localtime(series.next_at))


class SeriesIndexView(SnippetIndexView):
    def get_base_queryset(self) -> QuerySet[Series]:
        coming = Q(
            events__live=True, events__is_cancelled=False, events__ends_at__gt=timezone.now()
        )
        series = super().get_base_queryset()
        return series.annotate(
            next_at=Min("events__starts_at", filter=coming),
            dates_ahead=Count("events", filter=coming),
        )


class SeriesViewSet(SnippetViewSet):
    model = Series
    icon = "rotate"
    menu_label = _("Series")
    menu_order = 106
    add_to_admin_menu = True
    index_view_class = SeriesIndexView
    list_display = [
        "name",
        Column("rhythm", label=_("Rhythm"), accessor=_rhythm_of),
        Column("next_at", label=_("Next date"), accessor=_next_of, sort_key="next_at"),
        Column("dates_ahead", label=_("Dates ahead"), sort_key="dates_ahead"),
    ]
