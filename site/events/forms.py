"""What readers fill in: who comes, what they are asked, where their links are sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.public_forms import LineField, PublicForm, TextField
from core.text import folded
from events.models import LONGEST_NAME, EventPage, EventQuestion, QuestionKind, Registration
from events.registration import Person
from outbox.addresses import key_of
from outbox.models import LONGEST_ADDRESS

MOST_PEOPLE = 5
FEW_CHOICES = 6
LONGEST_LINE = 300
LONGEST_TEXT = 2000
TICKED = "yes"
OF_LIBRARIES = {"autocomplete": "organization", "data-libraries": reverse_lazy("people:libraries")}
"""A field where libraries are suggested, by js/event.js; any other may be typed."""
LINK = re.compile(r"://|\bwww\.|\w\.[a-z]{2,}/", re.IGNORECASE)


@dataclass(frozen=True)
class PersonFields:
    """What is asked of one of those who come by one form."""

    number: int
    fields: list[BoundField]

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def is_begun(self) -> bool:
        """Whether something stands in it, or is wrong with it."""
        return any(field.value() or field.errors for field in self.fields)


class NameField(LineField):
    """A name of a person or a library: it stands in mail, which must carry no stranger's links."""

    def __init__(self, **kwargs) -> None:
        super().__init__(max_length=LONGEST_NAME, **kwargs)

    def validate(self, value: str) -> None:
        super().validate(value)
        if LINK.search(value):
            raise forms.ValidationError(_("Write a name, without web addresses."))


class RegistrationForm(PublicForm):
    """Up to five people, who may share an address; the first one's library is that of all."""

    library = NameField(
        label=gettext_lazy("Your library"),
        required=False,
        widget=forms.TextInput(attrs=OF_LIBRARIES),
    )
    follow = forms.BooleanField(required=False)

    def __init__(self, event: EventPage, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.questions = event.questions
        if event.series_id:
            self.fields["follow"].label = _("Register for all coming dates of “%(series)s”") % {
                "series": event.series.name
            }
        else:
            del self.fields["follow"]
        for number in range(1, MOST_PEOPLE + 1):
            self._ask_person(number)

    @property
    def groups(self) -> list[PersonFields]:
        """The fields of each person, in order."""
        return [
            PersonFields(number, [self[name] for name in self._names(number)])
            for number in range(1, MOST_PEOPLE + 1)
        ]

    @property
    def has_more(self) -> bool:
        """Whether somebody beside the first is named in it."""
        return any(group.is_begun for group in self.groups[1:])

    @property
    def asks_private(self) -> bool:
        return any(question.is_private for question in self.questions)

    @property
    def visible_values(self) -> Iterator[tuple[str, str]]:
        """Yield what was sent, field by field, for a form that hides it."""
        for name in self.fields:
            if name != "stamp" and (value := self[name].value()):
                yield name, "on" if value is True else str(value)

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.is_trapped:
            self.add_error(
                None, _("A field that nobody sees was filled in. It is empty now: send once more.")
            )
        known = set()
        for number in range(1, MOST_PEOPLE + 1):
            if number > 1:
                self._check_person(number, cleaned)
            if not (name := cleaned.get(_field("name", number))):
                continue
            who = (folded(name), key_of(self._email(number, cleaned)))
            if who in known:
                self.add_error(_field("name", number), _("This person is named twice."))
            known.add(who)
        return cleaned

    def people(self) -> list[Person]:
        """Return who comes, of a valid form."""
        said = self.cleaned_data
        return [
            Person(
                name=said[_field("name", number)],
                email=self._email(number, said),
                library=said["library"],
                answers=self._answers(number),
            )
            for number in range(1, MOST_PEOPLE + 1)
            if said.get(_field("name", number))
        ]

    @property
    def follows(self) -> bool:
        return bool(self.cleaned_data.get("follow"))

    def _ask_person(self, number: int) -> None:
        is_first = number == 1
        self.fields[_field("name", number)] = NameField(
            label=_("Your name") if is_first else _("Name"),
            required=is_first,
            error_messages={"required": _("Say who comes.")},
            widget=forms.TextInput(attrs={"autocomplete": "name" if is_first else "off"}),
        )
        self.fields[_field("email", number)] = forms.EmailField(
            label=_("Your email address") if is_first else _("Email address"),
            required=is_first,
            max_length=LONGEST_ADDRESS,
            error_messages={"required": _("Your links and the calendar entry go there.")},
            help_text="" if is_first else _("Empty: the same as above."),
            widget=forms.EmailInput(attrs={"autocomplete": "email" if is_first else "off"}),
        )
        for question in self.questions:
            self.fields[_asked(question, number)] = answer_field(question, is_first)

    def _names(self, number: int) -> list[str]:
        asked = [_asked(question, number) for question in self.questions]
        return [_field("name", number), _field("email", number), *asked]

    def _email(self, number: int, said: dict) -> str:
        return said.get(_field("email", number)) or said.get("email", "")

    def _check_person(self, number: int, cleaned: dict) -> None:
        """Hold one who was begun to what the first is held to."""
        if not any(cleaned.get(name) for name in self._names(number)):
            return
        name = _field("name", number)
        if not cleaned.get(name) and name not in self.errors:
            self.add_error(name, _("Say who comes."))
        for question in self.questions:
            asked = _asked(question, number)
            if question.is_required and not cleaned.get(asked) and asked not in self.errors:
                self.add_error(asked, _("Please answer this."))

    def _answers(self, number: int) -> dict[str, str]:
        return {
            question.key: as_answer(self.cleaned_data.get(_asked(question, number)))
            for question in self.questions
        }


class ChangeForm(forms.Form):
    """What somebody may change of their own registration."""

    name = NameField(
        label=gettext_lazy("Your name"), help_text=gettext_lazy("Stands on your certificate.")
    )
    library = NameField(
        label=gettext_lazy("Your library"),
        required=False,
        widget=forms.TextInput(attrs=OF_LIBRARIES),
    )

    def __init__(self, registration: Registration, *args, **kwargs) -> None:
        self.questions = registration.event.questions
        given = {answer.question: answer.value for answer in registration.answers.all()}
        initial = {"name": registration.name, "library": registration.library}
        for question in self.questions:
            initial[_asked(question, 1)] = given.get(question.key, "")
        super().__init__(*args, initial=initial, **kwargs)
        for question in self.questions:
            self.fields[_asked(question, 1)] = answer_field(question, is_first=True)

    @property
    def answers(self) -> dict[str, str]:
        """By the key of the question, of a valid form; blank for what is not answered any more."""
        return {
            question.key: as_answer(self.cleaned_data.get(_asked(question, 1)))
            for question in self.questions
        }


class LinksForm(PublicForm):
    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def blank_form(event: EventPage) -> RegistrationForm:
    """Return the form as a stored page shows it: without token and stamp."""
    return RegistrationForm(event)


def answer_field(question: EventQuestion, is_first: bool) -> forms.Field:
    """Return the field that a question is answered in."""
    told = question.help
    if question.is_private:
        told = f"{told} {_('Only the organisers see this, and it is erased afterwards.')}".strip()
    common = {
        "label": question.label,
        "help_text": told,
        "required": question.is_required and is_first,
        "error_messages": {"required": _("Please answer this.")},
    }
    match question.kind:
        case QuestionKind.TEXT:
            return TextField(
                max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **common
            )
        case QuestionKind.CHOICE:
            choices = [(one, one) for one in question.choice_list]
            if len(choices) <= FEW_CHOICES and question.is_required:
                return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
            return forms.ChoiceField(choices=[("", _("No answer")), *choices], **common)
        case QuestionKind.TICK:
            return forms.BooleanField(**common)
        case _:
            return LineField(max_length=LONGEST_LINE, **common)


def as_answer(value: object) -> str:
    """Return a cleaned value as it is kept."""
    return TICKED if value is True else str(value or "")


def _field(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def _asked(question: EventQuestion, number: int) -> str:
    return _field(f"answer_{question.key}", number)
