"""Persons, teams and libraries, and the pages that show them."""

from people.models.named import (
    Library,
    LibraryType,
    Named,
    NamedQuerySet,
    Person,
    Subject,
    Team,
)
from people.models.pages import CommitteePage, CommitteeTerm, ContactPage, PeoplePage

__all__ = [
    "CommitteePage",
    "CommitteeTerm",
    "ContactPage",
    "Library",
    "LibraryType",
    "Named",
    "NamedQuerySet",
    "PeoplePage",
    "Person",
    "Subject",
    "Team",
]
