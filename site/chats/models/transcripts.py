"""What was said on a call, and written beside it, line by line.

No part of the page: publishing an older revision brings no line back that was struck out.
"""

from django.db import models

from chats.models.pages import ChatPage, TopicSource


class Transcript(models.Model):
    """The lines of a chat, told by the clock of the files they came from."""

    chat = models.OneToOneField(ChatPage, on_delete=models.CASCADE, related_name="transcript")
    offset = models.IntegerField(default=0)
    """Seconds to be added to a line's time to have that of the recording."""
    checked_on = models.DateField(null=True)
    """When somebody compared it with the recording; None of what a machine alone has heard."""

    def __str__(self) -> str:
        return str(self.chat)


class Speaker(models.Model):
    """Whoever a transcript or a text chat names."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="speakers")
    source = models.CharField(max_length=10, choices=TopicSource.choices)
    name = models.CharField(max_length=200)
    is_named = models.BooleanField(null=True)
    """Whether readers see the name; None leaves that to the rule: the hosts, on the recording."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transcript", "source", "name"], name="chats_speaker_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LineQuerySet(models.QuerySet):
    def kept(self) -> "LineQuerySet":
        """Lines that were not struck out."""
        return self.filter(struck_at=None)

    def of(self, source: TopicSource) -> "LineQuerySet":
        return self.filter(source=source)

    def in_order(self) -> "LineQuerySet":
        """By time; of the same moment, as the file had them."""
        return self.order_by("start", "place", "pk")


class Line(models.Model):
    """A line of a transcript or of the text chat. Times are milliseconds of the transcript."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="lines")
    source = models.CharField(
        max_length=10, choices=TopicSource.choices, default=TopicSource.RECORDING
    )
    place = models.PositiveIntegerField(default=0)
    start = models.IntegerField()
    end = models.IntegerField(null=True)
    speaker = models.ForeignKey(Speaker, null=True, on_delete=models.SET_NULL)
    text = models.TextField()
    reactions = models.CharField(max_length=200, blank=True)
    """As "👍 3 ❤ 1"."""
    answers = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """In the text chat: what it replies to."""
    digest = models.CharField(max_length=32, blank=True)
    """Of the words as the file had them: by it a line struck out is known again."""
    struck_at = models.DateTimeField(null=True)
    """Since when nobody but editors sees it. The text goes for good a while later."""

    objects = LineQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["transcript", "source", "start"])]

    def __str__(self) -> str:
        return self.text
