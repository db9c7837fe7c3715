"""What the core keeps: how often somebody has done something lately."""

from django.db import models


class Tally(models.Model):
    """How often something was done in a stretch of time; by whom is kept as a digest only."""

    key = models.CharField(max_length=64)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "begins_at"], name="core_tally_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
