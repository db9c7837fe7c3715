"""The lists of guides and of whom they are for, in the side menu."""

import datetime

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.snippets.views.snippets import SnippetViewSet

from core.admin_menu import PageListMenuItem
from guides.models import Audience, GuidePage, GuideQuerySet, GuideType
from guides.reviewing import readings
from guides.reviews import next_review_on
from people.models import Person, Subject

PARTS = "register_guides_menu_item"
"""The hook of entries below “Guides” in the menu."""
SOON = datetime.timedelta(days=30)


def last_day_of(due: str) -> datetime.date:
    """Return by when a guide is due that is overdue, or that is due soon."""
    today = timezone.localdate()
    return today + SOON if due == "soon" else today - datetime.timedelta(days=1)


class GuideFilterSet(PageFilterSet):
    type = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Type"),
        choices=GuideType.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    subject = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("Subject"),
        queryset=Subject.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    audience = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("For whom"),
        queryset=Audience.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    keeper = django_filters.ModelMultipleChoiceFilter(
        label=gettext_lazy("Kept right by"),
        queryset=lambda request: Person.objects.exclude(kept_guides=None),
        widget=forms.CheckboxSelectMultiple,
    )
    review = django_filters.ChoiceFilter(
        label=gettext_lazy("To be read through"),
        choices=[
            ("late", gettext_lazy("overdue")),
            ("soon", gettext_lazy("overdue or within 30 days")),
        ],
        empty_label=gettext_lazy("All"),
        method="due",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = GuidePage
        fields = []

    def due(self, guides: GuideQuerySet, name: str, due: str) -> GuideQuerySet:
        found = readings(GuidePage.objects.all(), last_day_of(due))
        return guides.filter(pk__in=[one.pk for one in found])


def _reviewed(guide: GuidePage) -> str:
    return date_format(guide.reviewed_on) if guide.reviewed_on else _("not yet")


def _next_review(guide: GuidePage) -> str:
    if not guide.live:
        return ""
    day = next_review_on(guide.reviewed_on, guide.first_published_at, guide.review_every)
    if day is None:
        return ""
    if day < timezone.localdate():
        return _("overdue since %(day)s") % {"day": date_format(day)}
    return date_format(day)


def _votes(guide: GuidePage) -> str:
    if not guide.helped and not guide.not_helped:
        return ""
    return _("%(yes)d yes, %(no)d no") % {"yes": guide.helped, "no": guide.not_helped}


WIDE = "guides-wide"
"""The class of columns that a narrow screen leaves out."""


class GuideIndexView(IndexView):
    default_ordering = "title"
    add_item_label = gettext_lazy("New guide")
    base_filterset_class = GuideFilterSet
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=gettext_lazy("Title"), sort_key="title", classname="title"),
        Column(
            "get_type_display",
            classname=WIDE,
            label=gettext_lazy("Type"),
            sort_key="type",
            width="9%",
        ),
        Column("subject", classname=WIDE, label=gettext_lazy("Subject"), width="12%"),
        Column("keeper", classname=WIDE, label=gettext_lazy("Kept right by"), width="12%"),
        Column(
            "reviewed",
            classname=WIDE,
            label=gettext_lazy("Read through"),
            accessor=_reviewed,
            width="11%",
        ),
        Column("next_review", label=gettext_lazy("Next by"), accessor=_next_review, width="12%"),
        Column("votes", classname=WIDE, label=gettext_lazy("Helped"), accessor=_votes, width="10%"),
        PageStatusColumn("status", label=gettext_lazy("Status"), sort_key="live", width="8%"),
    ]

    def annotate_queryset(self, guides: GuideQuerySet) -> QuerySet:
        shown = guides.with_last_review().with_votes()
        return super().annotate_queryset(shown).prefetch_related("subject", "keeper")


class GuideListingViewSet(PageListingViewSet):
    model = GuidePage
    name = "guides"
    icon = "doc-full"
    menu_label = gettext_lazy("All guides")
    menu_order = 10
    menu_hook = PARTS
    add_to_admin_menu = True
    menu_item_class = PageListMenuItem
    index_view_class = GuideIndexView
    filterset_class = GuideFilterSet


class AudienceViewSet(SnippetViewSet):
    model = Audience
    icon = "group"
    menu_label = gettext_lazy("Audiences")
    menu_order = 40
    menu_hook = PARTS
    add_to_admin_menu = True
    list_display = ["name"]
