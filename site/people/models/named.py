"""Persons, teams, subjects and libraries: who hosts, who writes, who takes part, what for."""

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.search import index

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


class Team(index.Indexed, Named):
    blurb = models.CharField(
        _("what it does"), max_length=250, blank=True, help_text=_("One sentence.")
    )

    panels = [FieldPanel("name"), FieldPanel("blurb"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

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
                FieldPanel("team"),
                FieldPanel("extension"),
                FieldPanel("email"),
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

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["name"]

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.slug])


class LibraryType(models.TextChoices):
    PUBLIC = "public", _("Public")
    ACADEMIC = "academic", _("Academic")
    SCHOOL = "school", _("School")
    SPECIAL = "special", _("Special")


class Library(index.Indexed, Named):
    town = models.CharField(_("town"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=LibraryType.choices, blank=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("town"),
        FieldPanel("region"),
        FieldPanel("type"),
        FieldPanel("slug"),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("town"),
    ]

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")
        ordering = ["name"]
