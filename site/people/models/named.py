"""Persons, teams, subjects and libraries: who hosts, who writes, who takes part, what for."""

import re
from collections import Counter

from django import forms
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.images.models import Image
from wagtail.search import index

from core.pictures import PHOTO, address_of
from core.text import clean_line, folded
from search.models import EntryLabel

MOST_WORDS = 6
LONGEST_ASKED = 200
WORD = re.compile(r"\w+")
SLUG_HELP = _("Its part in web addresses. Left empty, it is made from the name.")


class NamedQuerySet(models.QuerySet):
    def get_or_create_named(self, name: str) -> tuple[models.Model, bool]:
        """Return the one of that name, in any case of its letters, made now if there is none."""
        if found := self.filter(name__iexact=name).first():
            return found, False
        return self.create(name=name), True


class Named(models.Model):
    """A thing with a name and an address of its own; a slug once given is kept."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100, unique=True, blank=True, help_text=SLUG_HELP)

    objects = NamedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name

    def _free_slug(self) -> str:
        model = type(self)
        base = slugify(self.name)[:90] or model._meta.model_name
        taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(taken) + 2))
        return next(slug for slug in candidates if slug not in taken)


class TeamQuerySet(NamedQuerySet):
    def public(self) -> "TeamQuerySet":
        """Those that somebody is in."""
        return self.filter(Exists(Person.objects.filter(team=OuterRef("pk"))))


class Team(index.Indexed, Named):
    blurb = models.CharField(
        _("what it does"), max_length=250, blank=True, help_text=_("One sentence.")
    )

    panels = [FieldPanel("name"), FieldPanel("blurb"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    @property
    def has_photos(self) -> bool:
        """Whether somebody in it has one: the others then get their initials in its place."""
        return any(person.photo_id for person in self.people.all())

    def get_absolute_url(self) -> str:
        return reverse("people:team", args=[self.slug])


class Subject(index.Indexed, Named):
    """A part of the work: guides teach it, people answer for it."""

    blurb = models.CharField(
        _("what belongs to it"), max_length=250, blank=True, help_text=_("One sentence.")
    )
    sort_order = models.PositiveSmallIntegerField(
        _("place"), default=100, help_text=_("Subjects with a smaller number stand first.")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("blurb"),
        FieldPanel("sort_order"),
        FieldPanel("slug"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["sort_order", "name"]

    @property
    def anchor(self) -> str:
        """Where it stands on pages that list who is asked about what."""
        return f"subject-{self.slug}"


class PersonQuerySet(NamedQuerySet):
    def public(self) -> "PersonQuerySet":
        """Whom the public may see: who is in a team, is asked about something, or is named.

        Named is who hosts, writes, keeps or sits on what can be found (search.models.Entry).
        `expire_at`: until when that holds; None for no end that is known.
        """
        now = timezone.now()
        named = (
            EntryLabel.objects.filter(facet="host", value=OuterRef("slug"))
            .exclude(entry__model=Person._meta.label_lower)
            .exclude(entry__expires_at__lte=now)
            .order_by(F("entry__expires_at").desc(nulls_first=True))
        )
        answers, mentors = Person.answers.through, Person.mentors_in.through
        stays = (
            Q(team__isnull=False)
            | Q(Exists(answers.objects.filter(person=OuterRef("pk"))))
            | Q(Exists(mentors.objects.filter(person=OuterRef("pk"))))
        )
        until = Subquery(named.values("entry__expires_at")[:1])
        return self.filter(stays | Q(Exists(named))).annotate(
            expire_at=Case(When(stays, then=None), default=until)
        )

    def for_listing(self) -> "PersonQuerySet":
        """Fetch what a list shows of persons, in a number of queries that does not grow."""
        photos = Image.objects.prefetch_renditions(PHOTO)
        return self.select_related("team").prefetch_related(models.Prefetch("photo", photos))


class Person(index.Indexed, ClusterableModel, Named):
    role = models.CharField(_("role"), max_length=100, blank=True)
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
    )
    library = models.CharField(
        _("library"), max_length=100, blank=True, help_text=_("Where it is not the team’s own.")
    )
    blurb = models.CharField(
        _("in a sentence"), max_length=250, blank=True, help_text=_("Who this is to colleagues.")
    )
    photo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("photo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    extension = models.CharField(_("extension"), max_length=20, blank=True)
    email = models.EmailField(
        _("email address"),
        blank=True,
        help_text=_("Readers write through a form. They never see the address."),
    )
    answers = ParentalManyToManyField(
        Subject,
        verbose_name=_("answers for"),
        blank=True,
        related_name="answered_by",
        help_text=_("Stands on the contact page: who is asked about what."),
    )
    mentors_in = ParentalManyToManyField(
        Subject,
        verbose_name=_("helps colleagues with"),
        blank=True,
        related_name="mentors",
        help_text=_("As a mentor, whom colleagues of any library may write to."),
    )

    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [
                FieldPanel("role"),
                FieldRowPanel([FieldPanel("team"), FieldPanel("library")]),
                FieldRowPanel([FieldPanel("extension"), FieldPanel("email")]),
            ],
            heading=_("At work"),
        ),
        FieldPanel("blurb"),
        FieldPanel("photo"),
        MultiFieldPanel(
            [
                FieldPanel("answers", widget=forms.CheckboxSelectMultiple),
                FieldPanel("mentors_in", widget=forms.CheckboxSelectMultiple),
            ],
            heading=_("Whom to ask"),
        ),
        FieldPanel("slug"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["name"]

    @property
    def place(self) -> str:
        """Role, team and library, as they stand below the name."""
        return " · ".join(filter(None, [self.role, self.team and self.team.name, self.library]))

    @property
    def initials(self) -> str:
        """Of the first and the last of the name, as stand where others have a photo."""
        first, *rest = self.name.split() or [""]
        return "".join(word[:1] for word in (first, *rest[-1:])).upper()

    @property
    def photo_url(self) -> str:
        """Blank for who has none, and while it is not cut yet."""
        return address_of(self.photo, PHOTO) if self.photo else ""

    @property
    def write_url(self) -> str:
        """Where one writes to them; blank for who has no address."""
        return reverse("people:write", args=[self.slug]) if self.email else ""

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.slug])


class LibraryType(models.TextChoices):
    PUBLIC = "public", _("Public")
    ACADEMIC = "academic", _("Academic")
    SCHOOL = "school", _("School")
    SPECIAL = "special", _("Special")


def _words_in(text: str) -> list[str]:
    return WORD.findall(folded(text))


class LibraryQuerySet(NamedQuerySet):
    def called(self) -> dict["Library", str]:
        """Return what each is called: its name, with its town where others have the same name."""
        libraries = list(self)
        namesakes = Library.objects.filter(name__in={library.name for library in libraries})
        times = Counter(namesakes.values_list("name", flat=True))
        return {one: one.label if times[one.name] > 1 else one.name for one in libraries}

    def by_spelling(self) -> dict[str, str]:
        """Return what a library is called by every spelling that tells it, as `folded` reads it.

        What one is called goes before what others are called too; a name of several tells none.
        """
        own, others = {}, {}
        for library, called in self.called().items():
            own[folded(called)] = called
            for spelling in (library.name, library.label, *library.also.splitlines()):
                others.setdefault(folded(spelling), set()).add(called)
        return {one: min(meant) for one, meant in others.items() if len(meant) == 1} | own

    def suggested(self, words: str, most: int) -> "LibraryQuerySet":
        """Return some in whose spellings or towns each of some words begins one."""
        asked = _words_in(words[:LONGEST_ASKED])[:MOST_WORDS]
        found = self if asked else self.none()
        for word in asked:
            found = found.filter(spellings__contains=f" {word}")
        return found.order_by("name", "town")[:most]


class Library(index.Indexed, Named):
    town = models.CharField(_("town"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=LibraryType.choices, blank=True)
    also = models.TextField(
        _("other spellings"),
        blank=True,
        help_text=_("What people write for it, each on a line: “Saltbury PL”."),
    )
    spellings = models.TextField(editable=False, default="")
    """Their words as `folded` reads them, with those of the town, each after a blank."""

    panels = [
        FieldPanel("name"),
        FieldPanel("town"),
        FieldPanel("region"),
        FieldPanel("type"),
        FieldPanel("also"),
        FieldPanel("slug"),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("town"),
        index.SearchField("also"),
    ]

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")
        ordering = ["name"]

    @property
    def label(self) -> str:
        """Its name, with the town where the name does not say it."""
        says = not self.town or folded(self.town) in folded(self.name)
        return self.name if says else f"{self.name}, {self.town}"

    def save(self, *args, **kwargs):
        self.note_spellings()
        super().save(*args, **kwargs)

    def note_spellings(self) -> None:
        """Keep by what it is looked for; `save` does it, who writes many at once does it first."""
        self.also = "\n".join(filter(None, (clean_line(one) for one in self.also.splitlines())))
        self.spellings = "".join(
            f" {word}" for word in _words_in(f"{self.name} {self.town} {self.also}")
        )
