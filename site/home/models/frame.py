"""What frames every page, as editors set it: navigation and a bar for what all must know."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page


class PageItemBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock(label=_("Page"))
    label = blocks.CharBlock(
        label=_("Words"), max_length=40, required=False, help_text=_("Empty: the page’s title.")
    )

    class Meta:
        icon = "doc-empty"
        label = _("A page")


class AddressItemBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Words"), max_length=40)
    address = blocks.RegexBlock(
        regex=r"^(?:/(?!/)|https?://|mailto:|tel:)\S*$",
        label=_("Address"),
        error_messages={"invalid": _("Begin with / for this site, or with https://.")},
    )

    class Meta:
        icon = "link"
        label = _("An address")


ITEMS = (("page", PageItemBlock()), ("address", AddressItemBlock()))


@register_setting(icon="list-ul", order=100)
class Navigation(BaseSiteSetting):
    """The links at head and foot of every page, in the order to be shown."""

    head = StreamField(
        ITEMS,
        verbose_name=_("at the head"),
        blank=True,
        help_text=_("Empty: the pages that say they are shown in menus. Six or seven fit."),
    )
    foot = StreamField(
        ITEMS,
        verbose_name=_("at the foot"),
        blank=True,
        help_text=_("Stand before those that are always there."),
    )

    panels = [FieldPanel("head"), FieldPanel("foot")]

    class Meta:
        verbose_name = _("navigation")


@register_setting(icon="warning", order=110)
class NoticeBar(BaseSiteSetting):
    """A sentence above every page, for as long as it holds."""

    words = models.CharField(
        _("what all must know"),
        max_length=200,
        blank=True,
        help_text=_("As “No courier on Friday, July 3”. Empty: no bar."),
    )
    page = models.ForeignKey(
        Page,
        verbose_name=_("page with more"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    begins_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    panels = [
        FieldPanel("words"),
        FieldPanel("page"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("begins_at"), FieldPanel("ends_at")])],
            heading=_("Shown"),
            help_text=_("In the site’s time zone. Empty: from now on, or until you take it out."),
        ),
    ]

    class Meta:
        verbose_name = _("notice bar")

    @property
    def is_shown(self) -> bool:
        now = timezone.now()
        has_begun = self.begins_at is None or self.begins_at <= now
        has_ended = self.ends_at is not None and self.ends_at <= now
        return bool(self.words) and has_begun and not has_ended

    def clean(self):
        super().clean()
        if self.begins_at and self.ends_at and self.ends_at <= self.begins_at:
            raise ValidationError({"ends_at": _("It ends before it begins.")})


def next_notice(now: datetime.datetime) -> datetime.datetime | None:
    """Return when a bar next appears or goes."""
    bounds = NoticeBar.objects.exclude(words="").values_list("begins_at", "ends_at")
    moments = (moment for bar in bounds for moment in bar if moment and moment > now)
    return min(moments, default=None)
