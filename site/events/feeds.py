"""The calendar for other programs: files of events (RFC 5545), and Atom (RFC 4287)."""

import datetime
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.feeds import answer_feed
from core.html import plain_text
from events import calendar_files
from events.filters import Narrowing
from events.models import CalendarPage, EventPage, EventQuerySet, Kind, Series

KEPT_FOR = datetime.timedelta(days=180)
"""How long after its end an event stays in feeds."""
MOST_IN_ATOM = 50
CALENDAR_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Feed:
    """What a feed is of."""

    events: EventQuerySet
    name: str
    address: str
    """The whole address of the page that shows the same."""
    path: str
    """Where its files lie, below the calendar."""
    about: str = ""


def event_file(event: EventPage, request: HttpRequest) -> HttpResponse:
    """Answer with one event, to be opened or kept."""
    response = answer_feed(request, calendar_files.event_file(event).decode(), CALENDAR_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{event.slug}.ics")
    return response


def calendar_feed(
    calendar: CalendarPage, request: HttpRequest, kind: str = "", series: str = ""
) -> HttpResponse:
    """Answer with coming events and those of the last half year, cancelled ones among them."""
    feed = _feed(calendar, request, kind, series)
    written = calendar_files.feed(feed.events.in_order().in_full(), feed.name, feed.address)
    return answer_feed(request, written.decode(), CALENDAR_TYPE)


def atom_feed(
    calendar: CalendarPage, request: HttpRequest, kind: str = "", series: str = ""
) -> HttpResponse:
    """Answer with the same events, those first that were announced last."""
    feed = _feed(calendar, request, kind, series)
    written = Atom1Feed(
        title=feed.name,
        link=feed.address,
        feed_url=f"{calendar.get_full_url(request)}{feed.path}feed.xml",
        description=feed.name,
        subtitle=feed.about or None,
        language=get_language(),
    )
    newest = feed.events.order_by("-first_published_at", "-pk").in_full()
    for event in newest[:MOST_IN_ATOM]:
        written.add_item(**_item(request, event))
    return answer_feed(request, written.writeString("utf-8"), written.content_type)


def _feed(calendar: CalendarPage, request: HttpRequest, kind: str, series: str) -> Feed:
    """Return what an address of a feed names. Raises Http404 where it names nothing."""
    address, site = calendar.get_full_url(request), calendar.get_site()
    events = EventPage.objects.published().filter(ends_at__gt=timezone.now() - KEPT_FOR)
    path = Narrowing(kind=kind, series=series).feed_path
    name, about = [calendar.title, site.site_name or site.hostname], plain_text(calendar.intro)
    if kind:
        of_kind = get_object_or_404(Kind, slug=kind)
        events, name = events.filter(kind=of_kind), [of_kind.name, *name]
        address += Narrowing(kind=kind).query()
    elif series:
        of_series = get_object_or_404(Series, slug=series)
        events, name = events.filter(series=of_series), [of_series.name, *name]
        address, about = f"{address}{path}", of_series.summary
    return Feed(events, " · ".join(name), address, path, about)


def _item(request: HttpRequest, event: EventPage) -> dict:
    address = event.get_full_url(request)
    cancelled = _("Cancelled: %(title)s") % {"title": event.title}
    return {
        "title": cancelled if event.is_cancelled else event.title,
        "link": address,
        "description": _in_words(event),
        # It stays when the page gets another address.
        "unique_id": f"urn:uuid:{event.translation_key}",
        "unique_id_is_permalink": False,
        "pubdate": event.first_published_at,
        "updateddate": event.last_published_at,
        "categories": [tag.name for tag in event.shown_tags],
    }


def _in_words(event: EventPage) -> str:
    return plain_text(render_to_string("components/event-words.html", {"event": event}))
