"""The calendar as a reader narrows it down: by kind, series and tag together."""

from dataclasses import asdict, dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from core.page_cache.parts import kept
from events.models import EventPage, EventQuerySet, EventTag, Kind, Series

OF_TAG = "tagged_items__tag"


class Choice(NamedTuple):
    """A value of a filter."""

    value: str
    label: str
    leads_on: bool
    """Whether something in the list has it."""


class FilterForm(forms.Form):
    """The reader's choices. An unknown value is said to be so, and narrows nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    series = forms.ChoiceField(label=_("Series"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)

    nothing_chosen = {"kind": _("Any kind"), "series": _("Any series"), "tag": _("Any tag")}

    def __init__(self, data: QueryDict, known: dict[str, list[Choice]]):
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.labels: dict[str, dict[str, str]] = {}
        for name, choices in known.items():
            self._offer(name, choices)

    def said(self, name: str, value: str) -> str:
        """Return a choice in words."""
        return f"{self.fields[name].label}: {self.labels[name][value]}"

    def _offer(self, name: str, choices: list[Choice]) -> None:
        """Offer what leads on, and what is chosen; a filter without a value is not shown."""
        field, chosen = self.fields[name], self.data[name]
        offered = [one for one in choices if one.leads_on or one.value == chosen]
        self.labels[name] = {one.value: one.label for one in offered}
        field.choices = [("", self.nothing_chosen[name]), *self.labels[name].items()]
        field.error_messages["invalid_choice"] = _(
            "“%(value)s” is not in this list and was passed over. Choose another."
        )
        if not offered and not chosen:
            del self.fields[name]


def _known(listed: EventQuerySet) -> dict[str, list[Choice]]:
    """Return every kind, series and tag that events have."""
    public = EventPage.objects.published()
    named = {"kind": ("kind", Kind), "series": ("series", Series), "tag": (OF_TAG, Tag)}
    return {
        name: _choices(model, _of(field, public), _of(field, listed))
        for name, (field, model) in named.items()
    }


def _of(name: str, events: EventQuerySet) -> QuerySet:
    return events.filter(**{name: OuterRef("pk")}).order_by()


def _choices(model: type[Model], public: QuerySet, listed: QuerySet) -> list[Choice]:
    named = model.objects.filter(Exists(public)).annotate(leads_on=Exists(listed))
    return [Choice(*row) for row in named.order_by("name").values_list("slug", "name", "leads_on")]


@dataclass(frozen=True)
class Narrowing:
    """What the calendar is narrowed to, by slugs; blank narrows nothing."""

    kind: str = ""
    series: str = ""
    tag: str = ""

    def narrow(self, events: EventQuerySet) -> EventQuerySet:
        if self.kind:
            events = events.filter(kind__slug=self.kind)
        if self.series:
            events = events.filter(series__slug=self.series)
        if self.tag:
            tagged = EventTag.objects.filter(tag__slug=self.tag)
            events = events.filter(pk__in=tagged.values("content_object"))
        return events

    def query(self, *left_out: str) -> str:
        """Return these choices for an address, with some of them left out; blank for none."""
        chosen = {k: v for k, v in asdict(self).items() if v and k not in left_out}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def feed_path(self) -> str:
        """Where, below the calendar, feeds lie that hold it all: there is none of a tag."""
        if self.series:
            return f"series/{self.series}/"
        return f"kinds/{self.kind}/" if self.kind else ""


@dataclass(frozen=True)
class Chip:
    """A choice in force, and the address without it."""

    label: str
    href: str


@dataclass(frozen=True)
class Narrowed:
    """A part of the events, and what a page shows of how it came about."""

    events: EventQuerySet
    narrowing: Narrowing
    form: FilterForm
    chips: list[Chip]


def narrowed(request: HttpRequest, view: str, address: str, listed: EventQuerySet) -> Narrowed:
    """Return what a query string leaves of the events that a view of the calendar lists.

    `address` is that of the list.
    """
    known = kept(request, f"events:{view}", lambda: _known(listed))
    form = FilterForm(request.GET, known)
    form.is_valid()
    narrowing = Narrowing(**form.cleaned_data)
    chips = [
        Chip(
            f"{form.fields[name].label}: {form.labels[name][value]}",
            address + narrowing.query(name),
        )
        for name, value in asdict(narrowing).items()
        if value
    ]
    return Narrowed(narrowing.narrow(listed), narrowing, form, chips)
