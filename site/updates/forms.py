"""What readers fill in: what they follow, how often, where the mail goes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.public_forms import PublicForm
from core.zones import default_zone, zone_choices
from outbox.models import LONGEST_ADDRESS
from updates.following import Followed, Ref
from updates.models import Pace, Subscriber, Subscription
from updates.models.subscribers import Weekday

MOST_AT_ONCE = 30
"""Things that one form may ask for."""


class ThingsField(forms.MultipleChoiceField):
    """Things to follow; its choices are set by the form that knows them."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs) -> None:
        super().__init__(
            error_messages={"required": gettext_lazy("Tick at least one thing.")}, **kwargs
        )

    def offer(self, things: Mapping[Ref, Followed]) -> None:
        self.choices = [(str(ref), followed.title) for ref, followed in things.items()]

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > MOST_AT_ONCE:
            raise forms.ValidationError(
                _("Tick no more than %(most)d at once, and the others afterwards.")
                % {"most": MOST_AT_ONCE}
            )


class EmailForm(PublicForm):
    """An address, to which its link is sent."""

    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": gettext_lazy("Say where the mail goes.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class FollowForm(EmailForm):
    what = ThingsField(label=gettext_lazy("What you follow"))
    pace = forms.ChoiceField(
        label=gettext_lazy("How often mail comes"),
        choices=Pace.choices,
        initial=Pace.AT_ONCE,
        widget=forms.RadioSelect,
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time where you are"),
        help_text=gettext_lazy(
            "Only for mail once a day or once a week: it comes at 7 in the morning there."
        ),
    )

    field_order = ["what", "email", "pace", "time_zone"]

    def __init__(self, things: Mapping[Ref, Followed], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].offer(things)
        zone = self.fields["time_zone"]
        zone.initial = default_zone()
        zone.choices = zones_with(zone.initial)
        if not self.is_bound and not self.initial.get("time_zone"):
            # A script then sets the zone of the browser.
            zone.widget.attrs["data-preset"] = ""

    @property
    def asked_fields(self) -> list[BoundField]:
        """What a reader sees of it, in order."""
        return [self[name] for name in self.field_order]


class AddForm(forms.Form):
    """More things to follow, for an address that is proven."""

    what = ThingsField(label=gettext_lazy("What else you follow"))
    pace = forms.ChoiceField(
        label=gettext_lazy("How often mail comes"), choices=Pace.choices, initial=Pace.AT_ONCE
    )

    def __init__(self, things: Mapping[Ref, Followed], *args, **kwargs) -> None:
        super().__init__(*args, auto_id="add_%s", **kwargs)
        self.fields["what"].offer(things)


@dataclass(frozen=True)
class Row:
    """A subscription on its reader's page."""

    subscription: Subscription
    field: BoundField


class PreferencesForm(forms.Form):
    """How often each thing comes, and at which morning."""

    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time where you are"),
        help_text=gettext_lazy("Mail once a day or once a week comes at 7 in the morning there."),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the weekly mail"), coerce=int, choices=Weekday.choices
    )

    def __init__(
        self, subscriber: Subscriber, subscriptions: Iterable[Subscription], *args, **kwargs
    ) -> None:
        clock = {"time_zone": subscriber.time_zone, "weekday": subscriber.weekday}
        super().__init__(*args, initial=clock, **kwargs)
        self.subscriptions = list(subscriptions)
        self.fields["time_zone"].choices = zones_with(subscriber.time_zone)
        for one in self.subscriptions:
            self.fields[_pace_of(one)] = forms.ChoiceField(
                label=_("How often"), choices=Pace.choices, initial=one.pace
            )

    @property
    def rows(self) -> list[Row]:
        return [Row(one, self[_pace_of(one)]) for one in self.subscriptions]

    def changed_paces(self) -> list[tuple[Subscription, str]]:
        """Return what comes more or less often from now on, of a valid form."""
        wanted = [(one, self.cleaned_data[_pace_of(one)]) for one in self.subscriptions]
        return [(one, pace) for one, pace in wanted if one.pace != pace]


def zones_with(zone: str) -> list[tuple[str, str]]:
    """Return the zones to choose from; one that has another name too is not lost among them."""
    choices = zone_choices()
    known = {name for name, _label in choices}
    return choices if zone in known else [(zone, zone.replace("_", " ")), *choices]


def _pace_of(subscription: Subscription) -> str:
    return f"pace_{subscription.key}"
