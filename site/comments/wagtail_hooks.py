"""Moderation in the admin: its entry in the menu, its screens, and the way to them from a page."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser, Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from comments.models import Comment, DiscussedPage
from comments.rights import may_moderate, may_moderate_any, moderated_by

LAST = 70
"""Where it stands among the entries of a page's menu."""


class CommentsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate_any(request.user)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        component = super().render_component(request)
        if count := moderated_by(request.user).held().count():
            component.label = gettext("Comments (%(n)d)") % {"n": count}
        return component


@hooks.register("register_admin_urls")
def moderation_urls() -> list:
    return [path("comments/", include("comments.admin.urls"))]


@hooks.register("register_admin_menu_item")
def comments_menu_item() -> MenuItem:
    return CommentsMenuItem(
        _("Comments"),
        reverse_lazy("moderation:queue"),
        name="comments",
        icon_name="openquote",
        order=150,
    )


@hooks.register("register_page_header_buttons")
def comments_of_page(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if isinstance(page, DiscussedPage) and page.pk and may_moderate(user, page):
        count = Comment.objects.on(page).count()
        yield Button(
            gettext("Comments (%(n)d)") % {"n": count},
            f"{reverse('moderation:queue')}?page={page.pk}&state=all",
            icon_name="openquote",
            priority=LAST,
        )
        if list(page.discussed_questions):
            yield Button(
                gettext("Questions to discuss"),
                reverse("moderation:questions", args=[page.pk]),
                icon_name="help",
                priority=LAST + 1,
            )


@hooks.register("register_permissions")
def permissions_to_grant() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="comments", codename="moderate_comment"
    )
