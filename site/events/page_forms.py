"""How an event and its questions are typed in."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm

from core.keys import random_key
from core.zones import NoSuchTime, instant

KEY_LENGTH = 12


class QuestionForm(WagtailAdminModelForm):
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        # Filled here: a default would be drawn anew at every save of a draft.
        cleaned["key"] = cleaned.get("key") or random_key(KEY_LENGTH)
        return cleaned


class EventPageForm(WagtailAdminPageForm):
    new_seats = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Empty: as many as come. Changed later at the list of registrations."),
    )
    lies_in_the_past = forms.BooleanField(label=_("It lies in the past on purpose"), required=False)

    def clean(self):
        cleaned = super().clean()
        self._refuse_the_past(cleaned)
        return cleaned

    def save(self, commit=True):
        if not self.instance.pk:
            self.instance.new_seats = self.cleaned_data.get("new_seats")
        return super().save(commit)

    def _refuse_the_past(self, cleaned: dict) -> None:
        """Refuse a time that has passed, unless it stood there before or is meant."""
        names = ("date", "start_time", "time_zone")
        told = [cleaned.get(name) for name in names]
        # The instance has what stood there until the form is clean.
        stood = bool(self.instance.pk) and told == [getattr(self.instance, one) for one in names]
        if None in told or stood or cleaned.get("lies_in_the_past"):
            return
        try:
            begins = instant(*told)
        except NoSuchTime:
            return
        if begins < timezone.now():
            self.add_error(
                "date",
                _("This time has passed. Choose another, or tick “in the past on purpose”."),
            )
