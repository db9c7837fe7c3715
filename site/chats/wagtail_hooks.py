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
from wagtail.permissions import page_permission_policy

from chats.admin import (
    bringing_in,
    calls,
    from_event,
    giving_back,
    lists,
    next_call,
    transcripts,
    uploads,
)
from chats.models import ChatPage
from core.admin_menu import PageListMenuItem
from events.models import EventPage

FIRST_SCREEN = 59
"""Where our screens begin among Wagtail's own entries of a page's menu."""


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
    menu_item_class = PageListMenuItem
    index_view_class = ChatIndexView


@hooks.register("register_admin_viewset")
def chat_listing():
    return ChatListingViewSet("chats", url_prefix="chats")


@hooks.register("register_admin_urls")
def chat_admin_urls():
    return [
        path("chats/import/", lists.import_list, name="chats_import"),
        path("chats/of-event/<int:pk>/", from_event.make_chat_page, name="chats_of_event"),
        path("chats/<int:pk>/next/", next_call.copy_for_next_call, name="chats_copy"),
        path("chats/<int:pk>/bring-in/", bringing_in.bring_in, name="chats_bring_in"),
        path("chats/<int:pk>/call/", calls.call, name="chats_call"),
        path("chats/<int:pk>/call/sync/", calls.sync_call, name="chats_call_sync"),
        path("chats/<int:pk>/call/finish/", calls.finish, name="chats_call_finish"),
        path("chats/<int:pk>/give-back/", giving_back.give_back, name="chats_give_back"),
        path("chats/<int:pk>/keep/", uploads.keep, name="chats_keep"),
        path("chats/<int:pk>/keep/begin/", uploads.begin, name="chats_upload_begin"),
        path("chats/<int:pk>/keep/<slug:key>/", uploads.upload, name="chats_upload"),
        path("chats/<int:pk>/transcript/", transcripts.transcript, name="chats_transcript"),
    ]


@hooks.register("register_page_header_buttons")
def chat_buttons(page, user, view_name, next_url=None):
    """What else there is to do with a chat, in the menu beside its title."""
    if not (isinstance(page, ChatPage) and page.permissions_for_user(user).can_edit()):
        return
    screens = (
        (_("During the call"), "chats_call", "time"),
        (_("Bring in topics or a transcript"), "chats_bring_in", "download"),
        (_("Keep the recording here"), "chats_keep", "media"),
        (_("Transcript"), "chats_transcript", "openquote"),
        (_("Copy topics to other places"), "chats_give_back", "upload"),
    )
    for place, (label, name, icon) in enumerate(screens):
        yield Button(
            label, reverse(name, args=[page.pk]), icon_name=icon, priority=FIRST_SCREEN + place
        )


@hooks.register("register_log_actions")
def transcript_actions(actions):
    """Name, in a chat's history, what was done to its lines; no line is repeated there."""
    for name, label, message in (
        ("bring_in", _("Bring in lines"), _("Brought in lines of a transcript or text chat")),
        ("shift", _("Move the transcript"), _("Moved the clock of the transcript")),
        ("strike", _("Strike lines"), _("Struck out lines of the transcript")),
        ("put_back", _("Put lines back"), _("Put back lines of the transcript")),
        ("reword", _("Correct lines"), _("Corrected lines of the transcript")),
        ("add", _("Add a line"), _("Added a line to the transcript")),
        ("name", _("Name speakers"), _("Decided who is named in the transcript")),
        ("check", _("Check the transcript"), _("Noted whether the transcript was checked")),
        ("remove", _("Remove lines"), _("Removed the transcript or the text chat")),
    ):
        actions.register_action(f"chats.transcript.{name}", label, message)


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


@hooks.register("register_page_header_buttons")
def chat_of_event_in_header(page, user, view_name, next_url=None):
    if isinstance(page, EventPage) and page.pk:
        yield from _chat_of_event(page, user, priority=FIRST_SCREEN)


@hooks.register("register_page_listing_more_buttons")
def chat_of_event_in_list(page, user, next_url=None):
    if isinstance(page, EventPage):
        yield from _chat_of_event(page, user, priority=6)


def _chat_of_event(event, user, priority):
    """Lead from an event of chats to its chat page: one press makes it, if there is none."""
    if not (event.series and event.series.is_of_chats):
        return
    if not page_permission_policy.user_has_permission(user, "add"):
        return
    url = reverse("chats_of_event", args=[event.pk])
    if hasattr(event, "sequel"):
        yield Button(_("Its chat page"), url, icon_name="comment", priority=priority)
        return
    press = {
        "data-controller": "w-action",
        "data-action": "w-action#post",
        "data-w-action-url-value": url,
    }
    label = _("Make its chat page")
    yield Button(label, url, icon_name="comment", attrs=press, priority=priority)
