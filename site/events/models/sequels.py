"""What became of an event."""

from django.db import models
from wagtail.models import Page

from events.models.pages import EventPage


class Sequel(models.Model):
    """The page on which an event goes on: of its chat, with recording and topics."""

    event = models.OneToOneField(EventPage, on_delete=models.CASCADE, related_name="sequel")
    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="event_sequel")
    recorded_at = models.DateTimeField(null=True)
    """When its recording was first seen published, and registrants are to be told."""

    def __str__(self) -> str:
        return f"{self.event} → {self.page}"
