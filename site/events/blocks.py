"""Events as blocks of a text."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from events.models import EventPage
from events.showing import ListedEvent, listed


class EventValue(blocks.StructValue):
    @cached_property
    def found(self) -> ListedEvent | None:
        """The event as a list shows it, if readers may see it."""
        page = self["event"]
        if page is None:
            return None
        events = EventPage.objects.published().for_listing().filter(pk=page.pk)
        return next(iter(listed(events)), None)


class EventBlock(blocks.StructBlock):
    event = blocks.PageChooserBlock(page_type="events.EventPage", label=_("Event"))

    class Meta:
        icon = "calendar-alt"
        group = _("Events")
        label = _("An event")
        description = _("When and where it is, and whether seats are left.")
        template = "blocks/event.html"
        preview_template = "blocks/previews/event.html"
        value_class = EventValue


class UpcomingEventsValue(blocks.StructValue):
    @cached_property
    def found(self) -> list[ListedEvent]:
        """What is next, as a list shows it; what was cancelled is not."""
        events = EventPage.objects.published().taking_place().upcoming()
        if self["series"]:
            events = events.filter(series=self["series"])
        return listed(events.for_listing()[: self["most"] or 1])


class UpcomingEventsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    series = SnippetChooserBlock(
        "events.Series",
        label=_("Of a series"),
        required=False,
        help_text=_("Empty: of all."),
    )
    most = blocks.IntegerBlock(label=_("How many at most"), default=3, min_value=1, max_value=10)

    class Meta:
        icon = "calendar-alt"
        group = _("Events")
        label = _("Upcoming events")
        description = _("What is next, kept up by itself.")
        template = "blocks/upcoming_events.html"
        value_class = UpcomingEventsValue
        preview_value = {"title": _("What is next"), "series": None, "most": 2}


EVENT_BLOCKS = (("event", EventBlock()),)
EVENT_LIST_BLOCKS = (("upcoming_events", UpcomingEventsBlock()),)
