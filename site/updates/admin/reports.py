"""What went out lately, by mail at once and in digests."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.tables import Column, Table, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.models import Page

from outbox.admin.rights import SEE as SEE_MAIL
from outbox.admin.rights import mail_policy
from outbox.models import MailState
from updates import reports
from updates.admin.frame import SEE, announcement_policy, desk_url, site_time
from updates.models import Announcement, Notice
from updates.reports import Told

ON_A_PAGE = 50


class LinkColumn(TitleColumn):
    """A link that is not what the row is about."""

    cell_template_name = "admin/updates/link_cell.html"


def _title_of(told: Told) -> str:
    return str(told.item) if told.item else _("deleted since")


def _url_of(told: Told) -> str | None:
    """Return where editors find the thing; None for what is gone."""
    match told.item:
        case Announcement():
            return desk_url(told.item)
        case Page():
            return reverse("wagtailadmin_pages:edit", args=[told.item.pk])
    return None


def _mails_url(told: Told) -> str | None:
    batch = urlencode({"batch": told.notice.batch})
    return f"{reverse('outbox:index')}?{batch}" if told.written else None


def _at_once(told: Told) -> str:
    if not told.written:
        return _("no mail at once")
    counts = ((told.states.get(state, 0), state.label) for state in MailState)
    said = ", ".join(f"{number} {label}" for number, label in counts if number)
    mails = ngettext("%(n)d mail at once", "%(n)d mails at once", told.written)
    return f"{mails % {'n': told.written}}: {said}"


def _later(told: Told) -> str:
    counts = {"told": told.in_digests, "waiting": told.waiting}
    return _("%(told)d in digests, %(waiting)d wait") % counts


class DeliveredView(PermissionCheckedMixin, BaseListingView):
    model = Notice
    permission_policy = announcement_policy
    any_permission_required = SEE
    page_title = gettext_lazy("Delivered")
    header_icon = "history"
    index_url_name = "update_desk:delivered"
    index_results_url_name = "update_desk:delivered_results"
    results_template_name = "admin/updates/delivered_results.html"
    table_classname = "listing desk-list update-list"
    is_searchable = False
    paginate_by = ON_A_PAGE

    @cached_property
    def columns(self) -> list[Column]:
        at_once = Column("at_once", label=_("By mail at once"), accessor=_at_once)
        if mail_policy.user_has_any_permission(self.request.user, SEE_MAIL):
            at_once = LinkColumn(
                "at_once", label=at_once.label, accessor=_at_once, get_url=_mails_url
            )
        return [
            TitleColumn("title", label=_("What"), accessor=_title_of, get_url=_url_of, width="32%"),
            Column("label", label=_("Kind"), accessor="source.label", width="15%"),
            Column("when", label=_("When"), accessor=lambda told: site_time(told.notice.due_at)),
            at_once,
            Column("later", label=_("Later"), accessor=_later),
        ]

    def get_queryset(self) -> QuerySet[Notice]:
        return reports.told_lately()

    def get_table(self, notices: Sequence[Notice]) -> Table:
        return super().get_table(reports.what_was_told(list(notices)))
