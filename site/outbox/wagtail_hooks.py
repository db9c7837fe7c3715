"""Mail in the admin: what waits, went and failed; the addresses; the messages as they look."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.permission_policies import ModelPermissionPolicy

from outbox.admin.condition import TroublePanel
from outbox.admin.rights import SEE, address_policy, mail_policy


class GuardedMenuItem(MenuItem):
    def __init__(self, policy: ModelPermissionPolicy, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy

    def is_shown(self, request: HttpRequest) -> bool:
        return self.policy.user_has_any_permission(request.user, SEE)


@hooks.register("register_admin_urls")
def mail_urls() -> list:
    return [path("mail/", include("outbox.admin.urls"))]


@hooks.register("register_admin_menu_item")
def mail_menu_item() -> MenuItem:
    parts = [
        (mail_policy, _("Mails"), "outbox:index", "mail"),
        (address_policy, _("Addresses"), "outbox:addresses", "group"),
        (mail_policy, _("Messages"), "outbox:kinds", "doc-full"),
    ]
    items = [
        GuardedMenuItem(
            policy, label, reverse_lazy(url), name=url.replace(":", "-"), icon_name=icon, order=n
        )
        for n, (policy, label, url, icon) in enumerate(parts)
    ]
    return SubmenuMenuItem(_("Mail"), Menu(items=items), name="mail", icon_name="mail", order=170)


@hooks.register("construct_homepage_panels")
def say_mail_is_in_trouble(request: HttpRequest, panels: list) -> None:
    panels.insert(0, TroublePanel(request.user))


@hooks.register("register_permissions")
def permissions_to_grant() -> QuerySet[Permission]:
    codenames = ["view_mail", "change_mail", "view_address", "change_address"]
    return Permission.objects.filter(content_type__app_label="outbox", codename__in=codenames)
