"""What an event's page shows."""

from django.http import HttpRequest

from events.models import EventPage


def event_context(event: EventPage, request: HttpRequest) -> dict:
    return {}
