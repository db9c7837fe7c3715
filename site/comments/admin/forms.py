"""What moderators send: which comments, what becomes of them, what is said in return."""

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from comments.models import LONGEST_TEXT, ModeratorMail
from comments.moderation import AFTER
from core.text import clean_text

MOST_AT_ONCE = 1000
LARGEST_KEY = 2**63 - 1
TICKED, SHOWN, ALL = "ticked", "shown", "all"


class KeysWidget(forms.Widget):
    """The primary keys of comments, each as an input of its own; written by the template."""

    def value_from_datadict(self, data: MultiValueDict, files: Any, name: str) -> list[str]:
        return data.getlist(name)


class KeysField(forms.Field):
    widget = KeysWidget

    def to_python(self, value: list[str] | None) -> list[int]:
        keys = {key for key in value or [] if key.isascii() and key.isdigit() and len(key) < 20}
        numbers = {number for key in keys if (number := int(key)) <= LARGEST_KEY}
        if len(numbers) < len(set(value or [])) or len(numbers) > MOST_AT_ONCE:
            raise forms.ValidationError(_("These are no comments."))
        return sorted(numbers)


class ShownAtField(forms.DateTimeField):
    """When the comments were shown that are decided on; what has changed since is left alone."""

    widget = forms.HiddenInput


class DecisionForm(forms.Form):
    """A deed to one comment (`one`, as "approve-12"), or to many (`deed` and which)."""

    one = forms.RegexField(rf"^({'|'.join(AFTER)})-[0-9]{{1,18}}\Z", required=False)
    deed = forms.ChoiceField(choices=[(deed, deed) for deed in AFTER], required=False)
    which = forms.ChoiceField(choices=[(it, it) for it in (TICKED, SHOWN, ALL)], required=False)
    ticked = KeysField(required=False)
    shown = KeysField(required=False)
    query = forms.CharField(required=False, max_length=2000)
    """The address of the list, as far as it says what is in it."""
    shown_at = ShownAtField()

    def clean(self) -> dict:
        said = super().clean()
        if one := said.get("one"):
            deed, _dash, key = one.partition("-")
            return {**said, "deed": deed, "which": TICKED, "ticked": [int(key)]}
        if not said.get("deed"):
            raise forms.ValidationError(_("Choose what becomes of them."))
        which = said.get("which") or TICKED
        if which == TICKED and not said.get("ticked"):
            raise forms.ValidationError(_("No comment was ticked."))
        return {**said, "which": which}

    @property
    def keys(self) -> list[int] | None:
        """Of the comments that were chosen one by one; None for all that match."""
        match self.cleaned_data["which"]:
            case "ticked":
                return self.cleaned_data["ticked"]
            case "shown":
                return self.cleaned_data["shown"]
        return None


class TextForm(forms.Form):
    shown_at = ShownAtField()

    def clean_text(self) -> str:
        if not (text := clean_text(self.cleaned_data["text"])):
            raise forms.ValidationError(_("Write something."))
        return text


class AnswerForm(TextForm):
    text = forms.CharField(
        label=_("Reply"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Stands beneath the comment, under your name."),
    )


class StrikeForm(TextForm):
    text = forms.CharField(
        label=_("What is left of the comment"),
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Take out what is nobody else's business. The words that were sent are erased for "
            "good; readers see “edited by a moderator”."
        ),
    )


class BatchForm(forms.Form):
    batch = forms.CharField(max_length=12)


class PaceForm(forms.ModelForm):
    class Meta:
        model = ModeratorMail
        fields = ["pace"]
        widgets = {"pace": forms.RadioSelect}
