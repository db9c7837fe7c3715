"""Pages on people: all of them, the committee, and how to reach somebody."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page
from wagtail.search import index

from core.pages import BasePage, RoutableBasePage
from people.models.named import Person

INTRO_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class PeoplePage(BasePage):
    """Teams with who is in them, and who helps colleagues with what."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count = 1

    intro = RichTextField(_("introduction"), blank=True, features=INTRO_FEATURES)

    content_panels = [*BasePage.content_panels, FieldPanel("intro")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    template = "pages/people/people.html"

    class Meta:
        verbose_name = _("page of people")

    @property
    def abstract(self) -> str:
        return strip_tags(self.intro)


class CommitteePage(BasePage):
    """Who is on a committee, and until when."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []

    intro = RichTextField(_("introduction"), blank=True, features=INTRO_FEATURES)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        InlinePanel("terms", heading=_("Members"), label=_("Term of office")),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    template = "pages/people/committee.html"

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")

    @property
    def abstract(self) -> str:
        return strip_tags(self.intro)


class CommitteeTerm(Orderable):
    page = ParentalKey(CommitteePage, on_delete=models.CASCADE, related_name="terms")
    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="terms"
    )
    office = models.CharField(
        _("office"), max_length=100, blank=True, help_text=_("As “Chair”; empty: a member.")
    )
    library = models.CharField(_("library"), max_length=100, blank=True)
    begins_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day; empty: not set yet.")
    )

    panels = [
        FieldPanel("person"),
        FieldRowPanel([FieldPanel("office"), FieldPanel("library")]),
        FieldRowPanel([FieldPanel("begins_on"), FieldPanel("ends_on")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")

    def __str__(self) -> str:
        return str(self.person)

    def clean(self):
        super().clean()
        if self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            raise ValidationError({"ends_on": _("It ends before it begins.")})


class ContactPage(RoutableBasePage):
    """Telephone, hours, who answers what, and a form that reaches the team."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count = 1

    intro = RichTextField(_("introduction"), blank=True, features=INTRO_FEATURES)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    hours = models.CharField(
        _("hours"), max_length=150, blank=True, help_text=_("When somebody answers it.")
    )
    email = models.EmailField(
        _("where letters go"),
        blank=True,
        help_text=_(
            "The team’s address, for what is sent with the form. Readers never see it. "
            "Empty: everybody who may publish the whole site."
        ),
    )
    postal_address = models.TextField(_("postal address"), blank=True, max_length=300)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("intro"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("telephone"), FieldPanel("hours")]),
                FieldPanel("postal_address"),
                FieldPanel("email"),
            ],
            heading=_("How to reach the team"),
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    template = "pages/people/contact.html"

    class Meta:
        verbose_name = _("contact page")

    @property
    def abstract(self) -> str:
        return strip_tags(self.intro)
