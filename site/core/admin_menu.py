"""Entries of the admin's menu that lead to lists of pages."""

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.pages.listing import IndexView
from wagtail.permissions import page_permission_policy


class PageListMenuItem(MenuItem):
    """Shown to who may do something with some page; Wagtail shows these lists' entries to all."""

    def is_shown(self, request: HttpRequest) -> bool:
        return page_permission_policy.user_has_any_permission(
            request.user, IndexView.any_permission_required
        )
