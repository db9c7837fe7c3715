"""How a chat and its topics are typed in."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm

from chats.keys import ALPHABET, LENGTH, new_key
from chats.kinds import guess_kind
from chats.states import Outcome
from chats.titles import default_title
from core.timestamps import format_stamp, parse_stamp

KEY_IN_ADDRESS = re.compile(rf"(?:^|/topics/|#topic-)([{ALPHABET}]{{{LENGTH}}})/?$")


class StampField(forms.CharField):
    """A time in a recording, typed as 11:28; its value is whole seconds or None."""

    default_error_messages = {
        "invalid": _("Write the time as minutes and seconds, 11:28, or with hours, 1:02:03.")
    }

    def prepare_value(self, value):
        return format_stamp(value) if isinstance(value, int) else value

    def to_python(self, value) -> int | None:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_stamp(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], "invalid") from error

    def has_changed(self, initial, data) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


class TopicForm(WagtailAdminModelForm):
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    start = StampField(label=_("Time"), required=False, help_text=_("11:28 or 1:02:03"))
    superseded_by = forms.CharField(
        label=_("Superseded by"),
        required=False,
        help_text=_("If a later chat answers it anew: paste the address of that topic."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        guess = guess_kind(self.instance.title).label if self.instance.title else ""
        empty = _("Guessed: %(kind)s") % {"kind": guess} if guess else _("Guess from the title")
        kind.choices = [("", empty), *[choice for choice in kind.choices if choice[0]]]

    def clean_tags(self) -> list[str]:
        tags = self.cleaned_data["tags"]
        for tag in tags:
            if not slugify(tag, allow_unicode=True):
                raise ValidationError(_("“%(tag)s” has no letter and no digit.") % {"tag": tag})
        return tags

    def clean_superseded_by(self) -> str:
        """Return the key of the topic that a pasted address leads to."""
        from chats.models import TopicAddress

        text = self.cleaned_data["superseded_by"].strip()
        if not text:
            return ""
        match = KEY_IN_ADDRESS.search(text)
        if not match or not TopicAddress.objects.filter(key=match[1]).exists():
            raise ValidationError(
                _(
                    "No published topic has this address. "
                    "Copy it from the sign # behind the topic on its chat's page."
                )
            )
        return match[1]

    def clean(self):
        cleaned_data = super().clean()
        # Here, not as a default of the model: that would be drawn again at every draft.
        cleaned_data["key"] = cleaned_data.get("key") or self.instance.key or new_key()
        if cleaned_data.get("superseded_by") == cleaned_data["key"]:
            self.add_error("superseded_by", _("A topic cannot supersede itself."))
        return cleaned_data


class ChatPageForm(WagtailAdminPageForm):
    duration = StampField(
        label=_("Length"), required=False, help_text=_("As 52:10 or 1:02:03, if you know it.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.old_default_title = default_title(self.instance.date) if self.instance.date else None
        for name in ("title", "slug"):
            if name in self.fields:
                self.fields[name].required = False

    def clean(self):
        cleaned_data = super().clean()
        date = cleaned_data.get("date")
        if date and cleaned_data.get("title", "") in ("", self.old_default_title):
            cleaned_data["title"] = default_title(date)
        if cleaned_data.get("outcome_reason") and not cleaned_data.get("outcome"):
            self.add_error(
                "outcome", _("Say what happened: was it cancelled, or was the recording lost?")
            )
        if cleaned_data.get("outcome") == Outcome.CANCELLED and cleaned_data.get("recording_url"):
            self.add_error("outcome", _("There is a recording, so it was not cancelled."))
        self._check_topics_fit(cleaned_data)
        return cleaned_data

    def _check_topics_fit(self, cleaned_data) -> None:
        """Refuse a topic that starts after the recording has ended."""
        duration = cleaned_data.get("duration")
        topics = self.formsets.get("topics")
        if not duration or topics is None:
            return
        topics.is_valid()
        for form in topics.forms:
            start = form.cleaned_data.get("start")
            if start is not None and start >= duration and not form.cleaned_data.get("DELETE"):
                form.add_error(
                    "start",
                    _("The recording ends at %(end)s.") % {"end": format_stamp(duration)},
                )
