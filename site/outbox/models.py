"""Every mail that leaves, kept until it has left, and what is known of the addresses it goes to."""

import zlib
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""


class StopReason(models.TextChoices):
    REFUSED = "refused", _("refused by its mail server")
    BOUNCED = "bounced", _("came back")
    COMPLAINED = "complained", _("reported as spam")
    STAFF = "staff", _("stopped by staff")


class AddressQuerySet(models.QuerySet):
    def stopped(self) -> "AddressQuerySet":
        return self.exclude(stopped_at=None)


class Address(models.Model):
    """An email address that was ever written to. Written by `outbox.addresses` alone."""

    key = models.CharField(max_length=LONGEST_ADDRESS, unique=True)
    """The address without regard to case, by which two are the same."""
    email = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    created_at = models.DateTimeField(_("known since"), default=timezone.now)
    proven_at = models.DateTimeField(
        _("proven"),
        null=True,
        help_text=_("When its owner showed that they read what is sent there."),
    )
    bounces = models.PositiveIntegerField(_("times mail came back"), default=0)
    bounced_at = models.DateTimeField(_("mail last came back"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stop_reason = models.CharField(_("why"), max_length=10, choices=StopReason.choices, blank=True)
    answer = models.TextField(_("what its server said"), blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        default_permissions = ["view", "change"]
        indexes = [
            models.Index(
                fields=["stopped_at"],
                condition=Q(stopped_at__isnull=False),
                name="outbox_address_stopped",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None


class Priority(models.IntegerChoices):
    """Whose mail goes first where several wait."""

    AT_ONCE = 1, _("at once")
    SOON = 2, _("soon")
    IN_BULK = 3, _("in bulk")


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("not sent")


class MailQuerySet(models.QuerySet):
    def waiting(self) -> "MailQuerySet":
        return self.filter(state=MailState.WAITING)

    def due(self, now: datetime) -> "MailQuerySet":
        """Return what may be sent now and nobody is sending, in the order of sending."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        paused = Batch.objects.paused().values("name")
        due = self.waiting().filter(free, due_at__lte=now).exclude(batch__in=paused)
        return due.order_by("priority", "due_at", "pk")

    def in_batch(self, name: str) -> "MailQuerySet":
        return self.filter(batch=name)


class Mail(models.Model):
    """One mail to one address, as it will leave or has left."""

    address = models.ForeignKey(
        Address, on_delete=models.CASCADE, related_name="mails", verbose_name=_("to")
    )
    sender = models.CharField(max_length=LONGEST_ADDRESS)
    """Of the envelope: where it comes back to."""
    message_id = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(_("kind"), max_length=50, blank=True)
    """The name of its `outbox.messages.Message`; blank for mail of Django, Wagtail and the like."""
    subject = models.TextField(_("subject"))
    packed = models.BinaryField()
    """The bytes of the message (RFC 5322), compressed."""
    is_secret = models.BooleanField(default=False)
    """Whether it lets its reader in: staff are not shown it, nor is it kept once sent."""

    batch = models.CharField(max_length=80, blank=True)
    about = models.CharField(max_length=100, blank=True)
    """What its kind looks up, at the last moment, to tell whether it is still wanted."""
    once = models.CharField(max_length=100, blank=True)
    """What an address is told of once, however many ways lead to it."""

    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.SOON)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    """From then on it is of no use, and dropped."""

    state = models.CharField(
        _("state"), max_length=10, choices=MailState.choices, default=MailState.WAITING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    reason = models.TextField(_("why"), blank=True)
    """Why it waits, failed or was not sent, in the words of a server or of ours."""
    ended_at = models.DateTimeField(_("sent or given up"), null=True)
    lease = models.CharField(max_length=16, blank=True)
    leased_until = models.DateTimeField(null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        default_permissions = ["view", "change"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "once"], condition=~Q(once=""), name="outbox_mail_told_once"
            )
        ]
        indexes = [
            models.Index(fields=["state", "priority", "due_at", "id"], name="outbox_mail_in_turn"),
            models.Index(fields=["state", "ended_at"], name="outbox_mail_ended"),
            models.Index(fields=["batch", "state"], name="outbox_mail_of_batch"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def content(self) -> bytes:
        """The bytes of the message; none once it is not kept any more."""
        return zlib.decompress(self.packed) if self.packed else b""

    @content.setter
    def content(self, content: bytes) -> None:
        self.packed = zlib.compress(content) if content else b""


class BatchQuerySet(models.QuerySet):
    def paused(self) -> "BatchQuerySet":
        return self.exclude(paused_at=None)


class Batch(models.Model):
    """Mails of one occasion that once failed too often, and whether they wait for a person."""

    name = models.CharField(max_length=80, primary_key=True)
    paused_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = BatchQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Outlet(models.Model):
    """Whether mail may leave this site at all, and how the server took it lately. One row."""

    place = models.CharField(max_length=64, blank=True)
    """Where the site was when it last sent (outbox.holding)."""
    held_at = models.DateTimeField(null=True)
    held_because = models.TextField(blank=True)
    """Held until a person releases it."""
    paused_until = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    """Why it pauses, in the words of the server."""
    troubled_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    """Times running that the server could not be worked with."""
    refusals = models.PositiveIntegerField(default=0)
    """Mails running that it refused for good."""
    told_at = models.DateTimeField(null=True)
    """When staff were told of it."""

    def __str__(self) -> str:
        return "outlet"


@register_setting(icon="mail", order=900)
class Letterhead(BaseGenericSetting):
    """What stands on every mail of the site's own."""

    reply_to = models.EmailField(
        _("answers go to"),
        blank=True,
        help_text=_("The team's mailbox. Blank: to the address mails come from."),
    )
    postal_address = models.TextField(
        _("postal address"),
        blank=True,
        help_text=_("Stands at the foot of every mail. Many countries ask for it by law."),
    )

    panels = [FieldPanel("reply_to"), FieldPanel("postal_address")]

    class Meta:
        verbose_name = _("letterhead of mails")
