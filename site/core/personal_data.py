"""What is kept of a person, by address: each part offers its own, to be handed over or erased."""

from collections.abc import Callable
from dataclasses import dataclass

from core.offers import Offers


@dataclass(frozen=True)
class PersonalData:
    """What one part of the site keeps under an address, in any case of its letters."""

    name: str
    """As "comments"."""
    export: Callable[[str], list[dict]]
    """Return it all as values that JSON knows."""
    erase: Callable[[str], int]
    """Erase it, in one transaction, and return how many things that were."""


personal_data: Offers[PersonalData] = Offers()
