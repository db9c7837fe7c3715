from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from core.due import DueWork, due_work
        from core.findable import findables
        from core.offers import TypedLibraries, typed_libraries
        from core.own_items import own_items
        from core.page_cache.clock import next_changes
        from core.personal_data import PersonalData, personal_data
        from core.today import needs
        from events import (
            clock,
            due,
            findable,
            keeping,
            libraries,
            mails,
            news,
            own,
            registration,
            repeating,
            signals,
        )
        from events.hits import show_events
        from events.models import EventPage
        from events.needs import needs_of_attendance, needs_of_series
        from outbox.messages import messages
        from search.showing import Showing, showings
        from updates.following import followables
        from updates.sources import sources

        few, minute = timedelta(seconds=5), timedelta(minutes=1)
        night = timedelta(days=1)
        due_work.add(DueWork("news of events", due.tell_changes, every=few))
        due_work.add(DueWork("reminders of events", due.remind, every=minute))
        due_work.add(DueWork("still coming?", due.ask_still_coming, every=minute))
        due_work.add(DueWork("unconfirmed seats", registration.release_unproven, every=minute))
        due_work.add(DueWork("silent seats", registration.release_silent, every=minute))
        due_work.add(
            DueWork("dates of series", repeating.make_due, every=timedelta(hours=1), at_start=True)
        )
        due_work.add(DueWork("old registrations", keeping.clean, every=night, once_for_all=True))
        next_changes.add(clock.next_change)
        findables.add(findable.EVENTS)
        showings.add(Showing(EventPage, show_events))
        needs.add(needs_of_series)
        needs.add(needs_of_attendance)
        own_items.add(own.OWN_REGISTRATIONS)
        personal_data.add(
            PersonalData("registrations", keeping.export_person, keeping.erase_person)
        )
        typed_libraries.add(TypedLibraries(libraries.counts, libraries.rename))
        for message in mails.MESSAGES:
            messages.add(message)
        sources.add(news.NEW_EVENTS)
        for followable in news.CALENDAR:
            followables.add(followable)
        signals.connect()
