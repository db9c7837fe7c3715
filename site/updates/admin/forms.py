"""The forms of an announcement: its words and lists, a test, a time."""

import re
from datetime import datetime

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from core.text import clean_line
from core.zones import NoSuchTime, instant
from outbox.models import LONGEST_ADDRESS
from updates import announcements
from updates.admin.frame import site_zone
from updates.models import Announcement, AnnouncementList

MOST_TESTED = 5
"""Addresses that a test goes to."""
BETWEEN_ADDRESSES = re.compile(r"[\s,;]+")


class ListsField(forms.ModelMultipleChoiceField):
    """Lists as boxes to tick, each with how many get what is sent to it."""

    widget = forms.CheckboxSelectMultiple
    followers: dict[int, int]

    def label_from_instance(self, one: AnnouncementList) -> str:
        number = self.followers.get(one.pk, 0)
        said = ngettext("%(n)d follows it", "%(n)d follow it", number) % {"n": number}
        closed = "" if one.is_open else _("closed for new subscribers")
        return f"{one.name} ({', '.join(filter(None, [said, closed]))})"


class AnnouncementForm(WagtailAdminModelForm):
    lists = ListsField(
        AnnouncementList.objects.all(),
        label=gettext_lazy("Lists"),
        help_text=Announcement._meta.get_field("lists").help_text,
        error_messages={"required": gettext_lazy("Choose a list at least.")},
    )

    class Meta:
        model = Announcement
        fields = ["subject", "lists", "body"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_sent:
            del self.fields["lists"]
        else:
            self.fields["lists"].followers = announcements.followers_by_list()

    def clean_subject(self) -> str:
        subject = clean_line(self.cleaned_data["subject"])
        if not subject:
            raise ValidationError(_("Write what it is about."))
        return subject

    def save(self, commit: bool = True) -> Announcement:
        lists = self.cleaned_data.get("lists", [])
        return announcements.write(self.instance, lists, self.for_user)


class TestForm(forms.Form):
    """Where a test goes; cleaned into addresses, each once."""

    __test__ = False

    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=MOST_TESTED * LONGEST_ADDRESS,
        help_text=gettext_lazy("One address, or up to five with commas between them."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_to(self) -> list[str]:
        typed = filter(None, BETWEEN_ADDRESSES.split(self.cleaned_data["to"]))
        found = {address.casefold(): address for address in typed}
        if len(found) > MOST_TESTED:
            raise ValidationError(_("That is more than %(n)d addresses.") % {"n": MOST_TESTED})
        for address in found.values():
            try:
                validate_email(address)
            except ValidationError:
                said = _("“%(address)s” is no email address.") % {"address": address}
                raise ValidationError(said) from None
        if not found:
            raise ValidationError(_("Write at least one address."))
        return list(found.values())


class ScheduleForm(forms.Form):
    """A time by the site's clock; cleaned into the moment `at`."""

    date = forms.DateField(label=gettext_lazy("Day"), widget=AdminDateInput)
    time = forms.TimeField(label=gettext_lazy("Time"), widget=AdminTimeInput)

    at: datetime

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time"].help_text = _("By the clock of %(zone)s.") % {"zone": site_zone()}

    def clean(self) -> dict:
        said = super().clean()
        if "date" in said and "time" in said:
            try:
                self.at = instant(said["date"], said["time"], settings.TIME_ZONE)
            except NoSuchTime as error:
                raise ValidationError({"time": str(error)}) from None
            except OverflowError:
                raise ValidationError({"date": _("This day is too far away.")}) from None
            if self.at <= timezone.now():
                raise ValidationError({"date": _("This time has passed. Choose one ahead.")})
        return said
