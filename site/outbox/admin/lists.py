"""The lists of mails and of addresses, narrowed and searched; nothing in them is edited."""

import logging
from urllib.parse import urlencode

import django_filters
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseListingView

from outbox import resending
from outbox.admin.condition import condition
from outbox.admin.rights import SEE, address_policy, mail_policy
from outbox.messages import message_named
from outbox.messages import messages as kinds
from outbox.models import Address, Mail, MailState, Priority, StopReason

logger = logging.getLogger(__name__)

MOST_BATCHES = 100
OTHER = "other"


def kind_label(mail: Mail) -> str:
    message = message_named(mail.kind) if mail.kind else None
    return str(message.label) if message else mail.kind or str(_("other"))


def _kinds() -> list[tuple[str, str]]:
    return [*((kind.name, kind.label) for kind in kinds), (OTHER, _("other"))]


def _batches() -> list[tuple[str, str]]:
    latest = Mail.objects.exclude(batch="").values_list("batch").annotate(latest=Max("pk"))
    names = latest.order_by("-latest").values_list("batch", flat=True)[:MOST_BATCHES]
    return [(name, name) for name in names]


class MailFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=MailState.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=_kinds, method="of_kind")
    batch = django_filters.ChoiceFilter(label=_("Batch"), choices=_batches)
    priority = django_filters.ChoiceFilter(label=_("Priority"), choices=Priority.choices)

    class Meta:
        model = Mail
        fields = []

    def of_kind(self, mails: QuerySet, name: str, kind: str) -> QuerySet:
        return mails.filter(kind="" if kind == OTHER else kind)


class StateColumn(Column):
    cell_template_name = "admin/outbox/state_cell.html"


class DateColumn(Column):
    cell_template_name = "admin/outbox/date_cell.html"


class Listing(PermissionCheckedMixin, BaseListingView):
    any_permission_required = SEE
    paginate_by = 50
    header_icon = "mail"
    is_searchable = True

    @cached_property
    def verbose_name_plural(self) -> str:
        return self.model._meta.verbose_name_plural


class MailsView(Listing):
    model = Mail
    page_title = _("Mails")
    permission_policy = mail_policy
    template_name = "admin/outbox/mails.html"
    results_template_name = "admin/outbox/mails_results.html"
    index_url_name = "outbox:index"
    index_results_url_name = "outbox:results"
    filterset_class = MailFilterSet
    search_fields = ["subject", "address__email"]
    default_ordering = "-pk"
    columns = [
        TitleColumn("subject", label=_("Subject"), url_name="outbox:mail", width="28%"),
        Column("address", label=_("To")),
        Column("kind", label=_("Kind"), accessor=kind_label, width="12%"),
        StateColumn("state", label=_("State"), width="20%"),
        DateColumn("created_at", label=_("Written")),
        DateColumn(
            "ended_at", label=_("Due or ended"), accessor=lambda mail: mail.ended_at or mail.due_at
        ),
        Column("attempts", label=_("Attempts")),
    ]

    def get_base_queryset(self) -> QuerySet:
        return Mail.objects.select_related("address").defer("packed")

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        if not self.results_only:
            context["condition"] = condition()
        may_change = self.user_has_permission("change")
        shows_failed = self.request.GET.get("state") == MailState.FAILED
        context["may_change"] = may_change
        if may_change and shows_failed and context["items_count"]:
            query = self.request.GET.urlencode()
            context["failed_again_url"] = f"{reverse('outbox:failed_again')}?{query}"
        return context


class SendFailedAgainView(MailsView):
    """Asks, then sends again all that failed of those that the filter shows."""

    page_title = _("Send failed mails again")
    template_name = "admin/outbox/confirm.html"
    permission_required = "change"
    button = _("Send them again")

    @property
    def question(self) -> str:
        return ngettext(
            "%(n)d mail that failed is tried again, if its address is open and its time is not "
            "past.",
            "%(n)d mails that failed are tried again, but for those to a stopped address and those "
            "whose time is past.",
            self._count,
        ) % {"n": self._count}

    @cached_property
    def _count(self) -> int:
        return self.get_queryset().filter(state=MailState.FAILED).count()

    def back_url(self) -> str:
        return reverse("outbox:index")

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {"search_form": None, "filters": None}

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        asked = self._count
        count = resending.send_failed_again(self.get_queryset())
        logger.info("User %d: %s, %d mails", request.user.pk, request.path, count)
        done = ngettext("%(n)d mail waits anew.", "%(n)d mails wait anew.", count) % {"n": count}
        if left := asked - count:
            done += " " + ngettext(
                "%(n)d cannot go again: its page says why.",
                "%(n)d cannot go again: their pages say why.",
                left,
            ) % {"n": left}
        messages.success(request, done)
        return redirect(self.back_url())


class AddressFilterSet(WagtailFilterSet):
    stopped = django_filters.ChoiceFilter(
        label=_("Stopped"),
        choices=[("no", _("Open")), *StopReason.choices],
        method="by_stop",
    )
    proven = django_filters.ChoiceFilter(
        label=_("Proven"),
        choices=[("yes", _("Proven")), ("no", _("Not yet"))],
        method="by_proof",
    )

    class Meta:
        model = Address
        fields = []

    def by_stop(self, addresses: QuerySet, name: str, stopped: str) -> QuerySet:
        if stopped == "no":
            return addresses.filter(stopped_at=None)
        return addresses.stopped().filter(stop_reason=stopped)

    def by_proof(self, addresses: QuerySet, name: str, proven: str) -> QuerySet:
        return addresses.filter(proven_at__isnull=proven == "no")


class StopColumn(Column):
    cell_template_name = "admin/outbox/stop_cell.html"


class DeedColumn(Column):
    cell_template_name = "admin/outbox/deed_cell.html"


class AddressesView(Listing):
    model = Address
    page_title = _("Addresses")
    permission_policy = address_policy
    template_name = "admin/outbox/addresses.html"
    index_url_name = "outbox:addresses"
    index_results_url_name = "outbox:addresses_results"
    filterset_class = AddressFilterSet
    search_fields = ["email"]
    default_ordering = "email"

    @cached_property
    def columns(self) -> list[Column]:
        columns = [
            TitleColumn(
                "email",
                label=_("Address"),
                sort_key="email",
                get_url=self._mails_url,
                width="28%",
            ),
            DateColumn("proven_at", label=_("Proven")),
            Column("bounces", label=_("Times mail came back"), sort_key="bounces"),
            StopColumn("stop_reason", label=_("Stopped")),
            Column("answer", label=_("What its server said"), width="26%"),
        ]
        if self.user_has_permission("change"):
            columns.append(DeedColumn("deed", label=_("To do")))
        return columns

    def _mails_url(self, address: Address) -> str | None:
        """Return where the mails to an address are, for those who may see them."""
        if self._may_see_mails:
            return f"{reverse('outbox:index')}?{urlencode({'q': address.email})}"
        return None

    @cached_property
    def _may_see_mails(self) -> bool:
        return mail_policy.user_has_any_permission(self.request.user, SEE)
