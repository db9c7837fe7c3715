"""The lists that announcements go to, in the admin."""

from collections.abc import Iterable

from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from updates import announcements
from updates.models import AnnouncementList, Subscription


class ListIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet:
        sent = Count("announcements", filter=Q(announcements__sent_at__isnull=False))
        return super().get_base_queryset().annotate(sent=sent)

    def get_table(self, object_list: Iterable[AnnouncementList]):
        followers = announcements.followers_by_list()
        shown = list(object_list)
        for one in shown:
            one.followers = followers.get(one.pk, 0)
        return super().get_table(shown)


class AnnouncementListViewSet(SnippetViewSet):
    model = AnnouncementList
    icon = "list-ul"
    menu_label = gettext_lazy("Lists")
    menu_order = 20
    menu_hook = "register_updates_menu_item"
    add_to_admin_menu = True
    base_url_path = "updates/lists"
    admin_url_namespace = "announcement_lists"
    index_view_class = ListIndexView
    list_display = [
        "name",
        Column("followers", label=gettext_lazy("Who follow it")),
        Column("sent", label=gettext_lazy("Announcements"), sort_key="sent"),
        BooleanColumn("is_open", label=gettext_lazy("Open")),
    ]


def keep_if_in_use(request: HttpRequest, items: Iterable[Model]) -> HttpResponse | None:
    """Refuse to delete a list that somebody follows or that was ever written to."""
    lists = [one for one in items if isinstance(one, AnnouncementList)]
    used = [one for one in lists if _is_in_use(one)]
    if not used:
        return None
    said = _(
        "“%(name)s” stays: people follow it, or announcements went to it. Take the tick from "
        "“open for subscribers” instead: it is offered no more, and nothing is lost."
    )
    for one in used:
        messages.error(request, said % {"name": one.name})
    return redirect(reverse("announcement_lists:list"))


def _is_in_use(one: AnnouncementList) -> bool:
    ref = announcements.ref_of(one)
    return (
        one.announcements.exists()
        or Subscription.objects.following(ref).filter(ended_at=None).exists()
    )
