"""Persons, teams and libraries: who hosts, who writes, who takes part."""

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
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


class Person(index.Indexed, Named):
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

    panels = [
        FieldPanel("name"),
        MultiFieldPanel([FieldPanel("role"), FieldPanel("team")], heading=_("At work")),
        FieldPanel("blurb"),
        FieldPanel("slug"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["name"]


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
