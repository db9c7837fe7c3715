"""Events that come again, and who follows them."""

import datetime
from collections.abc import Iterator

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.search import index

from events.models.people import Attendee
from people.models import Named

WEEK = datetime.timedelta(weeks=1)
LAST_OF_MONTH = 5


class Kind(index.Indexed, Named):
    """What sort of event it is: community chat, training, meeting."""

    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("kind of event")
        verbose_name_plural = _("kinds of events")
        ordering = ["name"]


class Rhythm(models.TextChoices):
    WEEKS = "weeks", _("every so many weeks, on that weekday")
    MONTHS = "months", _("every so many months, on that weekday of the month")


class Series(index.Indexed, Named):
    """Events made ahead like the one it began with; each is a page that can go its own way."""

    summary = models.CharField(
        _("summary"), max_length=250, blank=True, help_text=_("One or two sentences.")
    )
    pattern = models.ForeignKey(
        "events.EventPage",
        verbose_name=_("event it is made like"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Further dates are copies of this event. Empty: none are made."),
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=10, choices=Rhythm.choices, default=Rhythm.WEEKS
    )
    interval = models.PositiveSmallIntegerField(
        _("every"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text=_("2 for every second week or month."),
    )
    begins_on = models.DateField(_("first date"), help_text=_("Tells the weekday too."))
    until = models.DateField(_("last date"), null=True, blank=True)
    weeks_ahead = models.PositiveSmallIntegerField(
        _("weeks ahead"),
        default=26,
        validators=[MinValueValidator(1), MaxValueValidator(104)],
        help_text=_("How far ahead dates are put into the calendar."),
    )
    join_url = models.URLField(
        _("link to the call"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("For all dates that have none of their own. Only registered people get it."),
    )
    is_of_chats = models.BooleanField(
        _("community chats"),
        default=False,
        help_text=_("Each date becomes a page of the chat archive with one click."),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("interval"), FieldPanel("rhythm")]),
                FieldRowPanel([FieldPanel("begins_on"), FieldPanel("until")]),
                FieldRowPanel([FieldPanel("pattern"), FieldPanel("weeks_ahead")]),
            ],
            heading=_("Dates"),
        ),
        FieldPanel("join_url"),
        FieldPanel("is_of_chats"),
        FieldPanel("slug"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name"]

    def slots(self) -> Iterator[datetime.date]:
        """Yield its dates from the first on, to the last one if it has one."""
        step = 0
        while (day := self._slot(step)) and not (self.until and day > self.until):
            yield day
            step += self.interval

    def _slot(self, step: int) -> datetime.date | None:
        try:
            if self.rhythm == Rhythm.WEEKS:
                return self.begins_on + step * WEEK
            months = self.begins_on.year * 12 + self.begins_on.month - 1 + step
            return _same_weekday(self.begins_on, months // 12, months % 12 + 1)
        except (OverflowError, ValueError):
            return None


def _same_weekday(like: datetime.date, year: int, month: int) -> datetime.date:
    """Return the second Wednesday where `like` is one; a fifth counts as the last."""
    nth = (like.day - 1) // 7 + 1
    first = datetime.date(year, month, 1)
    day = first + datetime.timedelta(days=(like.weekday() - first.weekday()) % 7)
    fifth = day + 4 * WEEK
    if nth == LAST_OF_MONTH:
        return fifth if fifth.month == month else fifth - WEEK
    return day + (nth - 1) * WEEK


class Occurrence(models.Model):
    """A date of a series for which an event was made: it is not made twice, moved or deleted."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="occurrences")
    slot = models.DateField()
    event = models.OneToOneField(
        "events.EventPage", null=True, on_delete=models.SET_NULL, related_name="occurrence"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "slot"], name="events_occurrence_once")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.slot}"


class FollowerQuerySet(models.QuerySet):
    def active(self) -> "FollowerQuerySet":
        return self.filter(ended_at=None)


class Follower(Attendee):
    """Somebody registered for all coming dates of a series, those not made yet included."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "email_key", "folded_name"],
                condition=Q(ended_at=None),
                name="events_follows_once",
            )
        ]
