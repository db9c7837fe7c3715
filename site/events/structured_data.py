"""What search engines are told of an event: schema.org Event."""

from urllib.parse import urljoin

from django.utils.translation import gettext as _
from wagtail.models import Site

from events.models import EventPage, Format

SCHEMA = "https://schema.org"
MODES = {
    Format.ONLINE: "OnlineEventAttendanceMode",
    Format.IN_PERSON: "OfflineEventAttendanceMode",
    Format.BOTH: "MixedEventAttendanceMode",
}


def event_data(event: EventPage, site: Site) -> dict | None:
    """Return an event as JSON-LD; None for one that has no address yet.

    Where it is online, its location is our page: the call is for registered people alone.
    """
    address = event.full_url
    if not address:
        return None
    data = {
        "@context": SCHEMA,
        "@type": "Event",
        "name": event.title,
        "url": address,
        "startDate": event.starts_there.isoformat(),
        "endDate": event.ends_there.isoformat(),
        "eventStatus": f"{SCHEMA}/{'EventCancelled' if event.is_cancelled else 'EventScheduled'}",
        "eventAttendanceMode": f"{SCHEMA}/{MODES[Format(event.format)]}",
        "location": _location(event, address),
        "organizer": {
            "@type": "Organization",
            "name": site.site_name or site.hostname,
            "url": site.root_url,
        },
    }
    if event.abstract:
        data["description"] = event.abstract
    if tags := event.shown_tags:
        data["keywords"] = ", ".join(tag.name for tag in tags)
    if event.series:
        series_address = urljoin(address, f"../series/{event.series.slug}/")
        data["superEvent"] = {
            "@type": "EventSeries",
            "name": event.series.name,
            "url": series_address,
        }
    return data


def _location(event: EventPage, address: str) -> dict | list[dict]:
    places = []
    if event.is_in_person:
        place = {"@type": "Place", "name": event.place or _("In person")}
        if event.address:
            place["address"] = ", ".join(filter(None, map(str.strip, event.address.splitlines())))
        places.append(place)
    if event.is_online:
        places.append({"@type": "VirtualLocation", "url": address})
    return places[0] if len(places) == 1 else places
