"""What was published and whom it is told."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from updates.following import Ref
from updates.models.subscribers import KEY_LENGTH, Subscription

LONGEST_LABEL = 50


class NoticeQuerySet(models.QuerySet):
    def ripe(self) -> "NoticeQuerySet":
        """Return what is to be told now, the oldest first."""
        return self.filter(spread_at=None, due_at__lte=timezone.now()).order_by("due_at", "pk")


class Notice(models.Model):
    """That something is new; one row for each thing for ever, so that it is told once.

    Of whom it is told nothing stands here: a row without followers costs nothing more.
    """

    source = models.CharField(max_length=LONGEST_LABEL)
    """A model's name, as `blog.postpage`."""
    object_id = models.BigIntegerField()
    noticed_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    """When it may be told at the earliest; None while something is still missing."""
    follows = models.JSONField(default=list)
    """Refs it is told to the followers of, as `Ref.__str__` writes them; told once it is ripe."""
    searched_to = models.CharField(max_length=250, blank=True)
    """The last saved search that was asked whether it finds this."""
    matched_at = models.DateTimeField(null=True)
    """When all of `follows` was known."""
    spread_to = models.BigIntegerField(default=0)
    """The last subscriber whose deliveries were written."""
    spread_at = models.DateTimeField(null=True)
    """When deliveries were written for all; set from the first where nobody is to be told."""

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = []
        constraints = [
            models.UniqueConstraint(fields=["source", "object_id"], name="updates_noticed_once")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(spread_at=None), name="updates_notice_ripe")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"

    @property
    def refs(self) -> list[Ref]:
        return [Ref.read(text) for text in self.follows]

    @property
    def batch(self) -> str:
        """The name of the mails that tell it at once (`outbox.models.Batch`)."""
        return f"news {self.pk}"


class DeliveryQuerySet(models.QuerySet):
    def unmailed(self) -> "DeliveryQuerySet":
        return self.filter(mailed_at=None, subscription__ended_at=None)

    def due(self) -> "DeliveryQuerySet":
        return self.unmailed().filter(due_at__lte=timezone.now())


class Delivery(models.Model):
    """A notice for one of a subscriber's subscriptions, until a mail tells it and a while after.

    Whatever tells a subscriber of a notice marks all their deliveries of it.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries"
    )
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    due_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    """When a mail was written that tells it, or it was found that none needs to."""
    letter = models.CharField(max_length=KEY_LENGTH, blank=True, db_index=True)
    """What names that mail (`outbox.models.Mail.about`); blank if there is none."""

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "notice"], name="updates_delivered_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(mailed_at=None), name="updates_delivery_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} for {self.subscription_id}"
