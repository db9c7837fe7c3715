"""Running the site in the admin: links that lead nowhere and the year in numbers, as reports."""

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import page_permission_policy

from operate import yearly_view
from operate.links import reports


class LinksMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return page_permission_policy.user_has_any_permission(request.user, reports.MAY)


class YearlyMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return yearly_view.policy.user_has_permission(request.user, yearly_view.MAY)


@hooks.register("register_reports_menu_item")
def yearly_menu_item() -> MenuItem:
    return YearlyMenuItem(
        _("The year in numbers"),
        reverse("yearly_report"),
        name="yearly",
        icon_name="calendar-alt",
        order=120,
    )


@hooks.register("register_admin_urls")
def yearly_admin_urls() -> list:
    return [path("reports/year/", yearly_view.YearlyView.as_view(), name="yearly_report")]


@hooks.register("register_reports_menu_item")
def links_menu_item() -> MenuItem:
    return LinksMenuItem(
        _("Links that lead nowhere"),
        reverse("links_report"),
        name="links",
        icon_name="link",
        order=110,
    )


@hooks.register("register_admin_urls")
def links_admin_urls() -> list:
    report = "reports/links/"
    view = reports.LinksView
    return [
        path(report, view.as_view(), name="links_report"),
        path(f"{report}results/", view.as_view(results_only=True), name="links_report_results"),
        path(f"{report}<int:pk>/right/", reports.SayRight.as_view(), name="links_say_right"),
        path(f"{report}<int:pk>/again/", reports.TakeUpAgain.as_view(), name="links_take_up"),
        path(f"{report}<int:pk>/check/", reports.CheckNow.as_view(), name="links_check_now"),
    ]
