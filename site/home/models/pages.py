"""The first door of the site, and pages that only hold a text."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from core.pages import BasePage, IntroducedPage
from guides.blocks import GUIDE_BLOCKS


class HomePage(IntroducedPage):
    """Search first, then what is next and what is new, with the guides beside it."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "chats.ChatArchivePage",
        "guides.GuideIndexPage",
        "blog.BlogPage",
        "events.CalendarPage",
        "people.PeoplePage",
        "people.CommitteePage",
        "people.ContactPage",
        "home.StandardPage",
    ]
    max_count = 1

    intro = RichTextField(
        _("introduction"),
        blank=True,
        features=["bold", "italic", "link"],
        help_text=_("One or two sentences: who meets here, and what a newcomer finds."),
    )

    content_panels = [
        *IntroducedPage.content_panels,
        InlinePanel(
            "search_examples",
            heading=_("Examples under the search"),
            label=_("Example"),
            help_text=_("Words that find something: they show what one can ask."),
            max_num=6,
        ),
    ]
    template = "pages/home.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request, *args, **kwargs):
        from home.front import front_context

        return {**super().get_context(request, *args, **kwargs), **front_context(self, request)}


class SearchExample(Orderable):
    """Words an editor offers under the search box."""

    page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="search_examples")
    words = models.CharField(_("words"), max_length=60)

    panels = [FieldPanel("words")]

    def __str__(self) -> str:
        return self.words


class StandardPage(BasePage):
    """About, Privacy, Accessibility: a text and no more."""

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]

    summary = models.CharField(
        _("summary"),
        max_length=250,
        blank=True,
        help_text=_("One or two sentences, for search engines and shared links."),
    )
    body = StreamField(GUIDE_BLOCKS, verbose_name=_("text"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]
    template = "pages/standard.html"

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")

    @property
    def abstract(self) -> str:
        return self.summary

    def get_context(self, request, *args, **kwargs):
        below = StandardPage.objects.child_of(self).published() if self.path else ()
        return {**super().get_context(request, *args, **kwargs), "pages_below": below}
