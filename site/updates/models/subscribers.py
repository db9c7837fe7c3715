"""Who gets mail about what, at which pace."""

import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.keys import random_key
from core.zones import default_zone, shown_in, validate_zone, zone_choices
from outbox.addresses import key_of
from outbox.models import LONGEST_ADDRESS
from updates.following import Ref

KEY_LENGTH = 16
LONGEST_KIND = 30
LONGEST_WHAT = 250
EXPIRES_AFTER = datetime.timedelta(days=7)
"""How long what was asked for waits to be confirmed."""
DIGEST_TIME = datetime.time(7)
"""By the clock where the reader is: before the day's first mails are read."""


def new_key() -> str:
    return random_key(KEY_LENGTH)


class Pace(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


class Weekday(models.IntegerChoices):
    """As `datetime.date.weekday` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class EndedBy(models.TextChoices):
    ONE_CLICK = "one_click", _("by the link in a mail")
    THEMSELVES = "themselves", _("on their page of preferences")
    STAFF = "staff", _("by staff")


class SubscriberQuerySet(models.QuerySet):
    def active(self) -> "SubscriberQuerySet":
        """Return those who get mail about something."""
        return self.filter(Exists(Subscription.objects.active().filter(subscriber=OuterRef("pk"))))


class Subscriber(models.Model):
    """An address that asked for updates, and the clock its digests keep to.

    It is proven by its first subscription that was confirmed; once all have ended, the next one
    must be confirmed anew.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key)
    email = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    email_key = models.CharField(max_length=LONGEST_ADDRESS, unique=True)
    """The address without regard to case (`outbox.addresses.key_of`)."""
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=default_zone,
        choices=zone_choices,
        validators=[validate_zone],
    )
    weekday = models.PositiveSmallIntegerField(
        _("day of the weekly mail"), choices=Weekday.choices, default=Weekday.MONDAY
    )
    created_at = models.DateTimeField(_("first asked"), default=timezone.now)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        default_permissions = ["view", "change"]

    def __str__(self) -> str:
        return self.email

    def save(self, *args, **kwargs):
        self.email_key = key_of(self.email)
        super().save(*args, **kwargs)

    def next_mail_at(self, pace: str, after: datetime.datetime) -> datetime.datetime:
        """Return when what is known `after` is to be told: then, or in the morning of their day.

        Where clocks skip that time it is the moment at which they would have shown it.
        """
        if pace == Pace.AT_ONCE:
            return after
        zone = ZoneInfo(self.time_zone)
        day = shown_in(after, self.time_zone).date()
        while True:
            morning = datetime.datetime.combine(day, DIGEST_TIME, zone).astimezone(datetime.UTC)
            if morning > after and (pace == Pace.DAILY or day.weekday() == self.weekday):
                return morning
            day += datetime.timedelta(days=1)


class SubscriptionQuerySet(models.QuerySet):
    def active(self) -> "SubscriptionQuerySet":
        return self.exclude(confirmed_at=None).filter(ended_at=None)

    def pending(self) -> "SubscriptionQuerySet":
        """Return what was asked for and not confirmed yet."""
        return self.filter(confirmed_at=None, ended_at=None)

    def following(self, ref: Ref) -> "SubscriptionQuerySet":
        return self.filter(kind=ref.kind, what=ref.key)

    def following_any(self, refs: list[Ref]) -> "SubscriptionQuerySet":
        keys: dict[str, list[str]] = {}
        for ref in refs:
            keys.setdefault(ref.kind, []).append(ref.key)
        asked = Q(pk__in=[])
        for kind, whats in keys.items():
            asked |= Q(kind=kind, what__in=whats)
        return self.filter(asked)


class Subscription(models.Model):
    """One thing that a subscriber follows. Written by `updates.subscriptions` alone."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key)
    kind = models.CharField(max_length=LONGEST_KIND)
    what = models.CharField(max_length=LONGEST_WHAT, blank=True)
    title = models.CharField(_("what"), max_length=LONGEST_WHAT)
    """What it was called when it was asked for: said where it is no more."""
    pace = models.CharField(
        _("how often"), max_length=10, choices=Pace.choices, default=Pace.AT_ONCE
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("since"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy.choices, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "kind", "what"], name="updates_followed_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "what", "subscriber"], name="updates_followers")]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.what)

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None


class Request(models.Model):
    """What a form asked for, until the worker has taken it in.

    To write it down is all that an address is given while somebody watches: whether it is known
    shows in nothing.
    """

    email = models.CharField(max_length=LONGEST_ADDRESS)
    wants = models.JSONField(default=list)
    """Refs as `Ref.__str__` writes them; none: the address asks for its link."""
    pace = models.CharField(max_length=10, choices=Pace.choices, default=Pace.AT_ONCE)
    time_zone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = []

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
