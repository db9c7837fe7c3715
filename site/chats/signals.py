"""What happens to persons, teams and tags that chats name."""

from taggit.models import Tag

from chats.findable import CHATS, chats_naming
from people.models import Person, Team
from search.naming import follow_names


def connect() -> None:
    follow_names(CHATS, (Person, Team, Tag), chats_naming)
