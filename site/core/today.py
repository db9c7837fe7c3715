"""What needs a hand today: each part offers its own, and the admin's first screen shows it."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from core.offers import Offers


@dataclass(frozen=True)
class Need:
    """Something somebody has to do."""

    said: str
    """In a sentence."""
    href: str
    """Where it is done."""
    due_on: datetime.date
    """By when, or since when if it has passed."""

    @property
    def is_late(self) -> bool:
        return self.due_on < timezone.localdate()


needs: Offers[Callable[[AbstractBaseUser], Iterable[Need]]] = Offers()
"""Asked what a user may do something about, in a bounded number of queries."""
