"""What running the site has to remember."""

from datetime import datetime

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q


class DemonstrationItem(models.Model):
    """Something that `manage.py demo` made, and `demo --remove` takes out again.

    The row outlives what it names: `item` is then None.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"


class SharedWorkQuerySet(models.QuerySet):
    def free(self, now: datetime) -> "SharedWorkQuerySet":
        """What no worker is at, as far as leases tell."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=now))

    def not_done_after(self, moment: datetime) -> "SharedWorkQuerySet":
        return self.filter(Q(done_at=None) | Q(done_at__lte=moment))


class SharedWork(models.Model):
    """What all workers know of a piece of work that one of them does for all."""

    name = models.CharField(max_length=100, unique=True)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    """Why it failed last, masked; empty since it was done."""

    objects = SharedWorkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """A worker's word that it is at work. The row of the last one stays when it has gone."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    failing = models.JSONField(default=list)
    """Names of the work that failed when this worker last tried it."""

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
