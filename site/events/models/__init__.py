"""Events, their series, and who has a seat."""

from events.models.pages import (
    CalendarPage,
    EventHost,
    EventPage,
    EventQuerySet,
    EventQuestion,
    EventTag,
    Format,
    QuestionKind,
    RegistrationMode,
)
from events.models.people import LONGEST_NAME, Attendee, new_key
from events.models.registrations import (
    LIVE,
    Answer,
    CalendarEntry,
    EndedBy,
    EventSettings,
    NotedBy,
    Registration,
    RegistrationQuerySet,
    Seats,
    State,
)
from events.models.sequels import Sequel
from events.models.series import Follower, FollowerQuerySet, Kind, Occurrence, Rhythm, Series

__all__ = [
    "LIVE",
    "LONGEST_NAME",
    "Answer",
    "Attendee",
    "CalendarEntry",
    "CalendarPage",
    "EndedBy",
    "EventHost",
    "EventPage",
    "EventQuerySet",
    "EventQuestion",
    "EventSettings",
    "EventTag",
    "Follower",
    "FollowerQuerySet",
    "Format",
    "Kind",
    "NotedBy",
    "Occurrence",
    "QuestionKind",
    "Registration",
    "RegistrationMode",
    "RegistrationQuerySet",
    "Rhythm",
    "Seats",
    "Sequel",
    "Series",
    "State",
    "new_key",
]
