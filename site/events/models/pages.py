"""The calendar and its events."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, Tag
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import path, re_path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from accounts.models import User
from core.blocks import TEXT_BLOCKS, text_of
from core.keys import random_key
from core.pages import BasePageQuerySet, IntroducedPage, RoutableBasePage
from core.zones import (
    NoSuchTime,
    default_zone,
    instant,
    shown_in,
    validate_zone,
    zone_choices,
)
from events.own_pages import OwnEvents
from events.page_forms import KEY_LENGTH, EventPageForm
from events.panels import event_edit_handler
from people.models import Person

RESERVED_SLUGS = {"past", "embed", "series", "kinds", "links"}
web_address = URLValidator(schemes=["http", "https"])


class Format(models.TextChoices):
    ONLINE = "online", _("Online")
    IN_PERSON = "in_person", _("In person")
    BOTH = "both", _("Online and in person")


class RegistrationMode(models.TextChoices):
    HERE = "here", _("Register here")
    ELSEWHERE = "elsewhere", _("Register on another site")
    NONE = "none", _("No registration: just come")


SHOWN_IN_LISTS = (
    *("title", "url_path", "summary", "date", "time_zone", "starts_at", "ends_at"),
    *("format", "place", "is_cancelled", "cancel_reason", "registration", "has_waiting_list"),
    *("opens_date", "opens_time", "closes_date", "closes_time"),
    *("seats__event", "seats__capacity", "seats__taken", "seats__waiting"),
)


class EventQuerySet(BasePageQuerySet):
    def upcoming(self) -> "EventQuerySet":
        """Events that have not ended, the next one first; cancelled ones are among them."""
        return self.filter(ends_at__gt=timezone.now()).in_order()

    def past(self) -> "EventQuerySet":
        """Events that have ended, the last one first."""
        return self.filter(ends_at__lte=timezone.now()).order_by("-starts_at", "-pk")

    def in_order(self) -> "EventQuerySet":
        return self.order_by("starts_at", "pk")

    def taking_place(self) -> "EventQuerySet":
        return self.filter(is_cancelled=False)

    def between(self, begin: datetime.datetime, end: datetime.datetime) -> "EventQuerySet":
        """Events of which some part lies in a stretch of time."""
        return self.filter(starts_at__lt=end, ends_at__gt=begin)

    def tagged(self, tag: Tag) -> "EventQuerySet":
        return self.filter(tagged_items__tag=tag)

    def for_listing(self) -> "EventQuerySet":
        """Fetch what a list shows of each event, its hosts apart."""
        return self.select_related("seats").only(*SHOWN_IN_LISTS)

    def in_full(self) -> "EventQuerySet":
        """Fetch all of each event but its text in a number of queries that does not grow."""
        named = self.select_related("kind", "series", "seats", "sequel__page")
        return named.prefetch_related(*named_beside()).defer("body")


def named_beside() -> tuple[models.Prefetch, ...]:
    """Return what is to be fetched along for the hosts and tags of events."""
    return (
        models.Prefetch("event_hosts", EventHost.objects.select_related("person")),
        models.Prefetch("tagged_items", EventTag.objects.select_related("tag")),
    )


class EventPage(RoutableBasePage):
    """One event: when, where, who, and how to take part.

    Its local times are what editors set and what stays if a country changes its clocks;
    `starts_at` and `ends_at` are the instants they mean now.
    """

    parent_page_types = ["events.CalendarPage"]
    subpage_types: list[str] = []

    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences, for lists, calendars and search engines."),
    )
    body = StreamField(TEXT_BLOCKS, verbose_name=_("text"), blank=True)
    kind = models.ForeignKey(
        "events.Kind",
        verbose_name=_("kind"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    series = models.ForeignKey(
        "events.Series",
        verbose_name=_("series"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    tags = ClusterTaggableManager(verbose_name=_("tags"), through="events.EventTag", blank=True)

    date = models.DateField(_("date"))
    start_time = models.TimeField(_("begins"))
    end_date = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Only if it is another day.")
    )
    end_time = models.TimeField(_("ends"))
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=default_zone,
        choices=zone_choices,
        validators=[validate_zone],
        help_text=_("Of all times of this event. Readers elsewhere see their own beside it."),
    )
    starts_at = models.DateTimeField(editable=False, db_index=True)
    ends_at = models.DateTimeField(editable=False, db_index=True)

    format = models.CharField(
        _("where"), max_length=10, choices=Format.choices, default=Format.ONLINE
    )
    join_url = models.URLField(
        _("link to the call"),
        max_length=500,
        blank=True,
        validators=[web_address],
        help_text=_(
            "Only registered people get it, by a page of ours: change it whenever you must, "
            "nobody needs a new mail. Empty: that of the series."
        ),
    )
    join_notes = models.TextField(
        _("beside the link"),
        blank=True,
        help_text=_("Passcode, telephone number. Shown with the link only."),
    )
    place = models.CharField(_("place"), max_length=150, blank=True)
    address = models.TextField(_("address"), blank=True)
    arrival_notes = models.TextField(
        _("arriving"),
        blank=True,
        help_text=_("Parking, door, lift, lunch. Only registered people get this."),
    )
    day_contact = models.CharField(
        _("to reach on the day"),
        max_length=150,
        blank=True,
        help_text=_("A name and a telephone number. Only registered people get this."),
    )
    is_recorded = models.BooleanField(
        _("recorded and published"), default=False, help_text=_("Readers are told beforehand.")
    )

    registration = models.CharField(
        _("registration"),
        max_length=10,
        choices=RegistrationMode.choices,
        default=RegistrationMode.HERE,
    )
    register_url = models.URLField(
        _("where to register"), max_length=500, blank=True, validators=[web_address]
    )
    opens_date = models.DateField(_("opens on"), null=True, blank=True)
    opens_time = models.TimeField(_("at"), null=True, blank=True)
    closes_date = models.DateField(
        _("closes on"), null=True, blank=True, help_text=_("Empty: when the event ends.")
    )
    closes_time = models.TimeField(_("at"), null=True, blank=True)
    has_waiting_list = models.BooleanField(
        _("waiting list"), default=True, help_text=_("Who waits moves up in order, with a mail.")
    )
    still_coming_days = models.PositiveSmallIntegerField(
        _("ask “Still coming?” so many days before"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Empty: nobody is asked."),
    )
    gives_up_silent = models.BooleanField(
        _("give silent seats to who waits"),
        default=False,
        help_text=_("Who does not answer in time loses the seat, in order, while others wait."),
    )
    contact_hours = models.DecimalField(
        _("contact hours"),
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("On certificates. Empty: as long as the event lasts."),
    )

    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    cancel_reason = models.CharField(
        _("reason"), max_length=250, blank=True, help_text=_("Shown to readers: “snow day”.")
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("starts_at"),
        index.FilterField("ends_at"),
        index.FilterField("kind"),
        index.FilterField("series"),
    ]
    base_form_class = EventPageForm
    edit_handler = event_edit_handler

    objects = PageManager.from_queryset(EventQuerySet)()
    template = "pages/events/event.html"

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def permissions_for_user(self, user: User) -> OwnEvents:
        return OwnEvents(user, self)

    @property
    def hosts(self) -> list[Person]:
        return [event_host.person for event_host in self.event_hosts.all()]

    @hosts.setter
    def hosts(self, persons: Iterable[Person]) -> None:
        self.event_hosts = [
            EventHost(person=person, sort_order=place) for place, person in enumerate(persons)
        ]

    @property
    def hosts_line(self) -> str:
        """Who holds it, in a line: “Hosted by A and B”."""
        return hosted_by(person.name for person in self.hosts)

    @property
    def shown_tags(self) -> list[Tag]:
        return [item.tag for item in self.tagged_items.all()]

    @property
    def abstract(self) -> str:
        return self.summary

    @property
    def text(self) -> str:
        """What is read of it, without markup."""
        return text_of(self.body)

    @property
    def starts_there(self) -> datetime.datetime:
        """The start as clocks at the event show it."""
        return shown_in(self.starts_at, self.time_zone)

    @property
    def ends_there(self) -> datetime.datetime:
        return shown_in(self.ends_at, self.time_zone)

    @property
    def zone_name(self) -> str:
        """The zone as it is chosen; told without going through all there are."""
        return self.time_zone.replace("_", " ")

    @property
    def times(self) -> "Times":
        begins, ends = self.starts_there, self.ends_there
        ends_in_words = date_format(ends, "TIME_FORMAT")
        if ends.date() != begins.date():
            ends_in_words = f"{date_format(ends, 'MONTH_DAY_FORMAT')}, {ends_in_words}"
        return Times(
            begins=date_format(begins, "TIME_FORMAT"),
            begins_iso=begins.isoformat(),
            ends=ends_in_words,
            ends_iso=ends.isoformat(),
            zone=begins.tzname() or "",
        )

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_online(self) -> bool:
        return self.format in (Format.ONLINE, Format.BOTH)

    @property
    def is_in_person(self) -> bool:
        return self.format in (Format.IN_PERSON, Format.BOTH)

    @property
    def call_url(self) -> str:
        """The link to the call; for registered people and their organisers alone."""
        return self.join_url or (self.series.join_url if self.series else "")

    @property
    def where_line(self) -> str:
        """Where it is, in a line that anybody may read."""
        online = [str(_("Online"))] if self.is_online else []
        return " · ".join([*filter(None, [self.is_in_person and self.place]), *online])

    @property
    def registration_opens_at(self) -> datetime.datetime | None:
        return self._instant_of(self.opens_date, self.opens_time or datetime.time(0))

    @property
    def registration_closes_at(self) -> datetime.datetime:
        """When it closes: at the end of the event where nothing is said."""
        last = datetime.time(23, 59)
        return self._instant_of(self.closes_date, self.closes_time or last) or self.ends_at

    @property
    def is_open(self) -> bool:
        """Whether people may register here now; full or not."""
        if self.registration != RegistrationMode.HERE or self.is_cancelled or self.is_over:
            return False
        now, opens = timezone.now(), self.registration_opens_at
        return (opens is None or opens <= now) and now < self.registration_closes_at

    @property
    def opens_later(self) -> bool:
        opens = self.registration_opens_at
        waits = opens is not None and opens > timezone.now()
        return waits and self.registration == RegistrationMode.HERE and not self.is_cancelled

    @property
    def questions(self) -> list["EventQuestion"]:
        return list(self.event_questions.all())

    def full_clean(self, *args, **kwargs):
        self._set_instants_if_told()
        super().full_clean(*args, **kwargs)

    def clean(self):
        super().clean()
        slug = self.slug or ""
        if slug in RESERVED_SLUGS or (slug.isdecimal() and len(slug) == 4):
            raise ValidationError(
                {"slug": _("The calendar itself has a page at this address. Choose another word.")}
            )
        self._check_times()

    def save(self, *args, **kwargs):
        from events.calendar_entries import note_published
        from events.registration import provide_seats

        self._set_instants_if_told()
        for question in self.questions:
            question.key = question.key or random_key(KEY_LENGTH)
        with transaction.atomic():
            result = super().save(*args, **kwargs)
            if kwargs.get("update_fields") is None:
                provide_seats(self)
                note_published(self)
        return result

    def copy(self, *args, **kwargs) -> "EventPage":
        """Copy what editors wrote: a copy has seats of its own, nobody in them, and its own UID."""
        from events.registration import copy_capacity

        made = super().copy(*args, **kwargs)
        copy_capacity(self, made)
        return made

    def get_context(self, request, *args, **kwargs):
        from events.showing import event_context

        context = super().get_context(request, *args, **kwargs)
        return {**context, **event_context(self, request, context["crumbs"])}

    @re_path(r"^event\.ics/$")
    def calendar_file(self, request: HttpRequest) -> HttpResponse:
        from events.feeds import event_file

        return event_file(self, request)

    def _instant_of(
        self, date: datetime.date | None, time: datetime.time
    ) -> datetime.datetime | None:
        if date is None:
            return None
        try:
            return instant(date, time, self.time_zone)
        except NoSuchTime:
            # Clean refuses what editors type; what came otherwise opens when the hour is over.
            later = datetime.datetime.combine(date, time) + datetime.timedelta(hours=1)
            return instant(later.date(), later.time(), self.time_zone)

    def _set_instants_if_told(self) -> None:
        """Tell the instants from local times; where there are none yet, `clean` says so."""
        try:
            self.starts_at = instant(self.date, self.start_time, self.time_zone)
            self.ends_at = instant(self.end_date or self.date, self.end_time, self.time_zone)
        except (NoSuchTime, ValidationError, TypeError, ValueError, OSError):
            self.starts_at = self.starts_at or timezone.now()
            self.ends_at = self.ends_at or self.starts_at

    def _check_times(self) -> None:
        validate_zone(self.time_zone)
        faults: dict[str, str] = {}
        given = [
            ("start_time", self.date, self.start_time),
            ("end_time", self.end_date or self.date, self.end_time),
            ("opens_time", self.opens_date, self.opens_time or datetime.time(0)),
            ("closes_time", self.closes_date, self.closes_time or datetime.time(23, 59)),
        ]
        moments = {}
        for name, date, time in given:
            if date is None or time is None:
                continue
            try:
                moments[name] = instant(date, time, self.time_zone)
            except NoSuchTime as error:
                faults[name] = str(error)
        begins, ends = moments.get("start_time"), moments.get("end_time")
        if begins and ends and ends <= begins:
            faults["end_time"] = _("It ends before it begins. Is the last day another one?")
        closes, opens = moments.get("closes_time"), moments.get("opens_time")
        if closes and opens and closes <= opens:
            faults["closes_time"] = _("Registration closes before it opens.")
        if faults:
            raise ValidationError(faults)


class Times(NamedTuple):
    """From when to when an event is, as clocks there show it, in words and by ISO 8601."""

    begins: str
    begins_iso: str
    ends: str
    """With its day where that is another."""
    ends_iso: str
    zone: str
    """The short name that the zone has at the start."""


def hosted_by(names: Iterable[str]) -> str:
    """Say who holds an event: “Hosted by A and B”; blank for nobody."""
    line = get_text_list([*names], _("and"))
    return _("Hosted by %(names)s") % {"names": line} if line else ""


class EventHost(Orderable):
    """A person who holds an event, in the order to be named."""

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="event_hosts")
    person = models.ForeignKey(
        Person, verbose_name=_("host"), on_delete=models.CASCADE, related_name="hosted_events"
    )

    panels = [FieldPanel("person")]

    class Meta(Orderable.Meta):
        verbose_name = _("host")
        verbose_name_plural = _("hosts")

    def __str__(self) -> str:
        return str(self.person)


class EventTag(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_events")
    content_object = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="tagged_items")


class QuestionKind(models.TextChoices):
    LINE = "line", _("a line of text")
    TEXT = "text", _("several lines")
    CHOICE = "choice", _("one of several")
    TICK = "tick", _("a tick")


class EventQuestion(Orderable):
    """What registering people are asked.

    Rows are made anew when an older revision is published: answers point to `key`.
    """

    page = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="event_questions")
    key = models.CharField(max_length=12, blank=True)
    label = models.CharField(_("question"), max_length=200)
    help = models.CharField(_("help"), max_length=250, blank=True)
    kind = models.CharField(
        _("answered by"), max_length=10, choices=QuestionKind.choices, default=QuestionKind.LINE
    )
    choices = models.TextField(_("choices"), blank=True, help_text=_("A line for each."))
    is_required = models.BooleanField(_("must be answered"), default=False)
    is_private = models.BooleanField(
        _("private"),
        default=False,
        help_text=_("Diet, access: for organisers alone, and erased after the event."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.label

    @property
    def choice_list(self) -> list[str]:
        return [line.strip() for line in self.choices.splitlines() if line.strip()]

    def clean(self):
        super().clean()
        if self.kind == QuestionKind.CHOICE and len(self.choice_list) < 2:
            raise ValidationError({"choices": _("Write two choices or more, each on a line.")})


class CalendarPage(RoutableBasePage, IntroducedPage):
    """All events, as a list and by month."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["events.EventPage"]
    max_count = 1

    template = "pages/events/calendar.html"

    class Meta:
        verbose_name = _("calendar")

    @path("")
    def coming(self, request: HttpRequest) -> HttpResponse:
        from events.lists import show_coming

        return show_coming(self, request)

    @path("past/")
    def past(self, request: HttpRequest) -> HttpResponse:
        from events.lists import show_past

        return show_past(self, request)

    @path("<int:year>/<int:month>/")
    def month(self, request: HttpRequest, year: int, month: int) -> HttpResponse:
        from events.months import show_month

        return show_month(self, request, year, month)

    @path("series/<slug:slug>/")
    def series(self, request: HttpRequest, slug: str) -> HttpResponse:
        from events.lists import show_series

        return show_series(self, request, slug)

    @path("embed/")
    def embed(self, request: HttpRequest) -> HttpResponse:
        from events.lists import show_embedded

        return show_embedded(self, request)

    @re_path(r"^(?:kinds/(?P<kind>[-\w]+)/|series/(?P<series>[-\w]+)/)?calendar\.ics/$")
    def calendar_feed(self, request: HttpRequest, **narrowed) -> HttpResponse:
        from events.feeds import calendar_feed

        return calendar_feed(self, request, **narrowed)

    @re_path(r"^(?:kinds/(?P<kind>[-\w]+)/|series/(?P<series>[-\w]+)/)?feed\.xml/$")
    def atom_feed(self, request: HttpRequest, **narrowed) -> HttpResponse:
        from events.feeds import atom_feed

        return atom_feed(self, request, **narrowed)
