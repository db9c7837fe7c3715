"""What follows where something changes that events name."""

from taggit.models import Tag

from events.findable import EVENTS, events_naming
from events.models import Kind, Series
from people.models import Person
from search.naming import follow_names


def connect() -> None:
    follow_names(EVENTS, (Person, Tag, Kind, Series), events_naming)
