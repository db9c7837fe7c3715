"""What the screens of announcements share: who may do what, where they are, how times are said."""

from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.permission_policies import ModelPermissionPolicy

from core.zones import shown_in
from updates.models import Announcement, Subscriber

announcement_policy = ModelPermissionPolicy(Announcement)
subscriber_policy = ModelPermissionPolicy(Subscriber)
SEE = ["add", "change", "delete", "view"]
SEND = "send"
SEE_PEOPLE = ["view", "change"]


def site_time(moment: datetime) -> str:
    """Return a moment as clocks show it where the site is, not where an editor is."""
    return date_format(shown_in(moment, settings.TIME_ZONE), "DATETIME_FORMAT")


def site_zone() -> str:
    return settings.TIME_ZONE.replace("_", " ")


def state_of(announcement: Announcement) -> str:
    if announcement.is_sent:
        return _("Sent on %(time)s") % {"time": site_time(announcement.sent_at)}
    if announcement.is_scheduled:
        return _("Scheduled for %(time)s") % {"time": site_time(announcement.send_at)}
    return _("Draft")


def desk_url(announcement: Announcement) -> str:
    return reverse("announcements:desk", args=[announcement.pk])


class OfAnnouncement(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """A screen of one announcement."""

    permission_policy = announcement_policy
    header_icon = "mail"

    @cached_property
    def announcement(self) -> Announcement:
        return get_object_or_404(Announcement, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.announcement.subject

    def get_breadcrumbs_items(self) -> list[dict]:
        return [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {
                "url": reverse("announcements:index"),
                "label": capfirst(Announcement._meta.verbose_name_plural),
            },
            {"url": desk_url(self.announcement), "label": self.announcement.subject},
            {"url": "", "label": str(self.page_title)},
        ]

    def back_url(self) -> str:
        return desk_url(self.announcement)
