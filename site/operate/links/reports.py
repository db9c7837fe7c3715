"""Links that lead nowhere, as editors see them and what they may do about each."""

from urllib.parse import urlsplit

import django_filters
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import ContentTypeFilter, WagtailFilterSet
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.models import get_page_content_types
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import page_permission_policy

from guides.models import SharedText
from operate.links.settling import check_now, say_right, take_up_again
from operate.models import Fault, LinkKind, PageLink

MAY = ["change"]
INSIDE, OUTSIDE, SETTLED = "inside", "outside", "settled"
ASKING = "links-asking-a-server"
LONGEST_ASKED = 15
"""Seconds after which another link may be asked, whatever became of the last."""

shared_text_policy = ModelPermissionPolicy(SharedText)


class LinksFilterSet(WagtailFilterSet):
    fault = django_filters.ChoiceFilter(label=gettext_lazy("What is wrong"), choices=Fault.choices)
    side = django_filters.ChoiceFilter(
        label=gettext_lazy("Leads"),
        choices=[
            (INSIDE, gettext_lazy("to this site")),
            (OUTSIDE, gettext_lazy("elsewhere")),
        ],
        method="on_side",
    )
    page_type = ContentTypeFilter(
        label=gettext_lazy("Kind of page"),
        field_name="page__content_type",
        queryset=lambda request: get_page_content_types(include_base_page_type=False),
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("Looked at"),
        choices=[(SETTLED, gettext_lazy("Somebody said: all right"))],
        method="in_state",
    )

    class Meta:
        model = PageLink
        fields = []

    def on_side(self, links: QuerySet, name: str, side: str) -> QuerySet:
        return links.inside() if side == INSIDE else links.outside()

    def in_state(self, links: QuerySet, name: str, state: str) -> QuerySet:
        # The report begins with these, or with those nobody has looked at.
        return links


class LinksView(ReportView):
    page_title = gettext_lazy("Links that lead nowhere")
    header_icon = "link"
    template_name = "admin/links/links.html"
    results_template_name = "admin/links/links_results.html"
    index_url_name = "links_report"
    index_results_url_name = "links_report_results"
    filterset_class = LinksFilterSet
    permission_policy = page_permission_policy
    any_permission_required = MAY
    export_filename = "links"
    list_export = [
        "page.title",
        "page.full_url",
        "place",
        "words",
        "leads_to",
        "get_fault_display",
        "failing_since",
    ]
    export_headings = {
        "page.title": gettext_lazy("Page"),
        "page.full_url": gettext_lazy("Address of the page"),
        "place": gettext_lazy("Place"),
        "words": gettext_lazy("Words"),
        "leads_to": gettext_lazy("Leads to"),
        "get_fault_display": gettext_lazy("What is wrong"),
        "failing_since": gettext_lazy("Since"),
    }
    custom_field_preprocess = {
        "failing_since": {
            name: lambda moment: f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""
            for name in ReportView.FORMATS
        }
    }

    def get_filtered_queryset(self) -> QuerySet:
        links = PageLink.objects.editable_by(self.request.user)
        links = links.ignored() if self.shows_settled else links.broken()
        found = self.filter_queryset(links).for_listing()
        return found.order_by("-failing_since", "page__title", "pk")

    @property
    def shows_settled(self) -> bool:
        return self.request.GET.get("state") == SETTLED

    def decorate_paginated_queryset(self, object_list: QuerySet) -> list[PageLink]:
        may_edit_texts = shared_text_policy.user_has_permission(self.request.user, "change")
        links = list(object_list)
        for link in links:
            link.edit_href = _edit_href(link, may_edit_texts)
            link.href = _href(link)
        return links

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {
            "shows_settled": self.shows_settled,
            "narrowed": self.request.GET.urlencode(),
        }


def _edit_href(link: PageLink, may_edit_texts: bool) -> str:
    """Return where a link is edited, at its place in the editor."""
    if link.shared_text is None:
        href = reverse("wagtailadmin_pages:edit", args=[link.page_id])
    elif may_edit_texts:
        name = SharedText.snippet_viewset.get_url_name("edit")
        href = reverse(name, args=[link.shared_text_id])
    else:
        return reverse("wagtailadmin_pages:edit", args=[link.page_id])
    return f"{href}#:w:contentpath={link.content_path}" if link.content_path else href


def _href(link: PageLink) -> str:
    """Return where one can see for oneself; blank for what no browser should follow."""
    is_web = urlsplit(link.address).scheme in ("http", "https")
    is_followed = link.kind == LinkKind.INSIDE or (link.kind == LinkKind.OUTSIDE and is_web)
    return link.address if is_followed else ""


class LinkDeed(PermissionCheckedMixin, View):
    """A press of a button beside a link."""

    http_method_names = ["post"]
    permission_policy = page_permission_policy
    any_permission_required = MAY

    @cached_property
    def link(self) -> PageLink:
        links = PageLink.objects.editable_by(self.request.user)
        return get_object_or_404(links, pk=self.kwargs["pk"])

    def do(self) -> None:
        """Do it and say so."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: object) -> HttpResponseRedirect:
        self.do()
        # Back to the list as it was narrowed; nothing but its query is taken over.
        narrowed = request.POST.get("narrowed", "")
        return redirect(f"{reverse('links_report')}?{narrowed}")


class SayRight(LinkDeed):
    def do(self) -> None:
        count = say_right(self.link, self.request.user)
        told = ngettext(
            "It is not told any more, until its address changes.",
            "It stands on %(n)d pages and is told on none any more, until its address changes.",
            count,
        )
        messages.success(self.request, told % {"n": count})


class TakeUpAgain(LinkDeed):
    def do(self) -> None:
        take_up_again(self.link, self.request.user)
        messages.success(self.request, _("It is followed again, and told if it leads nowhere."))


class CheckNow(LinkDeed):
    def do(self) -> None:
        is_outside = self.link.kind == LinkKind.OUTSIDE
        if is_outside and not cache.add(ASKING, True, LONGEST_ASKED):
            told = _("Another link is being followed at this moment. Try again in some seconds.")
            messages.warning(self.request, told)
            return
        try:
            fault = check_now(self.link)
        except PageLink.DoesNotExist:
            messages.success(self.request, _("That link does not stand on the page any more."))
            return
        finally:
            if is_outside:
                cache.delete(ASKING)
        if fault is None:
            messages.success(self.request, _("It leads somewhere now."))
        else:
            told = _("Still: %(what)s.") % {"what": fault.label}
            messages.warning(self.request, told)
