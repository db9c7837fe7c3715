"""Training guides: what they teach, to whom, and who keeps them right."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import (
    Count,
    OuterRef,
    Prefetch,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, Tag
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.blocks import StructValue
from wagtail.contrib.routable_page.models import path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from core.blocks import key_of_block
from core.pages import BasePageQuerySet, IntroducedPage, RoutableBasePage
from guides.blocks import SectionBlock
from guides.forms import GuidePageForm
from guides.models.notes import Feedback, GuideReview
from guides.panels import ReviewPanel
from people.models import Named, Person, Subject

NAMED = ("subject", "audience", "keeper")
"""What a guide refers to, one of each."""


class GuideType(models.TextChoices):
    """What a guide is for (the four of diataxis.fr)."""

    TUTORIAL = "tutorial", _("Tutorial")
    HOW_TO = "how-to", _("How-to")
    REFERENCE = "reference", _("Reference")
    EXPLANATION = "explanation", _("Explanation")


class ReviewInterval(models.IntegerChoices):
    """Months after which somebody reads it through again."""

    QUARTER = 3, _("every three months")
    HALF = 6, _("every six months")
    YEAR = 12, _("every year")
    TWO_YEARS = 24, _("every two years")


class Audience(index.Indexed, Named):
    """Whom guides are for."""

    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["name"]


@dataclass(frozen=True)
class Section:
    """A section of a guide, as it is read and found."""

    key: str
    """Lasting: from the id of its block."""
    title: str
    block: StructValue

    @property
    def anchor(self) -> str:
        return f"section-{self.key}"


class GuideQuerySet(BasePageQuerySet):
    def by_title(self) -> "GuideQuerySet":
        return self.order_by("title", "pk")

    def tagged(self, tag: Tag) -> "GuideQuerySet":
        return self.filter(tagged_items__tag=tag)

    def for_listing(self) -> "GuideQuerySet":
        """Fetch what a list shows of each guide in a number of queries that does not grow."""
        return self.select_related(*NAMED).defer("body")

    def for_lines(self) -> "GuideQuerySet":
        """Fetch what components/guide.html shows of each guide, and what it stands under."""
        shown = ("title", "url_path", "summary", "type", "subject", "audience")
        return self.select_related("subject", "audience").only(*shown)

    def with_last_review(self) -> "GuideQuerySet":
        """Annotate `reviewed_on`: the day somebody last read it through, null if nobody has."""
        reviews = GuideReview.objects.filter(guide=OuterRef("pk"))
        return self.annotate(reviewed_on=Subquery(reviews.values("reviewed_on")[:1]))

    def with_votes(self) -> "GuideQuerySet":
        """Annotate `helped` and `not_helped`: how many readers said so."""
        votes = Feedback.objects.filter(guide=OuterRef("pk")).order_by().values("guide")
        return self.annotate(
            **{
                name: Coalesce(
                    Subquery(votes.filter(helped=helped).values(n=Count("pk"))), Value(0)
                )
                for name, helped in (("helped", True), ("not_helped", False))
            }
        )


class GuidePage(RoutableBasePage):
    """One guide: sections to be worked by, kept right by somebody."""

    parent_page_types = ["guides.GuideIndexPage"]
    subpage_types: list[str] = []

    summary = models.CharField(
        _("summary"),
        max_length=250,
        help_text=_("One or two sentences: what one can do after it."),
    )
    type = models.CharField(
        _("type"),
        max_length=12,
        choices=GuideType.choices,
        default=GuideType.HOW_TO,
        help_text=_(
            "A tutorial teaches a newcomer, a how-to gets something done, a reference is looked "
            "up, an explanation says why."
        ),
    )
    subject = models.ForeignKey(
        Subject,
        verbose_name=_("subject"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="guides",
    )
    audience = models.ForeignKey(
        Audience,
        verbose_name=_("for whom"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="guides",
        help_text=_("Empty: for all."),
    )
    keeper = models.ForeignKey(
        Person,
        verbose_name=_("kept right by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="kept_guides",
    )
    review_every = models.PositiveSmallIntegerField(
        _("read through again"), choices=ReviewInterval.choices, default=ReviewInterval.YEAR
    )
    body = StreamField([("section", SectionBlock())], verbose_name=_("sections"), blank=True)
    change_note = models.CharField(
        _("what changed"),
        max_length=250,
        blank=True,
        help_text=_(
            "Only for what readers should know, as “New: loans to schools”. It stands at the end "
            "of the guide, and whoever follows it gets mail. Leave it empty for small corrections."
        ),
    )
    tags = ClusterTaggableManager(
        verbose_name=_("tags"), through="guides.GuideTag", blank=True, help_text=_("Two to four.")
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("type"),
    ]
    base_form_class = GuidePageForm
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    ReviewPanel(),
                    TitleFieldPanel("title"),
                    FieldPanel("summary", widget=AdminAutoHeightTextInput),
                    FieldPanel("body"),
                    FieldPanel("change_note"),
                ],
                heading=_("The guide"),
            ),
            ObjectList(
                [
                    FieldPanel("type"),
                    FieldRowPanel([FieldPanel("subject"), FieldPanel("audience")]),
                    FieldPanel("tags"),
                    MultipleChooserPanel(
                        "related_guides",
                        chooser_field_name="guide",
                        heading=_("Read on in"),
                        label=_("Guide"),
                    ),
                    MultiFieldPanel(
                        [FieldPanel("keeper"), FieldPanel("review_every")],
                        heading=_("Who keeps it right"),
                    ),
                ],
                heading=_("Where it belongs"),
            ),
            ObjectList(
                [*Page.promote_panels, PublishingPanel()], heading=_("Address and publishing")
            ),
        ]
    )

    objects = PageManager.from_queryset(GuideQuerySet)()
    template = "pages/guides/guide.html"

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")

    @property
    def shown_tags(self) -> list[Tag]:
        return [item.tag for item in self.tagged_items.all()]

    @property
    def abstract(self) -> str:
        return self.summary

    reviewed_on: datetime.date | None = None
    """When somebody last read it through, where that was read along (`with_last_review`)."""

    def fetch_named(self) -> None:
        """Fetch what it names at once, in two queries: else each use of them asks anew.

        A draft names what its editor has chosen; one that was never saved has no tags to fetch.
        """
        stored = GuidePage.objects.filter(pk=self.pk).select_related(*NAMED).only(*NAMED)
        if self.pk is None or (found := stored.with_last_review().first()) is None:
            return
        self.reviewed_on = found.reviewed_on
        for name in NAMED:
            if getattr(self, f"{name}_id") == getattr(found, f"{name}_id"):
                setattr(self, name, getattr(found, name))
        tagged = Prefetch("tagged_items", GuideTag.objects.select_related("tag"))
        prefetch_related_objects([self], tagged)

    @cached_property
    def sections(self) -> list[Section]:
        return [
            Section(key_of_block(child), child.value["title"], child.value) for child in self.body
        ]

    def get_context(self, request, *args, **kwargs):
        from guides.reading import guide_context

        context = super().get_context(request, *args, **kwargs)
        return {**context, **guide_context(self, request, context["crumbs"])}

    @path("print/")
    def for_print(self, request: HttpRequest) -> HttpResponse:
        from guides.reading import show_for_print

        return show_for_print(request, self)

    @path("feedback/")
    def give_feedback(self, request: HttpRequest) -> HttpResponse:
        from guides.feedback import give

        return give(request, self)


class GuideTag(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_guides")
    content_object = ParentalKey(GuidePage, on_delete=models.CASCADE, related_name="tagged_items")


class RelatedGuide(Orderable):
    page = ParentalKey(GuidePage, on_delete=models.CASCADE, related_name="related_guides")
    guide = models.ForeignKey(
        GuidePage, verbose_name=_("guide"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [FieldPanel("guide")]

    def __str__(self) -> str:
        return str(self.guide)

    def clean(self):
        super().clean()
        if self.guide_id and self.guide_id == self.page_id:
            raise ValidationError({"guide": _("That is this guide itself.")})


class GuideIndexPage(RoutableBasePage, IntroducedPage):
    """All guides, by subject."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["guides.GuidePage"]
    max_count = 1

    template = "pages/guides/guides.html"

    class Meta:
        verbose_name = _("page of guides")

    def get_context(self, request, *args, **kwargs):
        from guides.lists import index_context

        return {**super().get_context(request, *args, **kwargs), **index_context(self, request)}
