"""The first door of the site, and pages that only hold a text."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from blog.models import BlogPage, PostPage
from chats.models import ChatArchivePage, ChatPage
from core.pages import BasePage
from events.models import CalendarPage, EventPage
from events.showing import listed
from guides.blocks import GUIDE_BLOCKS

NEXT_EVENTS = 3
NEWEST_CHATS = 5
NEWEST_POSTS = 3


class HomePage(BasePage):
    """Search first, then what is next, then the newest chats."""

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
        *BasePage.content_panels,
        FieldPanel("intro"),
        InlinePanel(
            "search_examples",
            heading=_("Examples under the search"),
            label=_("Example"),
            help_text=_("Words that find something: they show what one can ask."),
            max_num=6,
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    template = "pages/home.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request, *args, **kwargs):
        chats = ChatPage.objects.published().for_listing()
        posts = PostPage.objects.published()
        events = EventPage.objects.published().taking_place().upcoming()
        newest_chats = list(chats.past().newest_first()[:NEWEST_CHATS])
        return {
            **super().get_context(request, *args, **kwargs),
            "archive": ChatArchivePage.objects.child_of(self).published().first(),
            "calendar": CalendarPage.objects.child_of(self).published().first(),
            "next_events": listed(events.for_listing()[:NEXT_EVENTS]),
            "next_chat": chats.upcoming().first(),
            "newest_chats": newest_chats,
            "unfolded": next((chat for chat in newest_chats if chat.topics.all()), None),
            "blog": BlogPage.objects.child_of(self).published().first(),
            "newest_posts": posts.newest_first().for_listing()[:NEWEST_POSTS],
            "search_examples": self.search_examples.all(),
        }


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
