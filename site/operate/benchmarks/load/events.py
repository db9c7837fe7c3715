"""Events made up, past ones and some that are ahead."""

import datetime
import random

from django.utils import timezone
from django.utils.text import capfirst

from events.calendar_entries import told_of
from events.models import CalendarEntry, CalendarPage, EventHost, EventPage, EventTag, Seats
from operate.benchmarks.language import QUESTIONS, THINGS, some_words
from operate.benchmarks.load.planting import WORDS_SEED, plant, some_people, some_tags

AHEAD = 10
"""Of so many, one is ahead."""
SUMMARY_WORDS = 20
TEXT_WORDS = 120


def make_events(calendar: CalendarPage, events: int) -> None:
    """Make live events with seats for all, one a day."""
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    people, tags = some_people(), some_tags()
    last = timezone.localdate() + datetime.timedelta(days=events // AHEAD)
    known = EventPage.objects.child_of(calendar).count()
    days = [last - datetime.timedelta(days=days) for days in range(events)]
    made = plant(calendar, [_event(date, f"event-{known}-{date}", chance) for date in days])
    Seats.objects.bulk_create(Seats(event=event) for event in made)
    CalendarEntry.objects.bulk_create(
        CalendarEntry(event=event, uid=f"{event.slug}@example.org", told=told_of(event))
        for event in made
    )
    EventHost.objects.bulk_create(
        EventHost(page=event, person=chance.choice(people), sort_order=0) for event in made
    )
    EventTag.objects.bulk_create(
        EventTag(content_object=event, tag=tag)
        for event in made
        for tag in chance.sample(tags, chance.randint(0, 3))
    )


def _event(date: datetime.date, slug: str, chance: random.Random) -> EventPage:
    one, other = chance.sample(THINGS, 2)
    title = capfirst(chance.choice(QUESTIONS).format(a=one, b=other))
    event = EventPage(
        title=title,
        draft_title=title,
        slug=slug,
        date=date,
        start_time=datetime.time(14),
        end_time=datetime.time(15),
        summary=capfirst(some_words(SUMMARY_WORDS, chance))[:300],
        body=[("text", f"<p>{capfirst(some_words(TEXT_WORDS, chance))}.</p>")],
    )
    event._set_instants_if_told()
    event.first_published_at = event.last_published_at = timezone.now()
    return event
