"""An announcement's own screen: its mail as it will look, who gets it, and what became of it."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import BaseListingView

from outbox.admin.pages import SCHEMES, WIDTHS, in_scheme
from outbox.admin.rights import SEE as SEE_MAIL
from outbox.admin.rights import mail_policy
from outbox.letterhead import letterhead
from outbox.reading import show_html
from updates import announcements, reports
from updates.admin.frame import (
    SEE,
    SEE_PEOPLE,
    SEND,
    OfAnnouncement,
    announcement_policy,
    site_zone,
    state_of,
    subscriber_policy,
)
from updates.models import Announcement, Pace, Subscriber, Subscription

ON_A_PAGE = 100


class DeskView(OfAnnouncement, TemplateView):
    any_permission_required = SEE
    template_name = "admin/updates/desk.html"
    page_title = _("Announcement")

    def get_breadcrumbs_items(self) -> list[dict]:
        *above, desk, _title = super().get_breadcrumbs_items()
        return [*above, {**desk, "url": ""}]

    def get_context_data(self, **kwargs) -> dict:
        one = self.announcement
        context = super().get_context_data(**kwargs)
        scheme = self.request.GET.get("scheme")
        followers = announcements.followers_by_list()
        return {
            **context,
            "announcement": one,
            "state": state_of(one),
            "zone": site_zone(),
            "lists": [(each, followers.get(each.pk, 0)) for each in one.lists.all()],
            "look": announcements.look(one),
            "scheme": scheme if scheme in SCHEMES else SCHEMES[0],
            "schemes": [("light", _("Light")), ("dark", _("Dark"))],
            "widths": WIDTHS,
            "has_postal_address": bool(letterhead()["postal_address"]),
            "history_url": reverse("announcements:history", args=[one.pk]),
            **self._rights(),
            **(self._outcome() if one.is_sent else {"reach": announcements.reach(one)}),
        }

    def _rights(self) -> dict[str, bool]:
        return {
            "may_write": self.user_has_permission("change"),
            "may_send": self.user_has_permission(SEND),
            "may_delete": self.user_has_permission("delete"),
            "may_see_people": subscriber_policy.user_has_any_permission(
                self.request.user, SEE_PEOPLE
            ),
        }

    def _outcome(self) -> dict:
        """Return what became of it; what servers said, for those who may see mail."""
        user = self.request.user
        notice = reports.notice_of(self.announcement)
        may_see_mail = mail_policy.user_has_any_permission(user, SEE_MAIL)
        return {
            "report": reports.report_of(self.announcement),
            "notice": notice,
            "paused": reports.paused_batch(notice) if notice else None,
            "may_see_mail": may_see_mail,
            "may_change_mail": mail_policy.user_has_permission(user, "change"),
            "said": reports.words_of_servers(notice) if notice and may_see_mail else [],
        }


@require_safe
def html(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the HTML part of its mail, for its frame."""
    if not announcement_policy.user_has_any_permission(request.user, SEE):
        raise PermissionDenied
    announcement = get_object_or_404(Announcement, pk=pk)
    scheme = request.GET.get("scheme")
    look = announcements.look(announcement)
    return show_html(in_scheme(look.html, scheme if scheme in SCHEMES else SCHEMES[0]))


def _pace_of(subscriber: Subscriber) -> str:
    """Return the fastest of the paces at which somebody follows its lists."""
    paces = {one.pace for one in subscriber.ways}
    return next(pace.label for pace in Pace if pace in paces)


def _ways_of(subscriber: Subscriber) -> str:
    return ", ".join(one.title for one in subscriber.ways)


class PeopleView(OfAnnouncement, BaseListingView):
    """Who will get it, by address; only until it is sent."""

    model = Subscriber
    permission_policy = subscriber_policy
    any_permission_required = SEE_PEOPLE
    page_title = _("Who will get it")
    header_icon = "group"
    verbose_name_plural = _("addresses")
    results_template_name = "admin/updates/people_results.html"
    table_classname = "listing desk-list update-list"
    is_searchable = True
    search_fields = ["email"]
    default_ordering = ["email_key"]
    paginate_by = ON_A_PAGE
    columns = [
        Column("email", label=_("Address"), width="40%"),
        Column("pace", label=_("How"), accessor=_pace_of),
        Column("ways", label=_("Follows"), accessor=_ways_of),
    ]

    def get_index_url(self) -> str:
        return reverse("announcements:people", args=[self.announcement.pk])

    def get_index_results_url(self) -> str:
        return reverse("announcements:people_results", args=[self.announcement.pk])

    def get_base_queryset(self) -> QuerySet:
        if self.announcement.is_sent:
            raise Http404
        refs = announcements.refs_of(self.announcement)
        following = Subscription.objects.active().following_any(refs).order_by("title")
        ways = Prefetch("subscriptions", following, to_attr="ways")
        return announcements.audience(self.announcement).prefetch_related(ways)
