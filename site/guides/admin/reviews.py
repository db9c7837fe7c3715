"""Guides that are to be read through: the report, and the word that one is right."""

import logging
from collections.abc import Callable
from functools import wraps

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.reports import ReportView
from wagtail.permissions import page_permission_policy

from guides.admin.listings import last_day_of
from guides.models import GuidePage, GuideReview
from guides.reviewing import Reading, Refused, read_through, readings, take_back
from guides.reviews import next_review_on
from guides.rights import may_review, reviewed_by
from people.models import Person, Subject

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest, GuidePage], HttpResponse]
ALL = "all"


class ReviewFilterSet(WagtailFilterSet):
    """Without a choice it shows what is overdue, and then what is due within 30 days."""

    when = django_filters.ChoiceFilter(
        label=gettext_lazy("Due"),
        choices=[
            ("soon", gettext_lazy("overdue or within 30 days")),
            ("late", gettext_lazy("overdue")),
            (ALL, gettext_lazy("at any time")),
        ],
        initial="soon",
        empty_label=None,
        method="as_it_is",
        widget=forms.RadioSelect,
    )
    keeper = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Kept right by"),
        queryset=lambda request: Person.objects.exclude(kept_guides=None).distinct(),
        empty_label=gettext_lazy("All"),
    )
    subject = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Subject"),
        queryset=Subject.objects.all(),
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = GuidePage
        fields = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet | None = None, *, request: HttpRequest, **kwargs
    ) -> None:
        data = data.copy()
        data.setdefault("when", "soon")
        super().__init__(data, queryset, request=request, **kwargs)

    def as_it_is(self, guides: QuerySet, name: str, when: str) -> QuerySet:
        """The day is worked out in Python: see `ReviewsView.get_filtered_queryset`."""
        return guides


class ReviewsView(ReportView):
    page_title = gettext_lazy("Guides to be read through")
    header_icon = "glasses"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    template_name = "admin/guides/reviews.html"
    results_template_name = "admin/guides/reviews_results.html"
    index_url_name = "guide_reviews"
    index_results_url_name = "guide_reviews_results"
    filterset_class = ReviewFilterSet
    is_searchable = False
    export_filename = "guides-to-be-read-through"
    list_export = ["due_on", "title", "guide.subject", "guide.keeper", "reviewed_on"]
    export_headings = {
        "due_on": gettext_lazy("Due"),
        "title": gettext_lazy("Guide"),
        "guide.subject": gettext_lazy("Subject"),
        "guide.keeper": gettext_lazy("Kept right by"),
        "reviewed_on": gettext_lazy("Last read through"),
    }

    def get_filtered_queryset(self) -> list[Reading]:
        guides = self.filter_queryset(reviewed_by(self.request.user))
        when = self.request.GET.get("when", "soon")
        return readings(guides, None if when == ALL else last_day_of(when))

    def decorate_paginated_queryset(self, object_list: list[Reading]) -> list["Row"]:
        keys = [one.pk for one in object_list]
        guides = GuidePage.objects.for_listing().in_bulk(keys)
        reviews = {}
        for review in GuideReview.objects.filter(guide__in=keys).select_related("reviewer"):
            reviews.setdefault(review.guide_id, review)
        return [Row(one, guides[one.pk], reviews.get(one.pk)) for one in object_list]

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return {**context, "next_url": self.request.get_full_path(), "is_default": self._is_default}

    @property
    def _is_default(self) -> bool:
        return not any(self.request.GET.get(name) for name in ("when", "keeper", "subject"))


class Row:
    """A line of the report."""

    def __init__(self, reading: Reading, guide: GuidePage, review: GuideReview | None) -> None:
        self.title = reading.title
        self.due_on = reading.due_on
        self.is_late = reading.is_late
        self.guide = guide
        self.review = review

    @property
    def reviewed_on(self):
        return self.review and self.review.reviewed_on


def standing(guide: GuidePage) -> dict:
    """Return what a guide's editor is told: the last review, and by when the next is due."""
    review = guide.reviews.select_related("reviewer").first()
    reviewed_on = review and review.reviewed_on
    due_on = next_review_on(reviewed_on, guide.first_published_at, guide.review_every)
    reading = Reading(guide.pk, guide.title, due_on) if due_on else None
    return {"guide": guide, "review": review, "reading": reading}


def for_reviewers(view: View) -> Callable[[HttpRequest, int], HttpResponse]:
    """A view of one guide for who may edit it: gets the page in place of its key."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        guide = get_object_or_404(GuidePage, pk=pk)
        if not may_review(request.user, guide):
            raise PermissionDenied
        return view(request, guide)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def review(request: HttpRequest, guide: GuidePage) -> HttpResponse:
    """Ask, then note that the guide was read through today and is right."""
    if request.method != "POST":
        return _ask(request, guide)
    try:
        read_through(guide, request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        logger.info("User %d: read guide %d through", request.user.pk, guide.pk)
        context = {**standing(guide), "next_url": _back_url(request, guide)}
        said = render_to_string("admin/guides/reviewed.html", context, request=request)
        messages.success(request, said)
    return _back(request, guide)


@require_POST
@for_reviewers
def undo(request: HttpRequest, guide: GuidePage) -> HttpResponse:
    if take_back(guide, request.user):
        messages.success(request, _("It is as before."))
    else:
        messages.warning(request, _("There is nothing of today to take back."))
    return _back(request, guide)


def _ask(request: HttpRequest, guide: GuidePage) -> HttpResponse:
    title = guide.get_admin_display_title()
    crumbs = [
        (reverse("wagtailadmin_home"), _("Home")),
        (reverse("guide_reviews"), _("Guides to be read through")),
        ("", title),
    ]
    context = {
        **standing(guide),
        "header_title": _("Read through: %(guide)s") % {"guide": title},
        "header_icon": "glasses",
        "breadcrumbs_items": [{"url": url, "label": label} for url, label in crumbs],
        "back_url": _back_url(request, guide),
    }
    return TemplateResponse(request, "admin/guides/review.html", context)


def _back_url(request: HttpRequest, guide: GuidePage) -> str:
    where = get_valid_next_url_from_request(request)
    return where or reverse("wagtailadmin_pages:edit", args=[guide.pk])


def _back(request: HttpRequest, guide: GuidePage) -> HttpResponseRedirect:
    return redirect(_back_url(request, guide))
