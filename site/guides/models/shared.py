"""Texts written once and shown in many guides."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from guides.blocks import GUIDE_BLOCKS


class SharedText(index.Indexed, models.Model):
    """A text that guides show where it is placed. Edited here, it changes in all of them."""

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("For editors: readers do not see it.")
    )
    body = StreamField(GUIDE_BLOCKS, verbose_name=_("text"))

    panels = [FieldPanel("name"), FieldPanel("body")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("shared text")
        verbose_name_plural = _("shared texts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
