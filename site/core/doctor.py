"""What `manage.py doctor` looks at: each part of the site offers its checks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from core.offers import Offers


class Level(Enum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    level: Level
    said: str
    """How it is, in a plain sentence."""
    do: str = ""
    """What its operator can do, in another."""
    of: tuple[str, ...] = ()
    """Addresses of whom it speaks, for the terminal alone: no mail tells them."""


@dataclass(frozen=True)
class Check:
    name: str
    """Unique; that of a part in `core.health` speaks for it too."""
    look: Callable[[], Iterable[Finding]]
    asks_others: bool = False
    """Whether it asks other machines; `--offline` leaves it out."""


checks: Offers[Check] = Offers()


def good(said: str) -> Finding:
    return Finding(Level.GOOD, said)


def warn(said: str, do: str, *of: str) -> Finding:
    return Finding(Level.WARN, said, do, of)


def bad(said: str, do: str, *of: str) -> Finding:
    return Finding(Level.BAD, said, do, of)
