"""The team's blog: its posts, who wrote them, and what they are about."""

import calendar
import math
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, Tag
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.contrib.routable_page.models import path, re_path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from chats.blocks import CHAT_BLOCKS
from comments.blocks import QuestionsBlock, questions_in
from comments.models import DiscussedPage
from core.blocks import TEXT_BLOCKS, text_of
from core.pages import BasePage, BasePageQuerySet, IntroducedPage, RoutableBasePage
from events.blocks import EVENT_BLOCKS
from people.models import Named, Person

WORDS_A_MINUTE = 200
RESERVED_SLUGS = {"send", "tags", "by", "category"}


class PostQuerySet(BasePageQuerySet):
    def newest_first(self) -> "PostQuerySet":
        return self.order_by("-date", "-first_published_at", "-pk")

    def by(self, person: Person) -> "PostQuerySet":
        return self.filter(post_authors__person=person)

    def tagged(self, tag: Tag) -> "PostQuerySet":
        return self.filter(tagged_items__tag=tag)

    def of_month(self, year: int, month: int) -> "PostQuerySet":
        _weekday, days = calendar.monthrange(year, month)
        return self.filter(date__range=(date(year, month, 1), date(year, month, days)))

    def before(self, post: "PostPage") -> "PostQuerySet":
        is_earlier = (
            Q(date__lt=post.date)
            | Q(first_published_at__lt=post.first_published_at)
            | Q(first_published_at=post.first_published_at, pk__lt=post.pk)
        )
        # Said by itself, so that the index of dates is followed.
        return self.filter(is_earlier, date__lte=post.date)

    def after(self, post: "PostPage") -> "PostQuerySet":
        is_later = (
            Q(date__gt=post.date)
            | Q(first_published_at__gt=post.first_published_at)
            | Q(first_published_at=post.first_published_at, pk__gt=post.pk)
        )
        return self.filter(is_later, date__gte=post.date)

    def for_listing(self) -> "PostQuerySet":
        """Fetch what a list shows of each post in a number of queries that does not grow."""
        return self.select_related("category").prefetch_related(_authors(), _tags()).defer("body")


def _authors() -> models.Prefetch:
    return models.Prefetch("post_authors", PostAuthor.objects.select_related("person"))


def _tags() -> models.Prefetch:
    return models.Prefetch("tagged_items", PostTag.objects.select_related("tag"))


def line_of_authors(names: Iterable[str]) -> str:
    """Return who wrote a post, in a line; blank where nobody is named."""
    named = get_text_list(list(names), _("and"))
    return _("By %(names)s") % {"names": named} if named else ""


class Category(index.Indexed, Named):
    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]


class PostPage(DiscussedPage, BasePage):
    """One entry of the blog."""

    parent_page_types = ["blog.BlogPage"]
    subpage_types: list[str] = []

    date = models.DateField(
        _("date"),
        default=timezone.localdate,
        help_text=_("Stands on the post, and orders the blog."),
    )
    summary = models.CharField(
        _("summary"),
        max_length=250,
        blank=True,
        help_text=_("One or two sentences, for lists, feeds and search engines."),
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="posts",
    )
    lead_image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Above the text, and where the post is shared."),
    )
    lead_image_alt = models.CharField(
        _("the picture in words"),
        max_length=250,
        blank=True,
        help_text=_("What somebody misses who cannot see it. Empty: it only decorates."),
    )
    body = StreamField(
        [*TEXT_BLOCKS, *CHAT_BLOCKS, *EVENT_BLOCKS, ("questions", QuestionsBlock())],
        verbose_name=_("text"),
        blank=True,
    )
    canonical_url = models.URLField(
        _("first published at"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("For a repost: the address of the original, which search engines then show."),
    )
    tags = ClusterTaggableManager(
        verbose_name=_("tags"), through="blog.PostTag", blank=True, help_text=_("Two to four.")
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("date"),
        index.FilterField("category"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    TitleFieldPanel("title"),
                    FieldPanel("summary", widget=AdminAutoHeightTextInput),
                    MultipleChooserPanel(
                        "post_authors",
                        chooser_field_name="person",
                        heading=_("Authors"),
                        label=_("Author"),
                    ),
                    MultiFieldPanel(
                        [FieldPanel("lead_image"), FieldPanel("lead_image_alt")],
                        heading=_("Picture"),
                    ),
                    FieldPanel("body"),
                ],
                heading=_("The post"),
            ),
            ObjectList(
                [FieldPanel("date"), FieldPanel("category"), FieldPanel("tags")],
                heading=_("Where it belongs"),
            ),
            ObjectList(
                [
                    *Page.promote_panels,
                    FieldPanel("canonical_url"),
                    *DiscussedPage.discussion_panels,
                    PublishingPanel(),
                ],
                heading=_("Address and publishing"),
            ),
        ]
    )

    objects = PageManager.from_queryset(PostQuerySet)()
    template = "pages/post.html"

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        indexes = [models.Index(fields=["-date"], name="blog_post_newest")]

    @property
    def authors(self) -> list[Person]:
        return [post_author.person for post_author in self.post_authors.all()]

    @authors.setter
    def authors(self, persons: Iterable[Person]) -> None:
        self.post_authors = [
            PostAuthor(person=person, sort_order=place) for place, person in enumerate(persons)
        ]

    @property
    def authors_line(self) -> str:
        return line_of_authors([person.name for person in self.authors])

    @property
    def shown_tags(self) -> list[Tag]:
        return [item.tag for item in self.tagged_items.all()]

    @property
    def abstract(self) -> str:
        return self.summary

    @cached_property
    def text(self) -> str:
        """What is read of it, without markup."""
        return text_of(self.body)

    @property
    def reading_minutes(self) -> int:
        return max(1, math.ceil(len(self.text.split()) / WORDS_A_MINUTE))

    @property
    def discussed_questions(self) -> list[str]:
        return list(questions_in(self.body))

    def question_words(self, key: str) -> str:
        return questions_in(self.body).get(key, "")

    def fetch_names(self) -> None:
        """Fetch who wrote it and what it is about at once: else each use of them asks anew."""
        # A preview of what was never saved has nothing to fetch.
        if self.pk:
            prefetch_related_objects([self], _authors(), _tags())

    def clean(self):
        super().clean()
        slug = self.slug or ""
        if slug in RESERVED_SLUGS or (slug.isdecimal() and len(slug) == 4):
            raise ValidationError(
                {"slug": _("The blog itself has a page at this address. Choose another word.")}
            )

    def get_context(self, request, *args, **kwargs):
        from blog.reading import post_context

        context = super().get_context(request, *args, **kwargs)
        return {**context, **post_context(self, request, context["discussion"])}


class PostAuthor(Orderable):
    page = ParentalKey(PostPage, on_delete=models.CASCADE, related_name="post_authors")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="written_posts"
    )

    panels = [FieldPanel("person")]

    class Meta(Orderable.Meta):
        constraints = [models.UniqueConstraint(fields=["page", "person"], name="blog_author_once")]

    def __str__(self) -> str:
        return str(self.person)


class PostTag(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_posts")
    content_object = ParentalKey(PostPage, on_delete=models.CASCADE, related_name="tagged_items")


class BlogPage(RoutableBasePage, IntroducedPage):
    """The blog: its posts in lists, and where readers send in theirs."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["blog.PostPage"]
    max_count = 1

    template = "pages/blog.html"

    class Meta:
        verbose_name = _("blog")

    @path("")
    def newest(self, request: HttpRequest) -> HttpResponse:
        from blog.lists import show

        return show(self, request)

    @path("send/")
    def send(self, request: HttpRequest) -> HttpResponse:
        from blog.submissions.sending import send

        return send(request, self)

    @path("<int:year>/")
    @path("<int:year>/<int:month>/")
    @path("tags/<slug:tag>/")
    @path("by/<slug:author>/")
    @path("category/<slug:category>/")
    def some(self, request: HttpRequest, **narrowed) -> HttpResponse:
        from blog.lists import show

        return show(self, request, **narrowed)

    @re_path(r"^(?P<kind>feed|rss)\.xml/$")
    @re_path(r"^tags/(?P<tag>[-\w]+)/(?P<kind>feed|rss)\.xml/$")
    @re_path(r"^by/(?P<author>[-\w]+)/(?P<kind>feed|rss)\.xml/$")
    @re_path(r"^category/(?P<category>[-\w]+)/(?P<kind>feed|rss)\.xml/$")
    def feed(self, request: HttpRequest, kind: str, **narrowed) -> HttpResponse:
        from blog.feeds import feed

        return feed(self, request, kind, **narrowed)
