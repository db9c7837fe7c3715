"""The calendar's lists: coming events, past ones, a series, and what other sites may show."""

from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.clickjacking import xframe_options_exempt

from core.page_cache.parts import kept
from events.filters import Narrowed, Narrowing, narrowed
from events.models import CalendarPage, EventPage, Kind, Series
from events.news import EVENTS, OF_KIND, OF_SERIES
from events.showing import below, by_month, listed
from updates.following import Ref

EVENTS_PER_PAGE = 20
MOST_EMBEDDED = 20
MOST_OF_SERIES = 13
"""Dates to come, and as many past ones: half a year of a fortnightly series."""


class Addresses:
    """Where the parts of a calendar are, as a reader's choices narrow them."""

    def __init__(self, calendar: CalendarPage, request: HttpRequest, narrowing: Narrowing):
        self.calendar = calendar.get_url(request)
        self.query = narrowing.query()
        today = timezone.localdate()
        self.this_month = f"{self.calendar}{today.year}/{today.month}/{self.query}"
        self._full = calendar.get_full_url(request)
        self._feeds = narrowing.feed_path

    @property
    def feed(self) -> str:
        """The whole address of the file that calendars subscribe to."""
        return f"{self._full}{self._feeds}calendar.ics"

    @property
    def webcal(self) -> str:
        """The same for a program that is asked to subscribe at once."""
        return "webcal:" + self.feed.partition(":")[2]

    @property
    def atom(self) -> str:
        return f"{self.calendar}{self._feeds}feed.xml"

    @property
    def embed(self) -> str:
        return f"{self._full}embed/{self.query}"


def show_coming(calendar: CalendarPage, request: HttpRequest) -> HttpResponse:
    """Show what is still to come, the next event first."""
    public = EventPage.objects.published()
    part = narrowed(request, "coming", calendar.get_url(request), public.upcoming())
    context = _list_context(calendar, request, "coming", part)
    context["follow_refs"] = [str(ref) for ref in _refs(part.narrowing)]
    context["has_past"] = SimpleLazyObject(public.past().exists)
    return calendar.render(request, context_overrides=context)


def show_past(calendar: CalendarPage, request: HttpRequest) -> HttpResponse:
    """Show what is over, the last event first, each with its recording."""
    address = f"{calendar.get_url(request)}past/"
    part = narrowed(request, "past", address, EventPage.objects.published().past())
    context = {
        **_list_context(calendar, request, "past", part),
        **below(calendar, request),
        "address": address,
    }
    return calendar.render(request, template="pages/events/past.html", context_overrides=context)


def show_series(calendar: CalendarPage, request: HttpRequest, slug: str) -> HttpResponse:
    """Show a series: its dates to come, and the last ones. Raises Http404 for an unknown one."""
    series = get_object_or_404(Series, slug=slug)
    dates = EventPage.objects.published().filter(series=series)
    coming = listed(dates.upcoming().for_listing()[: MOST_OF_SERIES + 1])
    past = listed(dates.past().for_listing()[: MOST_OF_SERIES + 1])
    context = {
        "series": series,
        "follow_refs": [str(Ref(OF_SERIES, str(series.pk)))],
        "description": series.summary,
        "coming": coming[:MOST_OF_SERIES],
        "past": past[:MOST_OF_SERIES],
        "has_more_coming": len(coming) > MOST_OF_SERIES,
        "has_more_past": len(past) > MOST_OF_SERIES,
        "open_date": next((one.event for one in coming if one.registering.is_open), None),
        "addresses": Addresses(calendar, request, Narrowing(series=series.slug)),
        **below(calendar, request),
    }
    return calendar.render(request, template="pages/events/series.html", context_overrides=context)


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
def show_embedded(calendar: CalendarPage, request: HttpRequest) -> HttpResponse:
    """Show the next events alone, for a frame on any other site."""
    public = EventPage.objects.published()
    part = narrowed(request, "coming", "", public.upcoming())
    # Nobody there could take a choice back: one that no event has leaves nothing.
    events = part.events if part.form.is_valid() else public.none()
    context = {
        "items": listed(events.for_listing()[:MOST_EMBEDDED]),
        "addresses": Addresses(calendar, request, part.narrowing),
    }
    return calendar.render(request, template="pages/events/embed.html", context_overrides=context)


def _refs(narrowing: Narrowing) -> list[Ref]:
    """Return how a part of the calendar is followed, the narrowest first."""
    refs = [Ref(EVENTS)]
    if narrowing.kind:
        pk = Kind.objects.only("pk").get(slug=narrowing.kind).pk
        refs.insert(0, Ref(OF_KIND, str(pk)))
    return refs


def _list_context(calendar: CalendarPage, request: HttpRequest, view: str, part: Narrowed) -> dict:
    paginator = Paginator(part.events.for_listing(), EVENTS_PER_PAGE)
    counted = f"events:{view}:count{part.narrowing.query()}"
    paginator.count = kept(request, counted, part.events.count)
    listing = paginator.get_page(request.GET.get("page"))
    items = SimpleLazyObject(lambda: listed(listing.object_list))
    return {
        "part": part,
        "listing": listing,
        "items": items,
        "months": SimpleLazyObject(lambda: by_month(items)),
        "addresses": Addresses(calendar, request, part.narrowing),
    }
