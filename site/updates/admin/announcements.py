"""Announcements in the admin: their list, their words, and how they are deleted."""

import django_filters
from django import forms
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from updates import announcements
from updates.admin import deeds, desk
from updates.admin.forms import AnnouncementForm
from updates.admin.frame import SEE, announcement_policy, desk_url, state_of
from updates.models import Announcement, AnnouncementList

DRAFT, SCHEDULED, SENT = "draft", "scheduled", "sent"


class AnnouncementFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(DRAFT, _("Draft")), (SCHEDULED, _("Scheduled")), (SENT, _("Sent"))],
        method="in_state",
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )
    lists = django_filters.ModelMultipleChoiceFilter(
        label=_("List"),
        queryset=AnnouncementList.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Announcement
        fields = []

    def in_state(self, found: QuerySet, name: str, state: str) -> QuerySet:
        if state == SENT:
            return found.exclude(sent_at=None)
        return found.filter(sent_at=None, send_at__isnull=state == DRAFT)


def _lists_of(announcement: Announcement) -> str:
    return ", ".join(one.name for one in announcement.lists.all())


class AnnouncementIndexView(generic.IndexView):
    any_permission_required = SEE
    add_item_label = _("New announcement")
    filterset_class = AnnouncementFilterSet
    results_template_name = "admin/updates/announcements_results.html"
    table_classname = "listing desk-list update-list"
    default_ordering = ["-told_at", "-pk"]
    columns = [
        TitleColumn("subject", label=_("Subject"), get_url=desk_url, sort_key="subject"),
        Column("state", label=_("State"), accessor=state_of, sort_key="told_at", width="28%"),
        Column("lists", label=_("Lists"), accessor=_lists_of, width="28%"),
    ]

    def get_base_queryset(self) -> QuerySet:
        told_at = Coalesce("sent_at", "send_at", "created_at")
        return super().get_base_queryset().annotate(told_at=told_at).prefetch_related("lists")

    def filter_queryset(self, found: QuerySet) -> QuerySet:
        # By two lists of its own, one would stand there twice.
        return super().filter_queryset(found).distinct()


class WritingView:
    """What the screens of a new announcement and of one that is there have in common."""

    def get_success_url(self) -> str:
        return desk_url(self.object)

    def get_success_buttons(self) -> list:
        return []

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        has_lists = AnnouncementList.objects.exists()
        return {**context, "has_lists": has_lists, "lists_url": reverse("announcement_lists:add")}


class AnnouncementCreateView(WritingView, generic.CreateView):
    submit_button_label = _("Keep as a draft")
    success_message = _("“%(object)s” is kept as a draft. Nothing has been sent.")


class AnnouncementEditView(WritingView, generic.EditView):
    success_message = _("“%(object)s” is changed.")

    def get_breadcrumbs_items(self) -> list[dict]:
        *above, last = super().get_breadcrumbs_items()
        edit = {"url": "", "label": _("Edit")}
        return [*above, {**last, "url": desk_url(self.object)}, edit]

    @cached_property
    def can_delete(self) -> bool:
        return super().can_delete and not self.object.is_sent


class AnnouncementDeleteView(generic.DeleteView):
    """Only of what has not been sent: the rest is in the archive and in people's mail."""

    @property
    def confirmation_message(self) -> str:
        if self.object.is_scheduled:
            return _("It is scheduled. Deleted, it will not be sent. Shall it be deleted?")
        return _("Shall this draft be deleted?")

    def get_usage_url(self) -> None:
        """Nothing names an announcement."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if self.object.is_sent and announcement_policy.user_has_permission(request.user, "delete"):
            return self._say_sent()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if not announcements.delete(self.object):
            return self._say_sent()
        messages.success(self.request, self.get_success_message())
        return redirect(self.get_success_url())

    def _say_sent(self) -> HttpResponse:
        messages.error(
            self.request,
            _("It has been sent, so it stays. You can change what the archive shows."),
        )
        return redirect(desk_url(self.object))


class AnnouncementViewSet(ModelViewSet):
    model = Announcement
    icon = "mail"
    menu_label = _("Announcements")
    menu_order = 10
    menu_hook = "register_updates_menu_item"
    add_to_admin_menu = True
    copy_view_enabled = False
    search_fields = ["subject"]
    search_backend_name = None
    list_per_page = 50
    index_view_class = AnnouncementIndexView
    add_view_class = AnnouncementCreateView
    edit_view_class = AnnouncementEditView
    delete_view_class = AnnouncementDeleteView
    create_template_name = "admin/updates/announcement_form.html"
    edit_template_name = "admin/updates/announcement_form.html"

    def get_form_class(self, for_update: bool = False) -> type[AnnouncementForm]:
        return AnnouncementForm

    def get_urlpatterns(self) -> list:
        own = [
            path("<int:pk>/", desk.DeskView.as_view(), name="desk"),
            path("<int:pk>/html/", desk.html, name="html"),
            path("<int:pk>/people/", desk.PeopleView.as_view(), name="people"),
            path(
                "<int:pk>/people/results/",
                desk.PeopleView.as_view(results_only=True),
                name="people_results",
            ),
            path("<int:pk>/test/", deeds.TestView.as_view(), name="test"),
            path("<int:pk>/send/", deeds.Send.as_view(), name="send"),
            path("<int:pk>/schedule/", deeds.ScheduleView.as_view(), name="schedule"),
            path("<int:pk>/unschedule/", deeds.Unschedule.as_view(), name="unschedule"),
        ]
        return [*super().get_urlpatterns(), *own]

    def get_permissions_to_register(self) -> QuerySet[Permission]:
        """Return all, the right to send and the right to look among them."""
        return Permission.objects.filter(
            content_type__app_label="updates", content_type__model="announcement"
        )
