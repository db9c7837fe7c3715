"""A series begun with an event, and the words of one of its dates given to the later ones."""

import datetime
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateInput

from events.admin.frame import head
from events.giving_words import give_words, later_dates
from events.models import EventPage, Rhythm, Series
from events.repeating import InSeriesAlready, LeftOut, begin_series, coming_slots, left_out
from events.rights import for_organisers, may_organise
from events.wording import day_of, time_of

SHOWN = 12
"""How many dates a preview says one by one."""


class RepeatForm(forms.ModelForm):
    class Meta:
        model = Series
        fields = ["name", "interval", "rhythm", "until", "weeks_ahead", "join_url", "is_of_chats"]
        widgets = {"until": AdminDateInput, "rhythm": forms.RadioSelect}
        help_texts = {"until": gettext_lazy("Empty: it goes on until you end it.")}

    def __init__(self, event: EventPage, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event = event
        self.instance.begins_on = event.date
        self.fields["rhythm"].choices = Rhythm.choices

    def clean_until(self) -> datetime.date | None:
        until = self.cleaned_data["until"]
        if until and until < self.event.date:
            raise forms.ValidationError(
                _("The series would end before it begins, on %(day)s.")
                % {"day": date_format(self.event.date)}
            )
        return until


@dataclass(frozen=True)
class Preview:
    """What a series would come to, in words."""

    shown: list[str]
    more: int
    """Dates beyond those that are shown."""
    last: str
    left_out: list[LeftOut] = field(default_factory=list)

    @classmethod
    def of(cls, series: Series, event: EventPage) -> "Preview":
        missing = left_out(series, event)
        without = {found.slot for found in missing} | {event.date}
        days = [slot for slot in coming_slots(series, event) if slot not in without]
        said = [_say(datetime.datetime.combine(day, event.start_time)) for day in days]
        return cls(said[:SHOWN], max(0, len(said) - SHOWN), said[-1] if said else "", missing)


@for_organisers
def repeat(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Show which dates would be made, and make them."""
    _check_may_publish(request, event)
    context = head(event, _("Repeat the event"), "rotate")
    refusal = _refusal(event)
    if refusal:
        return TemplateResponse(
            request, "admin/events/repeat.html", {**context, "refusal": refusal}
        )
    initial = {"name": event.title, "join_url": event.join_url}
    asked = request.POST if request.method == "POST" else request.GET
    form = RepeatForm(event, asked or None, initial=initial)
    is_whole = not form.is_bound or form.is_valid()
    if request.method == "POST" and is_whole:
        return _begin(request, event, form)
    series = form.instance if form.is_bound else Series(begins_on=event.date)
    preview = Preview.of(series, event) if is_whole else None
    return TemplateResponse(
        request, "admin/events/repeat.html", {**context, "form": form, "preview": preview}
    )


@for_organisers
def give(request: HttpRequest, event: EventPage) -> HttpResponse:
    """List the later dates of the series, and give the chosen ones the words of this event."""
    _check_may_publish(request, event)
    dates = [date for date in later_dates(event) if may_organise(request.user, date)]
    if request.method == "POST":
        chosen = set(request.POST.getlist("date"))
        wanted = [date for date in dates if str(date.pk) in chosen]
        given = give_words(event, wanted, request.user) if event.live else []
        _say_given(request, event, given)
        return redirect(_list_of(event.series) if event.series else reverse("events:index"))
    context = {
        **head(event, _("Give its words on"), "edit"),
        "dates": [
            (date, _say(date.starts_there), date.live and date.has_unpublished_changes)
            for date in dates
        ],
    }
    return TemplateResponse(request, "admin/events/words.html", context)


def _begin(request: HttpRequest, event: EventPage, form: RepeatForm) -> HttpResponse:
    series = form.save(commit=False)
    try:
        made = begin_series(event, series, request.user)
    except InSeriesAlready:
        return redirect("event_desk:repeat", event.pk)
    said = ngettext(
        "“%(series)s” has begun: %(n)d further date is in the calendar.",
        "“%(series)s” has begun: %(n)d further dates are in the calendar.",
        len(made),
    )
    messages.success(request, said % {"series": series, "n": len(made)})
    return redirect(_list_of(series))


def _refusal(event: EventPage) -> str:
    """Say why no series can begin with an event; blank where one can."""
    if event.series:
        said = _("It belongs to the series “%(series)s” already. Take it out there first.")
        return said % {"series": event.series}
    if not event.live:
        return _("Publish it first: further dates are made like what readers see.")
    return ""


def _say_given(request: HttpRequest, event: EventPage, given: list[EventPage]) -> None:
    if not given:
        messages.warning(request, _("Nothing was changed."))
        return
    said = ngettext(
        "%(n)d date says the same as “%(title)s” now.",
        "%(n)d dates say the same as “%(title)s” now.",
        len(given),
    )
    messages.success(request, said % {"n": len(given), "title": event.title})


def _say(there: datetime.datetime) -> str:
    return _("%(day)s, %(time)s") % {"day": day_of(there), "time": time_of(there)}


def _list_of(series: Series) -> str:
    return f"{reverse('events:index')}?series={series.pk}"


def _check_may_publish(request: HttpRequest, event: EventPage) -> None:
    if not event.get_parent().permissions_for_user(request.user).can_publish_subpage():
        raise PermissionDenied
