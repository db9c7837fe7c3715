"""What the core keeps: how often somebody did something lately, how far images are seen to."""

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


class PictureState(models.Model):
    """How far an image is seen to (core.picture_making). No row: it is new, or was changed."""

    image = models.OneToOneField(
        "wagtailimages.Image", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.CharField(max_length=8)
    """Which sizes it is about."""
    due_at = models.DateTimeField(null=True)
    """When it is looked at next. None: all is made, or it was tried often enough."""
    tries = models.PositiveSmallIntegerField(default=0)
    """In vain, one after the other."""
    problem = models.CharField(max_length=200, blank=True)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"image {self.pk}"
