"""What was sent in, in the admin: its entry in the menu, and its screens."""

from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from blog.models import Submission
from blog.submissions.inbox import may_read


class InboxMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        component = super().render_component(request)
        if count := Submission.objects.new().count():
            component.label = gettext("Sent in (%(n)d)") % {"n": count}
        return component


@hooks.register("register_admin_urls")
def inbox_urls() -> list:
    return [path("submissions/", include("blog.submissions.admin.urls"))]


@hooks.register("register_admin_menu_item")
def inbox_menu_item() -> MenuItem:
    return InboxMenuItem(
        _("Sent in"),
        reverse_lazy("submissions:inbox"),
        name="submissions",
        icon_name="download",
        order=155,
    )
