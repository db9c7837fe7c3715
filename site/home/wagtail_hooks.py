"""The admin's own frame: the site's accent, a side menu instead of the page tree, and help."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.templatetags.static import static
from django.urls import include, path, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from core.today import needs
from home.help import OF_EDITOR, page_named

LAST_OF_ALL = 200
"""Where help stands among the entries of a page's menu."""


@hooks.register("insert_global_admin_css")
def accent():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_main_menu")
def leave_the_tree_to_administrators(request, menu_items):
    if not request.user.is_superuser:
        menu_items[:] = [item for item in menu_items if item.name != "explorer"]


class TodayPanel(Component):
    """What needs a hand today, the longest overdue first."""

    name = "today"
    template_name = "admin/home/today.html"
    order = 50

    def get_context_data(self, parent_context):
        user = parent_context["request"].user
        wanted = sorted((need for ask in needs for need in ask(user)), key=lambda one: one.due_on)
        return {"needs": wanted, "heading": _("What needs a hand")}


@hooks.register("construct_homepage_panels")
def today(request, panels):
    panels.append(TodayPanel())


@hooks.register("register_admin_urls")
def help_urls() -> list:
    return [path("help/", include("home.help"))]


@hooks.register("register_help_menu_item")
def help_menu_item() -> MenuItem:
    return MenuItem(
        gettext_lazy("How things are done here"),
        reverse_lazy("help:index"),
        name="help-pages",
        icon_name="help",
        order=0,
    )


@hooks.register("register_page_header_buttons")
def help_with_page(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if told := page_named(OF_EDITOR.get(page.specific_class._meta.label, "")):
        label = _("Help: %(title)s") % {"title": told.title}
        yield Button(label, told.href, icon_name="help", priority=LAST_OF_ALL)
