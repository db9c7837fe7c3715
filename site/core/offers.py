"""What one part of the site asks of all others, without knowing them.

An app offers in `AppConfig.ready()`; the asker goes through what was offered. The order is
that of INSTALLED_APPS and carries no meaning.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model

Offered = TypeVar("Offered")


class Offers(Generic[Offered]):
    """A list that apps add to while Django starts."""

    def __init__(self) -> None:
        self._offered: list[Offered] = []

    def add(self, offered: Offered) -> Offered:
        """Offer something, once however often it is called; usable as a decorator."""
        if offered not in self._offered:
            self._offered.append(offered)
        return offered

    def __iter__(self) -> Iterator[Offered]:
        return iter(self._offered)


page_saved: Offers[Callable[[Model], None]] = Offers()
"""Called with each page of ours after it and its children are saved, in the same transaction."""

put_to_next_meeting: Offers[Callable[[str, Model], str | None]] = Offers()
"""Called with a question and a user who wants it asked there; returns what meeting it was put to.

None where none is ahead, or none that they may prepare.
"""


@dataclass(frozen=True)
class TypedLibraries:
    """What one part of the site keeps of libraries as people typed them."""

    counts: Callable[[], Mapping[str, int]]
    """How often each text stands there."""
    rename: Callable[[Iterable[str], str], int]
    """Write a library's name in place of some texts, and return how often that was."""


typed_libraries: Offers[TypedLibraries] = Offers()
