"""The admin's own frame: the site's accent, and a side menu instead of the page tree."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.ui.components import Component

from core.today import needs


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
