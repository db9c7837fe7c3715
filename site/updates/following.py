"""What apps offer to be followed, and how each thing is named."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.functional import Promise

from core.offers import Offers


class Ref(NamedTuple):
    """A thing that can be followed."""

    kind: str
    key: str = ""
    """Lasting: a primary key rather than a slug; blank where there is one of the kind."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"

    @classmethod
    def read(cls, text: str) -> "Ref":
        kind, _colon, key = text.partition(":")
        return cls(kind, key)


@dataclass(frozen=True)
class Followed:
    """A thing that can be followed, as readers meet it."""

    ref: Ref
    title: str
    """As it stands after “You follow”: Posts about packaging."""
    href: str
    """Its page, on this site."""
    feed: str = ""
    """The same for feed readers, on this site; blank for none."""
    summary: str = ""
    """Who should follow it, in a sentence."""
    is_open: bool = True
    """Whether somebody may begin to follow it; who does already stays."""


@dataclass(frozen=True)
class Followable:
    """A kind of things that can be followed. No method may change anything."""

    kind: str
    label: str | Promise
    """What stands above things of this kind: Blog."""
    named: Callable[[Iterable[str]], Mapping[str, Followed]]
    """Given keys: those that readers may follow now, in a number of queries that does not grow."""
    offered: Callable[[], Iterable[Followed]] = field(default=lambda: ())
    """Those that the page of all updates offers, in its order."""


followables: Offers[Followable] = Offers()


def find_followed(refs: Iterable[Ref]) -> dict[Ref, Followed]:
    """Return what is there of these to be followed, in their order."""
    wanted = list(dict.fromkeys(refs))
    keys: dict[str, list[str]] = {}
    for ref in wanted:
        keys.setdefault(ref.kind, []).append(ref.key)
    found = {
        followed.ref: followed
        for followable in followables
        if followable.kind in keys
        for followed in followable.named(keys[followable.kind]).values()
    }
    return {ref: found[ref] for ref in wanted if ref in found}


def find_open(refs: Iterable[Ref]) -> dict[Ref, Followed]:
    """Return what somebody may begin to follow of these, in their order."""
    return {ref: followed for ref, followed in find_followed(refs).items() if followed.is_open}


def primary_keys(keys: Iterable[str]) -> list[int]:
    """Return those keys that are primary keys."""
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 19]
