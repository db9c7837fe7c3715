"""What organisers type in at the desk."""

from django import forms
from django.utils.translation import gettext_lazy

from core.public_forms import LineField, TextField
from events.forms import answer_field, as_answer
from events.models import LONGEST_NAME, EventPage, Registration, RegistrationQuerySet
from events.registration import Person
from outbox.models import LONGEST_ADDRESS

MOST_SEATS = 100_000
MOST_MINUTES = 7 * 24 * 60
LONGEST_SUBJECT = 150
LONGEST_TEXT = 10_000
SEATED, WAITING, EVERYBODY = "seated", "waiting", "everybody"
ATTENDANCE = [
    ("yes", gettext_lazy("was there")),
    ("no", gettext_lazy("was not there")),
    ("unknown", gettext_lazy("not noted")),
]
ATTENDED = {"yes": True, "no": False, "unknown": None}


class AddForm(forms.Form):
    """Somebody who registered by telephone; what they were not asked may stay empty."""

    name = LineField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy("Their links and the calendar entry go there."),
    )
    library = LineField(label=gettext_lazy("Library"), required=False, max_length=LONGEST_NAME)

    def __init__(self, event: EventPage, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.questions = event.questions
        for question in self.questions:
            self.fields[f"answer_{question.key}"] = answer_field(question, is_first=False)

    def person(self) -> Person:
        said = self.cleaned_data
        answers = {one.key: as_answer(said[f"answer_{one.key}"]) for one in self.questions}
        return Person(said["name"], said["email"], said["library"], answers)


class CorrectionForm(forms.Form):
    name = LineField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Stands on the certificate."),
    )
    library = LineField(label=gettext_lazy("Library"), required=False, max_length=LONGEST_NAME)

    def __init__(self, registration: Registration, *args, **kwargs) -> None:
        initial = {"name": registration.name, "library": registration.library}
        super().__init__(*args, initial=initial, **kwargs)


class AttendanceForm(forms.Form):
    attended = forms.TypedChoiceField(
        label=gettext_lazy("Attendance"),
        choices=ATTENDANCE,
        coerce=ATTENDED.get,
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), required=False, min_value=0, max_value=MOST_MINUTES
    )


class SeatsForm(forms.Form):
    capacity = forms.IntegerField(
        label=gettext_lazy("Seats"),
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
        help_text=gettext_lazy("Empty: as many as come."),
    )


class MailForm(forms.Form):
    """A mail to who is registered, written once."""

    to = forms.ChoiceField(
        label=gettext_lazy("To"),
        choices=[
            (SEATED, gettext_lazy("who has a seat")),
            (WAITING, gettext_lazy("who waits")),
            (EVERYBODY, gettext_lazy("all of them")),
        ],
        initial=SEATED,
        widget=forms.RadioSelect,
    )
    subject = LineField(label=gettext_lazy("Subject"), max_length=LONGEST_SUBJECT)
    text = TextField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy(
            "Everybody gets a mail of their own, with the event and their links beneath."
        ),
    )
    once = forms.RegexField(r"^\w{12}\Z", widget=forms.HiddenInput, required=False)
    """What makes a second press of the button the same mail; given with the look at it."""

    def people(self, event: EventPage) -> RegistrationQuerySet:
        live = event.registrations.live().in_order()
        match self.cleaned_data["to"]:
            case "seated":
                return live.confirmed()
            case "waiting":
                return live.waiting()
        return live
