"""Pages on people: all of them, the committee, and how to reach somebody."""

from collections.abc import Iterable
from enum import Enum, auto

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import path
from wagtail.models import Orderable

from core.lazy import lazily
from core.pages import IntroducedPage, RoutableBasePage
from people.models.named import Person, Subject, Team

SHORTEST_NUMBER = 3
AS_A_LINK = ("title", "url_path")


class PeoplePage(IntroducedPage):
    """Teams with who is in them, and who helps colleagues with what."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count = 1

    template = "pages/people/people.html"

    class Meta:
        verbose_name = _("page of people")

    def get_context(self, request, *args, **kwargs):
        members = Prefetch("people", Person.objects.for_listing())
        mentors = Prefetch("mentors", Person.objects.for_listing())
        mentored = Subject.objects.filter(mentors__isnull=False).distinct()
        contact = ContactPage.objects.published().only(*AS_A_LINK)
        return {
            **super().get_context(request, *args, **kwargs),
            "teams": Team.objects.public().prefetch_related(members),
            "subjects": mentored.prefetch_related(mentors),
            "committees": SimpleLazyObject(_committees),
            "contact": SimpleLazyObject(contact.sole),
        }


class CommitteePage(IntroducedPage):
    """Who is on a committee, and until when."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []

    content_panels = [
        *IntroducedPage.content_panels,
        InlinePanel("terms", heading=_("Members"), label=_("Term of office")),
    ]
    template = "pages/people/committee.html"

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")

    def get_context(self, request, *args, **kwargs):
        people = Prefetch("person", Person.objects.for_listing())
        stored = CommitteeTerm.objects.filter(page=self).prefetch_related(people)
        terms = self.terms.all() if getattr(request, "is_preview", False) else stored
        parted = lazily(lambda: _by_time(terms), "current", "ahead", "earlier")
        return {**super().get_context(request, *args, **kwargs), **parted}


def _committees() -> list[CommitteePage]:
    """Return them in the order of the tree; few, and sorted here for what `sole` says."""
    committees = CommitteePage.objects.published().only(*AS_A_LINK, "path").order_by("pk")
    return sorted(committees, key=lambda committee: committee.path)


def _by_time(terms: Iterable["CommitteeTerm"]) -> dict[str, list["CommitteeTerm"]]:
    """Part terms by today: `current` as editors order them, `ahead` and `earlier` by time."""
    now: dict[When, list[CommitteeTerm]] = {when: [] for when in When}
    for term in terms:
        now[term.when].append(term)
    return {
        "current": now[When.NOW],
        "ahead": sorted(now[When.AHEAD], key=lambda term: term.begins_on),
        "earlier": sorted(now[When.PAST], key=lambda term: term.ends_on, reverse=True),
    }


class When(Enum):
    """How a term of office lies to today, by the site's clock."""

    PAST = auto()
    NOW = auto()
    AHEAD = auto()


class CommitteeTermQuerySet(models.QuerySet):
    def public(self) -> "CommitteeTermQuerySet":
        return self.filter(page__in=CommitteePage.objects.published())

    def current(self) -> "CommitteeTermQuerySet":
        """Those whose days today is one of, by the site's clock."""
        today = timezone.localdate()
        not_over = Q(ends_on=None) | Q(ends_on__gte=today)
        return self.filter(not_over, begins_on__lte=today)


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

    objects = CommitteeTermQuerySet.as_manager()

    class Meta(Orderable.Meta):
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")

    def __str__(self) -> str:
        return str(self.person)

    @property
    def when(self) -> When:
        today = timezone.localdate()
        if self.begins_on > today:
            return When.AHEAD
        return When.PAST if self.ends_on and self.ends_on < today else When.NOW

    def clean(self):
        super().clean()
        if self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            raise ValidationError({"ends_on": _("It ends before it begins.")})


class ContactPage(RoutableBasePage, IntroducedPage):
    """Telephone, hours, who answers what, and a form that reaches the team."""

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count = 1

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
        *IntroducedPage.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("telephone"), FieldPanel("hours")]),
                FieldPanel("postal_address"),
                FieldPanel("email"),
            ],
            heading=_("How to reach the team"),
        ),
    ]
    template = "pages/people/contact.html"

    class Meta:
        verbose_name = _("contact page")

    @property
    def telephone_href(self) -> str:
        """As RFC 3966 has it; blank for what no telephone can dial."""
        number = "".join(sign for sign in self.telephone if sign.isascii() and sign.isdigit())
        plus = "+" if self.telephone.strip().startswith("+") else ""
        return f"tel:{plus}{number}" if len(number) >= SHORTEST_NUMBER else ""

    @property
    def write_url(self) -> str:
        return f"{self.url}write/"

    def get_context(self, request, *args, **kwargs):
        from people.letters import TeamLetterForm

        answering = Prefetch("answered_by", Person.objects.for_listing())
        answered = Subject.objects.filter(answered_by__isnull=False).distinct()
        return {
            **super().get_context(request, *args, **kwargs),
            "form": SimpleLazyObject(TeamLetterForm),
            "subjects": answered.prefetch_related(answering),
            "mentors_page": SimpleLazyObject(_page_of_mentors),
        }

    @path("write/")
    def write(self, request):
        """Take a letter to the team."""
        from people.letters import write_to_team

        return write_to_team(request, self)


def _page_of_mentors() -> PeoplePage | None:
    """Return where one finds a colleague who helps, if there is one."""
    has_mentors = Person.objects.filter(mentors_in__isnull=False).exists()
    return PeoplePage.objects.published().only(*AS_A_LINK).sole() if has_mentors else None
