"""How a chat and its topics are typed in."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm, WagtailAdminPageForm
from wagtail.models import Page

from chats.captions import Captions
from chats.keys import LENGTH, new_key
from chats.kinds import guess_kind
from chats.leading import find_section
from chats.recordings import is_public_address
from chats.states import Outcome
from chats.titles import default_title
from core.keys import ALPHABET
from core.timestamps import format_stamp, parse_stamp

RECORDINGS = ("recording_url", "recording_file", "audio_file")
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
    section_page: Page | None = None
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    start = StampField(label=_("Time"), required=False, help_text=_("11:28 or 1:02:03"))
    superseded_by = forms.CharField(
        label=_("Superseded by"),
        required=False,
        help_text=_("If a later chat answers it anew: paste the address of that topic."),
    )

    related_section = forms.CharField(
        label=_("More on this"),
        required=False,
        max_length=500,
        help_text=_(
            "If a guide explains it: paste the address of its section, from the sign behind the "
            "section’s title."
        ),
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

    def clean_related_section(self) -> str:
        """Return what a pasted address names in its page, and choose that page."""
        text = self.cleaned_data["related_section"].strip()
        if not text or text == self.instance.related_section:
            return text
        found = find_section(text)
        if found is None:
            raise ValidationError(
                _(
                    "No published guide has a section at this address. "
                    "Copy it from the sign # behind the section’s title."
                )
            )
        self.section_page, fragment = found
        return fragment

    def clean(self):
        cleaned_data = super().clean()
        self._choose_page_of_section(cleaned_data)
        # Here, not as a default of the model: that would be drawn again at every draft.
        cleaned_data["key"] = cleaned_data.get("key") or self.instance.key or new_key()
        if cleaned_data.get("superseded_by") == cleaned_data["key"]:
            self.add_error("superseded_by", _("A topic cannot supersede itself."))
        return cleaned_data

    def _choose_page_of_section(self, cleaned_data: dict) -> None:
        """Keep page and section together: of two that disagree, what was changed last counts."""
        if self.section_page:
            cleaned_data["related_page"] = self.section_page
        elif "related_page" in self.changed_data:
            cleaned_data["related_section"] = ""


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
        self._check_captions(cleaned_data)
        return cleaned_data

    def clean_recording_url(self) -> str:
        url = self.cleaned_data["recording_url"]
        if url and not is_public_address(url):
            raise ValidationError(
                _("Readers cannot reach this address: it is one of your own network or machine.")
            )
        return url

    def _check_captions(self, cleaned_data) -> None:
        """Hold a new recording to captions, or to a day and a reason, when it is published."""
        captions = cleaned_data.get("captions")
        if captions == Captions.EXPECTED:
            for name in ("captions_due", "captions_reason"):
                if not cleaned_data.get(name) and name not in self.errors:
                    self.add_error(
                        name, _("Readers are told when captions will be here, and why not yet.")
                    )
        elif (
            captions in ("", Captions.NOT_KNOWN)
            and "action-publish" in self.data
            and not cleaned_data.get("outcome")
            and any(cleaned_data.get(name) for name in RECORDINGS)
            and not self._is_known()
        ):
            self.add_error(
                "captions",
                _(
                    "A new recording needs captions for those who do not hear it. Bring in its "
                    "transcript, say that it has captions of its own, or say when they will "
                    "follow and why."
                ),
            )

    def _is_known(self) -> bool:
        """Say whether the recording was public already, or has a transcript here."""
        from chats.models import ChatPage, Line

        chat = ChatPage.objects.filter(pk=self.instance.pk).first()
        if chat is None:
            return False
        spoken = Line.objects.kept().of("recording").filter(transcript__chat=chat)
        return (chat.live and chat.has_recording) or spoken.exists()

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
