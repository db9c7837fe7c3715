"""What is noted of a guide beside its text: changes, reviews, readers' words.

None of it is in the page itself: publishing a revision would write it back.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GuideChange(models.Model):
    """A publication of a guide that readers are told of: the first, and each with a note."""

    guide = models.ForeignKey("guides.GuidePage", on_delete=models.CASCADE, related_name="changes")
    revision_id = models.BigIntegerField()
    """Which was published; it may have been deleted since."""
    note = models.CharField(max_length=250, blank=True)
    """What changed, in a sentence; blank for the first publication."""
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "revision_id"], name="guides_change_once")
        ]

    def __str__(self) -> str:
        return self.note or str(self.guide)


class GuideReview(models.Model):
    """That somebody read a guide through and found it right."""

    guide = models.ForeignKey("guides.GuidePage", on_delete=models.CASCADE, related_name="reviews")
    reviewed_on = models.DateField(default=timezone.localdate)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-reviewed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.guide} {self.reviewed_on}"


class FeedbackQuerySet(models.QuerySet):
    def open(self) -> "FeedbackQuerySet":
        """Return words that nobody has dealt with."""
        return self.exclude(words="").filter(settled_at=None)


class Feedback(models.Model):
    """Whether a guide helped a reader, and what they said to it. Nothing tells who it was."""

    guide = models.ForeignKey("guides.GuidePage", on_delete=models.CASCADE, related_name="feedback")
    helped = models.BooleanField(_("helped"))
    words = models.TextField(_("words"), blank=True, max_length=1000)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-given_at", "-pk"]
        indexes = [models.Index(fields=["guide", "helped"])]

    def __str__(self) -> str:
        return self.words or str(self.guide)
