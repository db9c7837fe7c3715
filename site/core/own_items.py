"""What somebody has on this site, for their own page: each part offers what it keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from core.offers import Offers


@dataclass(frozen=True)
class OwnItem:
    """A thing that somebody has, and where they change or end it."""

    title: str
    href: str = ""
    """The page it belongs to, if readers can see one."""
    state: str | Promise = ""
    """How it is with it, in a few words."""
    when: datetime | None = None
    deed: str | Promise = ""
    """What `deed_href` is for: “Change or cancel”."""
    deed_href: str = ""


@dataclass(frozen=True)
class OwnItems:
    """What one part of the site keeps for people under their address."""

    label: str | Promise
    none: str | Promise
    """What is said where there is nothing."""
    of: Callable[[str], Sequence[OwnItem]]
    """Given an address that is shown to be the reader's own."""


own_items: Offers[OwnItems] = Offers()
