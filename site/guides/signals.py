"""What follows where something changes that guides name or show."""

from taggit.models import Tag

from guides.findable import GUIDES, guides_naming
from guides.models import Audience, SharedText
from people.models import Person, Subject
from search.models import GlossaryTerm
from search.naming import follow_names


def connect() -> None:
    follow_names(GUIDES, (Person, Tag, Subject, Audience, SharedText, GlossaryTerm), guides_naming)
