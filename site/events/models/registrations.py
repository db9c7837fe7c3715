"""Seats, who has them, who waits for one, and who came."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from events.models.pages import EventPage
from events.models.people import Attendee
from events.models.series import Follower


class Seats(models.Model):
    """How many seats an event has, and how many are taken: the row that all who want one lock.

    Not a field of the page, whose older revisions would bring old numbers back. Written by
    `events.registration` alone.
    """

    event = models.OneToOneField(EventPage, on_delete=models.CASCADE, related_name="seats")
    capacity = models.PositiveIntegerField(null=True)
    """None: as many as come."""
    taken = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(taken__lte=F("capacity")),
                name="events_seats_not_oversold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.taken} of {self.capacity}, {self.waiting} waiting"

    @property
    def is_limited(self) -> bool:
        return self.capacity is not None

    @property
    def left(self) -> int | None:
        """How many a newcomer may still take; None for any number."""
        if self.capacity is None:
            return None
        return 0 if self.waiting else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.left == 0

    @property
    def line(self) -> str:
        """How things are, for organisers: “14 of 20 seats taken, 3 wait”."""
        if self.capacity is None:
            said = ngettext("%(n)d registered", "%(n)d registered", self.taken)
        else:
            said = ngettext(
                "%(n)d of %(all)d seat taken", "%(n)d of %(all)d seats taken", self.capacity
            )
        line = said % {"n": self.taken, "all": self.capacity}
        if not self.waiting:
            return line
        waits = ngettext("%(n)d waits", "%(n)d wait", self.waiting) % {"n": self.waiting}
        return f"{line}, {waits}"


class CalendarEntry(models.Model):
    """What calendars know an event by (RFC 5545 3.8.7), and the state they were last told.

    Written by `events.calendar_entries` alone.
    """

    event = models.OneToOneField(EventPage, on_delete=models.CASCADE, related_name="entry")
    uid = models.CharField(max_length=100, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    """Goes up once with each change of time, place or state."""
    told = models.JSONField(default=dict)
    """Time, place and state as published last."""
    was = models.JSONField(default=dict)
    """The same before the last change and its quick corrections, with the sequence it had."""
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.uid} {self.sequence}"


class State(models.TextChoices):
    CONFIRMED = "confirmed", _("has a seat")
    WAITING = "waiting", _("waits")
    CANCELLED = "cancelled", _("cancelled")
    RELEASED = "released", _("seat given up")


LIVE = (State.CONFIRMED, State.WAITING)


class EndedBy(models.TextChoices):
    """Why somebody does not come after all."""

    THEMSELVES = "self", _("cancelled by link")
    STAFF = "staff", _("cancelled by staff")
    UNPROVEN = "unproven", _("address not confirmed in time")
    SILENT = "silent", _("did not say whether they still come")


class NotedBy(models.TextChoices):
    """How we know that somebody was there."""

    JOIN = "join", _("joined by link")
    STAFF = "staff", _("noted by staff")
    ZOOM = "zoom", _("list of the call")


class RegistrationQuerySet(models.QuerySet):
    def live(self) -> "RegistrationQuerySet":
        return self.filter(state__in=LIVE)

    def confirmed(self) -> "RegistrationQuerySet":
        return self.filter(state=State.CONFIRMED)

    def waiting(self) -> "RegistrationQuerySet":
        return self.filter(state=State.WAITING)

    def in_order(self) -> "RegistrationQuerySet":
        """The order in which they came: rows are written while that of the seats is locked."""
        return self.order_by("pk")

    def at_address(self, email_key: str) -> "RegistrationQuerySet":
        return self.filter(email_key=email_key)

    def attended(self) -> "RegistrationQuerySet":
        return self.filter(attended=True)


class Registration(Attendee):
    """One person at one event. Changed by `events.registration` and `events.attendance` alone."""

    event = models.ForeignKey(EventPage, on_delete=models.CASCADE, related_name="registrations")
    follower = models.ForeignKey(
        Follower, null=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    """Whose following of a series brought it."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    created_at = models.DateTimeField(_("registered"), default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirm_by = models.DateTimeField(null=True)
    """By when the address must be proven, or the seat goes to the next; None: it need not."""
    promoted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy.choices, blank=True)

    told_sequence = models.PositiveIntegerField(null=True)
    """The state of the calendar entry that a mail told of last; None: none has."""
    sequence_shift = models.PositiveIntegerField(default=0)
    """Added to the entry's sequence in mail: who cancelled and came again has seen a higher one."""
    day_reminder_for = models.DateTimeField(null=True)
    """The start that the reminder of the day before spoke of; another start, another reminder."""
    hour_reminder_for = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    """When "Still coming?" was asked."""
    coming_at = models.DateTimeField(null=True)
    """When it was answered with yes."""
    recording_told_at = models.DateTimeField(null=True)

    attended = models.BooleanField(_("was there"), null=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True)
    noted_by = models.CharField(max_length=10, choices=NotedBy.choices, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email_key", "folded_name"],
                # Who was erased has no name any more.
                condition=Q(state__in=LIVE) & ~Q(email_key=""),
                name="events_registered_once",
            )
        ]
        indexes = [
            models.Index(fields=["event", "state"], name="events_registration_state"),
            models.Index(
                fields=["confirm_by"],
                condition=Q(confirm_by__isnull=False),
                name="events_registration_unproven",
            ),
        ]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_confirmed(self) -> bool:
        return self.state == State.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        return self.state == State.WAITING


class Answer(models.Model):
    """What somebody answered to a question of the event; the question's words are kept with it."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=12)
    """Its key: rows of questions are made anew when an older revision is published."""
    label = models.CharField(max_length=200)
    value = models.TextField()
    is_private = models.BooleanField(default=False)
    """Diet, access: for organisers alone, erased some time after."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question"], name="events_answered_once"
            )
        ]

    def __str__(self) -> str:
        return self.label


@register_setting(icon="calendar-alt", order=850)
class EventSettings(BaseGenericSetting):
    """What holds for all events."""

    confirm_hours = models.PositiveSmallIntegerField(
        _("hours to confirm an address"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(14 * 24)],
        help_text=_("Where seats are limited, an address we do not know yet loses its seat then."),
    )
    reminds_a_day_before = models.BooleanField(_("remind a day before"), default=True)
    reminds_an_hour_before = models.BooleanField(_("remind an hour before"), default=True)
    hours_to_answer = models.PositiveSmallIntegerField(
        _("hours to answer “Still coming?”"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(14 * 24)],
        help_text=_("After that, an event that says so gives silent seats to who waits."),
    )
    private_days = models.PositiveSmallIntegerField(
        _("days that private answers are kept"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("Counted from the end of the event."),
    )
    years_kept = models.PositiveSmallIntegerField(
        _("years that registrations are kept"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("Certificates can be checked so long; then names and addresses are erased."),
    )
    issuer = models.CharField(
        _("who certifies"),
        max_length=100,
        blank=True,
        help_text=_("Stands on certificates. Empty: the name of the site."),
    )
    signed_by = models.CharField(
        _("signed by"), max_length=150, blank=True, help_text=_("As “Nell Cho, Manager”.")
    )

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("reminds_a_day_before"), FieldPanel("reminds_an_hour_before")]
                ),
                FieldRowPanel([FieldPanel("confirm_hours"), FieldPanel("hours_to_answer")]),
            ],
            heading=_("Mail and seats"),
        ),
        FieldRowPanel([FieldPanel("private_days"), FieldPanel("years_kept")]),
        MultiFieldPanel([FieldPanel("issuer"), FieldPanel("signed_by")], heading=_("Certificates")),
    ]

    class Meta:
        verbose_name = _("rules of events")
