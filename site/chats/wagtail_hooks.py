"""Chats in the admin: a list of their own in the side menu, without the page tree."""

from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from chats import admin_views
from chats.models import ChatPage


class ChatIndexView(IndexView):
    default_ordering = "-date"
    add_item_label = _("New chat")
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        Column(
            "date",
            label=_("Date"),
            accessor=lambda chat: date_format(chat.date),
            sort_key="date",
            width="14%",
        ),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("hosts_line", label=_("Hosts"), width="20%"),
        Column("topic_count", label=_("Topics"), accessor=lambda chat: len(chat.topics.all())),
        Column("state", label=_("State"), accessor=lambda chat: chat.state.label, width="15%"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="10%"),
    ]

    @property
    def header_buttons(self):
        bring_in = HeaderButton(
            _("Bring in a list"), url=reverse("chats_import"), icon_name="download"
        )
        return [*super().header_buttons, bring_in]

    def annotate_queryset(self, pages):
        return super().annotate_queryset(pages).for_listing()


class ChatListingViewSet(PageListingViewSet):
    model = ChatPage
    name = "chats"
    icon = "comment"
    menu_label = _("Chats")
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = ChatIndexView


@hooks.register("register_admin_viewset")
def chat_listing():
    return ChatListingViewSet("chats", url_prefix="chats")


@hooks.register("register_admin_urls")
def chat_admin_urls():
    return [
        path("chats/import/", admin_views.import_list, name="chats_import"),
        path("chats/<int:pk>/next/", admin_views.copy_for_next_call, name="chats_copy"),
    ]


@hooks.register("register_page_listing_more_buttons")
def copy_button(page, user, next_url=None):
    if (
        isinstance(page, ChatPage)
        and page.get_parent().permissions_for_user(user).can_add_subpage()
    ):
        yield Button(
            _("Copy for the next call"),
            reverse("chats_copy", args=[page.pk]),
            icon_name="calendar",
            priority=5,
        )
