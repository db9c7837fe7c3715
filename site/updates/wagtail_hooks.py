"""Email updates in the admin: announcements, their lists, who follows what, what went out."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.snippets.models import register_snippet

from updates.admin import subscribers
from updates.admin.announcements import AnnouncementViewSet
from updates.admin.frame import SEE, announcement_policy
from updates.admin.lists import AnnouncementListViewSet, keep_if_in_use

PARTS = "register_updates_menu_item"
"""The hook of entries below “Updates” in the menu."""


class DeliveredMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return announcement_policy.user_has_any_permission(request.user, SEE)


@hooks.register("register_admin_urls")
def update_admin_urls() -> list:
    return [
        path("updates/subscribers/", include("updates.admin.subscriber_urls")),
        path("updates/", include("updates.admin.urls")),
    ]


@hooks.register("register_admin_menu_item")
def updates_menu_item() -> MenuItem:
    return SubmenuMenuItem(
        _("Updates"), Menu(register_hook_name=PARTS), name="updates", icon_name="mail", order=165
    )


@hooks.register(PARTS)
def delivered_menu_item() -> MenuItem:
    return DeliveredMenuItem(
        _("Delivered"),
        reverse_lazy("update_desk:delivered"),
        name="delivered",
        icon_name="history",
        order=40,
    )


hooks.register(PARTS, subscribers.menu_item)


@hooks.register("register_permissions")
def rights_to_subscribers() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="updates", content_type__model="subscriber"
    )


@hooks.register("register_admin_viewset")
def announcement_screens() -> AnnouncementViewSet:
    return AnnouncementViewSet("announcements", url_prefix="updates/announcements")


@hooks.register("insert_global_admin_css")
def updates_admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-updates.css"))


@hooks.register("register_log_actions")
def announcement_actions(actions) -> None:
    """Name, in an announcement's history, what was done with it."""
    for name, label, message in (
        ("test", _("Send a test"), _("Sent a test")),
        ("send", _("Send"), _("Sent it to who follows its lists")),
        ("schedule", _("Schedule"), _("Scheduled it")),
        ("unschedule", _("Take the schedule back"), _("Took the schedule back")),
    ):
        actions.register_action(f"updates.announcements.{name}", label, message)


register_snippet(AnnouncementListViewSet)
hooks.register("before_delete_snippet", keep_if_in_use)
