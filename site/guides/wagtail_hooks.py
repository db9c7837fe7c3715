"""Guides in the admin: their lists, what readers say of them, and which are to be read through."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import include, path, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.permissions import page_permission_policy
from wagtail.snippets.models import register_snippet

from guides.admin import reviews
from guides.admin.listings import PARTS, AudienceViewSet, GuideListingViewSet
from guides.admin.shared import SharedTextViewSet, keep_if_placed
from guides.models import Feedback
from guides.rights import feedback_policy


class FeedbackMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return feedback_policy.user_has_any_permission(request.user, ["view", "change"])

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        component = super().render_component(request)
        if count := Feedback.objects.open().count():
            component.label = gettext("Feedback (%(n)d)") % {"n": count}
        return component


class ReviewsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return page_permission_policy.user_has_any_permission(
            request.user, ["add", "change", "publish"]
        )


@hooks.register("register_admin_urls")
def guide_admin_urls() -> list:
    report = reviews.ReviewsView
    return [
        path("guides/desk/", include("guides.admin.urls")),
        path("reports/guides/", report.as_view(), name="guide_reviews"),
        path(
            "reports/guides/results/",
            report.as_view(results_only=True),
            name="guide_reviews_results",
        ),
    ]


@hooks.register("register_admin_menu_item")
def guides_menu_item() -> MenuItem:
    return SubmenuMenuItem(
        _("Guides"),
        Menu(register_hook_name=PARTS),
        name="guides-menu",
        icon_name="doc-full",
        order=112,
    )


@hooks.register("register_admin_menu_item")
def feedback_menu_item() -> MenuItem:
    return FeedbackMenuItem(
        _("Feedback"),
        reverse_lazy("guide_desk:feedback"),
        name="feedback",
        icon_name="comment-add",
        order=156,
    )


@hooks.register("register_reports_menu_item")
def reviews_menu_item() -> MenuItem:
    return ReviewsMenuItem(
        _("Guides to be read through"),
        reverse("guide_reviews"),
        name="guide-reviews",
        icon_name="glasses",
        order=90,
    )


@hooks.register("register_admin_viewset")
def guide_listing() -> GuideListingViewSet:
    return GuideListingViewSet("guides", url_prefix="guides")


@hooks.register("insert_global_admin_css")
def guides_admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-guides.css"))


@hooks.register("register_log_actions")
def review_actions(actions) -> None:
    """Name, in a guide's history, that it was read through."""
    for name, label, message in (
        ("review", _("Read through"), _("Read it through and found it right")),
        ("review.take_back", _("Take a review back"), _("Took back that it was read through")),
    ):
        actions.register_action(f"guides.{name}", label, message)


@hooks.register("register_permissions")
def rights_to_feedback() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="guides", codename__in=["view_feedback", "change_feedback"]
    )


register_snippet(AudienceViewSet)
register_snippet(SharedTextViewSet)
hooks.register("before_delete_snippet", keep_if_placed)
