"""Who follows what, in the admin: the list of subscribers, one's page, and the list as a table."""

import csv
import io
import logging
from collections.abc import Iterator
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from core.tables import guarded
from outbox.admin.lists import Listing
from outbox.admin.rights import SEE as SEE_OUTBOX
from outbox.admin.rights import address_policy, mail_policy
from outbox.models import Address, StopReason
from updates.admin.frame import SEE_PEOPLE, subscriber_policy
from updates.following import find_followed
from updates.models import Pace, Subscriber, Subscription
from updates.models.subscribers import SubscriberQuerySet

logger = logging.getLogger(__name__)

ACTIVE, UNCONFIRMED, ENDED, STOPPED = "active", "unconfirmed", "ended", "stopped"


class SubscribersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return subscriber_policy.user_has_any_permission(request.user, SEE_PEOPLE)


def menu_item() -> MenuItem:
    return SubscribersMenuItem(
        gettext_lazy("Subscribers"),
        reverse_lazy("subscribers:index"),
        name="subscribers",
        icon_name="group",
        order=30,
    )


class SubscriberFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            (ACTIVE, gettext_lazy("Active")),
            (UNCONFIRMED, gettext_lazy("Not confirmed yet")),
            (ENDED, gettext_lazy("Follows nothing any more")),
            (STOPPED, gettext_lazy("Address stopped")),
        ],
        method="in_state",
        widget=forms.RadioSelect,
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = Subscriber
        fields = []

    def in_state(self, found: SubscriberQuerySet, name: str, state: str) -> SubscriberQuerySet:
        if state == ACTIVE:
            return found.active()
        if state == STOPPED:
            return found.filter(email_key__in=Address.objects.stopped().values("key"))
        pending = Subscription.objects.pending().values("subscriber")
        resting = found.exclude(pk__in=Subscriber.objects.active().values("pk"))
        if state == UNCONFIRMED:
            return resting.filter(pk__in=pending)
        return resting.exclude(pk__in=pending)


class StatesColumn(Column):
    cell_template_name = "admin/updates/subscriber_states_cell.html"


class SubscribersView(Listing):
    model = Subscriber
    page_title = gettext_lazy("Subscribers")
    permission_policy = subscriber_policy
    any_permission_required = SEE_PEOPLE
    results_template_name = "admin/updates/subscribers_results.html"
    index_url_name = "subscribers:index"
    index_results_url_name = "subscribers:results"
    header_icon = "group"
    filterset_class = SubscriberFilterSet
    search_fields = ["email"]
    default_ordering = "email_key"
    columns = [
        TitleColumn(
            "email",
            label=gettext_lazy("Address"),
            url_name="subscribers:one",
            sort_key="email_key",
            width="50%",
        ),
        Column(
            "follows", label=gettext_lazy("Follows"), accessor=lambda one: len(active_of(one)) or ""
        ),
        Column("since", label=gettext_lazy("Since"), accessor=lambda one: since_of(one)),
        StatesColumn("states", label=gettext_lazy("State"), accessor=lambda one: states_of(one)),
    ]

    def get_base_queryset(self) -> QuerySet:
        stopped = Address.objects.stopped().filter(key=OuterRef("email_key"))
        return Subscriber.objects.annotate(
            stop_reason=Subquery(stopped.values("stop_reason")[:1])
        ).prefetch_related(Prefetch("subscriptions", to_attr="ways"))

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("change"):
            return []
        return [
            HeaderButton(
                _("Add an address"), reverse("subscribers:add"), icon_name="plus", priority=10
            ),
            HeaderButton(
                _("Download as CSV"), reverse("subscribers:csv"), icon_name="download", priority=20
            ),
        ]


def active_of(subscriber: Subscriber) -> list[Subscription]:
    """Return what somebody follows, of one that `SubscribersView` has fetched."""
    return [one for one in subscriber.ways if one.is_active]


def since_of(subscriber: Subscriber) -> str:
    first = min((one.confirmed_at for one in active_of(subscriber)), default=None)
    return date_format(timezone.localtime(first), "SHORT_DATE_FORMAT") if first else ""


def states_of(subscriber: Subscriber) -> list[tuple[str, str]]:
    """Return what is to be known of them, each with the class of its tag."""
    if active_of(subscriber):
        states = [(_("Active"), "w-status--primary")]
    elif any(one.ended_at is None for one in subscriber.ways):
        states = [(_("Not confirmed yet"), "")]
    else:
        states = [(_("Follows nothing any more"), "w-status--disabled")]
    if subscriber.stop_reason:
        why = StopReason(subscriber.stop_reason).label
        states.append((_("Address stopped: %(why)s") % {"why": why}, ""))
    return states


class OfSubscriber(PermissionCheckedMixin, WagtailAdminTemplateMixin):
    """A screen of one subscriber."""

    permission_policy = subscriber_policy
    header_icon = "user"

    @cached_property
    def subscriber(self) -> Subscriber:
        return get_object_or_404(Subscriber, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.subscriber.email

    def get_breadcrumbs_items(self) -> list[dict]:
        return [
            *crumbs_to_list(),
            {"url": self.back_url(), "label": self.subscriber.email},
            {"url": "", "label": str(self.page_title)},
        ]

    def back_url(self) -> str:
        return reverse("subscribers:one", args=[self.subscriber.pk])


def crumbs_to_list() -> list[dict]:
    return [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("subscribers:index"), "label": _("Subscribers")},
    ]


class SubscriberView(OfSubscriber, TemplateView):
    any_permission_required = SEE_PEOPLE
    template_name = "admin/updates/subscriber.html"
    page_title = gettext_lazy("Subscriber")

    def get_breadcrumbs_items(self) -> list[dict]:
        return [*crumbs_to_list(), {"url": "", "label": self.subscriber.email}]

    def get_context_data(self, **kwargs) -> dict:
        subscriber = self.subscriber
        subscriptions = list(subscriber.subscriptions.order_by("title", "pk"))
        followed = find_followed(one.ref for one in subscriptions if one.ended_at is None)
        for one in subscriptions:
            one.followed = followed.get(one.ref)
        ended = [one for one in subscriptions if one.ended_at]
        active = [one for one in subscriptions if one.is_active]
        return {
            **super().get_context_data(**kwargs),
            "subscriber": subscriber,
            "active": active,
            "pending": [one for one in subscriptions if not (one.is_active or one.ended_at)],
            "ended": sorted(ended, key=lambda one: one.ended_at, reverse=True),
            "zone": subscriber.time_zone.replace("_", " "),
            "has_digests": any(one.pace != Pace.AT_ONCE for one in active),
            "address": Address.objects.filter(key=subscriber.email_key).first(),
            "may_change": self.user_has_permission("change"),
            **self._outbox(),
        }

    def _outbox(self) -> dict[str, str]:
        """Return where the outbox tells more, for those who may see it."""
        user, query = self.request.user, urlencode({"q": self.subscriber.email})
        return {
            "address_url": f"{reverse('outbox:addresses')}?{query}"
            if address_policy.user_has_any_permission(user, SEE_OUTBOX)
            else "",
            "mails_url": f"{reverse('outbox:index')}?{query}"
            if mail_policy.user_has_any_permission(user, SEE_OUTBOX)
            else "",
        }


class CsvView(PermissionCheckedMixin, View):
    """Everything that is followed, a row each: for who may change it alone."""

    permission_policy = subscriber_policy
    permission_required = "change"

    def get(self, request: HttpRequest) -> HttpResponse:
        written = io.StringIO()
        writer = csv.writer(written)
        for row in _rows():
            writer.writerow(map(guarded, row))
        logger.info("User %d took the list of subscribers", request.user.pk)
        # With a byte order mark, without which Excel takes it for another encoding.
        response = HttpResponse(written.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="subscribers.csv"'
        return response


def _rows() -> Iterator[list[str]]:
    yield [_("Address"), _("Follows"), _("How often"), _("Since"), _("Address stopped")]
    stopped = dict(Address.objects.stopped().values_list("key", "stop_reason"))
    active = Subscription.objects.active().select_related("subscriber")
    for one in active.order_by("subscriber__email_key", "title", "pk").iterator():
        yield [
            one.subscriber.email,
            one.title,
            str(one.get_pace_display()),
            f"{one.confirmed_at:%Y-%m-%d}",
            stopped.get(one.subscriber.email_key, ""),
        ]
