"""Lists that staff write to, and what they have written."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from core.html import plain_text
from people.models import Named, NamedQuerySet
from updates.models.subscribers import new_key

SUMMARY_LENGTH = 200
LONGEST_BODY = 60_000
"""Signs, with their markup: mail programs cut off what is beyond 100 kB in all."""
INLINE = re.compile(r"</?(?:a|b|i|em|strong)\b[^>]*>")
"""Tags that part no words."""


class AnnouncementListQuerySet(NamedQuerySet):
    def open(self) -> "AnnouncementListQuerySet":
        """Return lists that readers may subscribe to."""
        return self.filter(is_open=True)


class AnnouncementList(index.Indexed, Named):
    """A list for all or for a region: readers subscribe to it, staff write to it."""

    summary = models.CharField(
        _("what it is for"),
        max_length=250,
        help_text=_("One sentence: who should follow it, and how often mail comes."),
    )
    is_open = models.BooleanField(
        _("open for subscribers"),
        default=True,
        help_text=_("If not, it is offered no more; who follows it stays, and its archive too."),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("summary"),
        FieldPanel("is_open"),
        FieldPanel("slug"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    objects = AnnouncementListQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement list")
        verbose_name_plural = _("announcement lists")
        ordering = ["name"]

    def get_absolute_url(self) -> str:
        return reverse("updates:list", args=[self.slug])


class AnnouncementQuerySet(models.QuerySet):
    def sent(self) -> "AnnouncementQuerySet":
        """Return what the public may read in the archive."""
        return self.exclude(sent_at=None)

    def due(self) -> "AnnouncementQuerySet":
        return self.filter(sent_at=None, send_at__lte=timezone.now())

    def newest_first(self) -> "AnnouncementQuerySet":
        return self.order_by("-sent_at", "-pk")


class Announcement(models.Model):
    """What staff write to lists: a draft, scheduled, or sent and in the public archive.

    Sent and scheduled by `updates.announcements` alone.
    """

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    subject = models.CharField(_("subject"), max_length=150)
    lists = models.ManyToManyField(
        AnnouncementList,
        verbose_name=_("lists"),
        related_name="announcements",
        help_text=_("Who follows several of them gets it once."),
    )
    body = RichTextField(
        _("text"), features=["bold", "italic", "link", "document-link", "h2", "ol", "ul"]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    send_at = models.DateTimeField(_("to be sent"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    report = models.JSONField(default=dict, editable=False)
    """What became of its mails, kept when they are purged (`updates.reports`)."""

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        permissions = [("send_announcement", "Can send announcements")]
        indexes = [
            models.Index(fields=["-sent_at"], name="updates_announced"),
            models.Index(
                fields=["send_at"], condition=Q(sent_at=None), name="updates_announce_due"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def is_scheduled(self) -> bool:
        return self.send_at is not None and not self.is_sent

    @property
    def text(self) -> str:
        """What is read of it, on one line."""
        return plain_text(INLINE.sub("", self.body))

    @property
    def summary(self) -> str:
        return Truncator(self.text).chars(SUMMARY_LENGTH)

    def clean(self) -> None:
        super().clean()
        if not self.text:
            raise ValidationError({"body": _("Write what is to be announced.")})
        if len(self.body) > LONGEST_BODY:
            raise ValidationError(
                {"body": _("This is too long for a mail. Put it into a post, and announce that.")}
            )

    def get_absolute_url(self) -> str:
        return reverse("updates:announcement", args=[self.key])
