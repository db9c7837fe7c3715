"""How a list is narrowed by its address: what all lists that search have in common."""

from dataclasses import asdict, dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from search.query import is_question, tidy


class WordsField(forms.CharField):
    """A reader's words: capped, on one line, without the characters that databases refuse."""

    def to_python(self, value) -> str:
        return tidy(super().to_python(value))


UNKNOWN = _("“%(value)s” is not in this list and was passed over. Choose another.")


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to; blank narrows nothing. Each field is one of its address."""

    q: str = ""

    @property
    def asks(self) -> bool:
        """Whether there are words to be searched for, and not only signs."""
        return is_question(self.q)

    @property
    def is_active(self) -> bool:
        return any(asdict(self).values())

    def address(self, *left_out: str, **changed: str) -> str:
        """Return the query string of these choices, with some of them left out or changed."""
        chosen = {**asdict(self), **changed}
        return "?" + urlencode({k: v for k, v in chosen.items() if v and k not in left_out})


@dataclass(frozen=True)
class Chip:
    """A choice in force, and the address without it."""

    name: str
    label: str
    href: str


class NarrowingForm(forms.Form):
    """The reader's choices. An unknown value is said to be so, and narrows nothing."""

    nothing_chosen: ClassVar[dict] = {}
    """What each select says where nothing is chosen."""

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        field.choices = [("", self.nothing_chosen.get(name, "")), *choices]
        field.error_messages["invalid_choice"] = UNKNOWN

    def label_of(self, name: str, value: str) -> str:
        """Return a value that is in force as readers know it."""
        raise NotImplementedError

    def chips(self, narrowed: Narrowed) -> list[Chip]:
        """Return what is in force, each with the way out of it."""
        chips = []
        for name, field in self.fields.items():
            if value := getattr(narrowed, name):
                said = value if name == "q" else self.label_of(name, value)
                chips.append(Chip(name, f"{field.label}: {said}", narrowed.address(name)))
        return chips
