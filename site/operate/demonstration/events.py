"""The calendar of the demonstration: series that run on, single events, and who is registered."""

import datetime
from collections.abc import Iterable
from itertools import islice

from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from taggit.models import Tag
from wagtail.coreutils import find_available_slug

from chats.models import ChatPage
from core.text import folded
from events.models import (
    Answer,
    CalendarPage,
    EventPage,
    EventQuerySet,
    EventQuestion,
    EventTag,
    Kind,
    NotedBy,
    Occurrence,
    Registration,
    Seats,
    Sequel,
    Series,
    State,
)
from events.repeating import make_dates
from operate.demonstration.items import find_or_make, given, loaded, read, remember
from people.models import Person

AS_GIVEN = [
    "title",
    "summary",
    "time_zone",
    "format",
    "place",
    "address",
    "arrival_notes",
    "day_contact",
    "is_recorded",
    "has_waiting_list",
    "still_coming_days",
    "gives_up_silent",
    "contact_hours",
    "is_cancelled",
    "cancel_reason",
]
OF_SERIES = ["name", "summary", "rhythm", "interval", "weeks_ahead", "is_of_chats", "join_url"]
OF_QUESTION = ["key", "label", "help", "kind", "is_private"]
ANNOUNCED = datetime.timedelta(weeks=6)
"""How long before its day an event was published."""
SIX_MONTHS = datetime.timedelta(weeks=26)
TURNS = 12
"""How many dates of a monthly series are looked at."""


def load_events(
    people: dict[str, Person], chats: dict[int, ChatPage], week_zero: datetime.date
) -> int:
    """Publish the events as if each had been announced in time; return how many.

    `chats` by how many weeks before `week_zero` they are. No mail is due for any of it. Without a
    calendar there are none.
    """
    calendar = CalendarPage.objects.first()
    if calendar is None:
        return 0
    entries = read("events")
    maker = _EventMaker(calendar, people, chats, week_zero, entries)
    for entry in entries["events"]:
        maker.make(entry)
    further = [event for series in maker.series.values() for event in make_dates(series)]
    for event in further:
        remember(event)
    return len(entries["events"]) + len(further)


def loaded_events() -> EventQuerySet:
    """Return the events that were loaded, and the dates made since of the series that were."""
    of_series = Q(occurrence__series__in=loaded(Series))
    return EventPage.objects.filter(Q(pk__in=loaded(EventPage)) | of_series)


def remove_events() -> None:
    """Take the events out again, with all who are registered for them."""
    events = loaded_events().values_list("pk", flat=True)
    EventPage.objects.filter(pk__in=list(events)).delete()
    Occurrence.objects.filter(series__in=loaded(Series), event=None).delete()


class _EventMaker:
    """Makes the entries of events.toml, and the series that they belong to."""

    def __init__(
        self,
        calendar: CalendarPage,
        people: dict[str, Person],
        chats: dict[int, ChatPage],
        week_zero: datetime.date,
        entries: dict,
    ):
        self.calendar = calendar
        self.people = people
        self.chats = chats
        self.week_zero = week_zero
        self.registrants = entries["people"]
        for kind in entries["kinds"]:
            find_or_make(Kind, **kind)
        self.series = {one["name"]: self._series(one) for one in entries["series"]}

    def make(self, entry: dict) -> EventPage:
        event = self._event(entry)
        published_on = event.date - ANNOUNCED
        noon = timezone.make_aware(datetime.datetime.combine(published_on, datetime.time(12)))
        event.first_published_at = min(noon, timezone.now())
        self.calendar.add_child(instance=event)
        event.save_revision().publish()
        remember(event)
        event = EventPage.objects.get(pk=event.pk)
        if event.series:
            Occurrence.objects.create(series=event.series, slot=event.date, event=event)
            if entry.get("pattern"):
                Series.objects.filter(pk=event.series.pk).update(pattern=event)
                self.series[entry["series"]].pattern = event
            if event.series.is_of_chats:
                self._go_on(event, self.chats[entry["weeks_ago"]])
        self._register(event, entry)
        return event

    def _series(self, entry: dict) -> Series:
        if "begins_weeks_ago" in entry:
            begins_on = self.week_zero - datetime.timedelta(weeks=entry["begins_weeks_ago"])
        else:
            begins_on = _nth_weekday(self.week_zero - SIX_MONTHS, entry["nth"], entry["weekday"])
        return remember(Series.objects.create(begins_on=begins_on, **given(entry, OF_SERIES)))

    def _event(self, entry: dict) -> EventPage:
        series = self.series.get(entry.get("series", ""))
        event = EventPage(
            date=self._day(entry, series),
            start_time=datetime.time.fromisoformat(entry.get("start", "14:00")),
            end_time=datetime.time.fromisoformat(entry.get("end", "15:00")),
            series=series,
            kind=Kind.objects.get(name__iexact=entry.get("kind", "Community chat")),
            live=False,
            **{"title": series.name if series else "", **given(entry, AS_GIVEN)},
        )
        event.is_recorded = event.is_recorded or bool(series and series.is_of_chats)
        event.new_seats = entry.get("seats")
        event.hosts = [self.people[slug] for slug in entry["hosts"]]
        event.tagged_items = [
            EventTag(tag=find_or_make(Tag, name=name)) for name in entry.get("tags", [])
        ]
        event.event_questions = [
            EventQuestion(
                sort_order=place,
                choices="\n".join(question.get("choices", [])),
                **given(question, OF_QUESTION),
            )
            for place, question in enumerate(entry.get("questions", []))
        ]
        event.body = [(block["type"], _value(block)) for block in entry.get("body", [])]
        if "series" not in entry and event.is_online:
            event.join_url = "https://example.org/call"
        stem = slugify(event.title)
        named = f"{stem}-{event.date.isoformat()}" if series else stem
        event.slug = find_available_slug(self.calendar, named)
        return event

    def _day(self, entry: dict, series: Series | None) -> datetime.date:
        if "turn" in entry:
            return _turn(series, entry["turn"])
        weeks, days = entry["weeks_ago"], entry.get("days_after", 0)
        return self.week_zero + datetime.timedelta(days=days - 7 * weeks)

    def _go_on(self, event: EventPage, chat: ChatPage) -> None:
        recorded_at = chat.starts_at if chat.has_recording else None
        Sequel.objects.create(event=event, page_id=chat.pk, recorded_at=recorded_at)

    def _register(self, event: EventPage, entry: dict) -> None:
        """Keep who is registered as if each had come in time and all mail had left."""
        seated, waiting = entry.get("registered", 0), entry.get("waiting", 0)
        sequence = event.entry.sequence
        now = timezone.now()
        for number in range(seated + waiting):
            person = self.registrants[(entry["first"] + number) % len(self.registrants)]
            created_at = min(event.starts_at, now) - datetime.timedelta(hours=40 - number)
            registration = Registration.objects.create(
                event=event,
                name=person["name"],
                email=f"{'.'.join(folded(person['name']).split())}@example.org",
                library=person["library"],
                state=State.CONFIRMED if number < seated else State.WAITING,
                created_at=created_at,
                told_sequence=sequence,
                day_reminder_for=event.starts_at,
                hour_reminder_for=event.starts_at,
                asked_at=created_at if event.still_coming_days else None,
                coming_at=created_at if event.still_coming_days else None,
                recording_told_at=now,
                **_attendance(event, number, entry.get("there", 0)),
            )
            _answer(registration, number, entry.get("questions", []))
        Seats.objects.filter(event=event).update(taken=seated, waiting=waiting)


def _attendance(event: EventPage, number: int, there: int) -> dict:
    if not there:
        return {}
    came = number < there
    minutes = (event.ends_at - event.starts_at).seconds // 60 if came else None
    return {"attended": came, "minutes": minutes, "noted_by": NotedBy.STAFF}


def _answer(registration: Registration, number: int, questions: Iterable[dict]) -> None:
    for question in questions:
        answers = question["answers"]
        if value := answers[number % len(answers)]:
            Answer.objects.create(
                registration=registration,
                question=question["key"],
                label=question["label"],
                value=value,
                is_private=question.get("is_private", False),
            )


def _value(block: dict) -> str | dict:
    if block["type"] == "callout":
        return {"kind": block["kind"], "title": block["title"], "text": block["html"]}
    return block["html"]


def _turn(series: Series, turn: int) -> datetime.date:
    """Return a date of a series, counted from the first that is ahead, which is 0."""
    today = timezone.localdate()
    past, ahead = [], []
    for slot in islice(series.slots(), TURNS):
        (ahead if slot > today else past).append(slot)
    return ahead[turn] if turn >= 0 else past[turn]


def _nth_weekday(like: datetime.date, nth: int, weekday: int) -> datetime.date:
    """Return that weekday of the month of `like`: 2 and 3 for the second Thursday."""
    first = like.replace(day=1)
    return first + datetime.timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)
