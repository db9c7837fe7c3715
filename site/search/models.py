"""What can be found, what the index has yet to hear of, the glossary, and what was searched for."""

import datetime
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from core.findable import ObjectRef
from search.query import Synonyms
from search.words import words_of

MOST_NAMES = 20
LONGEST_NAME = 100
LONGEST_SEARCH = 330
TOLD_FROM = 3
"""How often words must have been searched for before anybody is shown them."""
RARE_KEPT_FOR = datetime.timedelta(days=30)
MONTHS_KEPT = 24

Words = tuple[str, ...]


class EntryQuerySet(models.QuerySet):
    def of_objects(self, objects: Iterable[ObjectRef]) -> "EntryQuerySet":
        return self.filter(_is_of(objects))

    def but_of_objects(self, objects: Iterable[ObjectRef]) -> "EntryQuerySet":
        return self.exclude(_is_of(objects))

    def labelled(self, facet: str, value: str) -> "EntryQuerySet":
        return self.filter(labels__facet=facet, labels__value=value)

    def not_expired(self) -> "EntryQuerySet":
        return self.exclude(expires_at__lte=timezone.now())

    def expired(self) -> "EntryQuerySet":
        # Said though it follows: the index of what expires is then used, not the whole table read.
        return self.filter(expires_at__isnull=False, expires_at__lte=timezone.now())

    def newest_first(self) -> "EntryQuerySet":
        return self.order_by(
            F("date").desc(nulls_last=True),
            "-object_id",
            F("start").asc(nulls_last=True),
            "place",
            "ref",
        )


def _is_of(objects: Iterable[ObjectRef]) -> Q:
    by_model: dict[str, list[int]] = {}
    for model, pk in objects:
        by_model.setdefault(model, []).append(pk)
    said = Q(pk__in=[])
    for model, pks in by_model.items():
        said |= Q(model=model, object_id__in=pks)
    return said


class Entry(models.Model):
    """A thing that a search can lead to. These rows are the truth; an index only follows them.

    They are written in the transaction that changes the object (search.entries).
    """

    ref = models.CharField(max_length=100, primary_key=True)
    """Its kind and key, as `topic:k3v9`."""
    kind = models.CharField(max_length=20)
    model = models.CharField(max_length=50)
    object_id = models.BigIntegerField()
    revision = models.CharField(max_length=40)
    """Which state of the object it was written from."""
    digest = models.CharField(max_length=32)
    """Of all that an index holds of it."""

    title = models.TextField()
    text = models.TextField(blank=True)
    context = models.TextField(blank=True)
    fragment = models.CharField(max_length=100, blank=True)
    start = models.PositiveIntegerField(null=True)
    place = models.PositiveIntegerField(default=0)
    date = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    weight = models.FloatField(default=1.0)
    expires_at = models.DateTimeField(null=True)

    title_stems = models.TextField()
    stems = models.TextField()
    """The stems of title, text and context, parted and framed by blanks; a ¶ between the three."""

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["model", "object_id"]),
            models.Index(fields=["kind", "date"]),
            # What is related is told by these alone: the rows themselves are wide.
            models.Index(
                fields=["ref", "kind", "model", "object_id", "date", "place", "expires_at"],
                name="search_entry_brief",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="search_entry_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def object_ref(self) -> ObjectRef:
        return self.model, self.object_id

    @property
    def key(self) -> str:
        return self.ref.partition(":")[2]

    def values_of(self, facet: str) -> list[str]:
        return [label.value for label in self.labels.all() if label.facet == facet]


class EntryLabel(models.Model):
    """A host or a tag of an entry, by slug."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="labels")
    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facet", "value", "entry"], name="search_label_once")
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value}"


class ChangeQuerySet(models.QuerySet):
    def waiting(self) -> "ChangeQuerySet":
        """Return what the index has not heard of yet, oldest first."""
        return self.filter(heard_at=None).order_by("pk")


class Change(models.Model):
    """An object whose entries changed: left for the index, and kept a moment longer for readers.

    Who writes entries does so in turns, so keys tell which change was the later.
    """

    model = models.CharField(max_length=50)
    object_id = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(heard_at=None), name="search_change_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    @property
    def object_ref(self) -> ObjectRef:
        return self.model, self.object_id


class GlossaryTermQuerySet(models.QuerySet):
    def synonyms(self) -> Synonyms:
        """Return the names of each term, as the table has them now."""
        return _sets_of_names(tuple(self.values_list("term", "also")))


class GlossaryTerm(models.Model):
    """A word of the trade and what else it is called: a search for one finds the others."""

    term = models.CharField(
        _("term"), max_length=LONGEST_NAME, unique=True, help_text=_("As it is written: “ComCat”.")
    )
    also = models.TextField(
        _("also called"),
        help_text=_(
            "Other names that mean the same, each on a line: “Commonwealth Catalog”. "
            "Plurals and capitals need no line of their own."
        ),
    )
    meaning = models.TextField(
        _("meaning"),
        blank=True,
        max_length=500,
        help_text=_("In one or two sentences, for somebody in their first week."),
    )
    misheard = models.TextField(
        _("heard as"),
        blank=True,
        help_text=_(
            "What machines write when it is said, each on a line: “calm cat”. "
            "Transcripts are corrected by these when they are brought in."
        ),
    )

    panels = [
        FieldPanel("term"),
        FieldPanel("also"),
        FieldPanel("meaning"),
        FieldPanel("misheard"),
    ]

    objects = GlossaryTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary")
        ordering = [Lower("term")]

    def __str__(self) -> str:
        return self.term

    @property
    def names(self) -> list[str]:
        """The term and its other names."""
        return _names(self.term, self.also)

    def clean(self) -> None:
        """Trim the names and refuse what would make searches unclear.

        Names are the same where their words are: capitals, accents and hyphens do not tell.
        """
        self.term, *others = self.names
        self.also = "\n".join(others)
        if len(others) > MOST_NAMES:
            raise ValidationError({"also": _("At most %(most)d names.") % {"most": MOST_NAMES}})
        taken = _terms_by_words(GlossaryTerm.objects.exclude(pk=self.pk))
        own: dict[Words, str] = {}
        for field, name in [("term", self.term), *(("also", name) for name in others)]:
            if fault := _fault(name, own, taken):
                raise ValidationError({field: fault})
            own[tuple(words_of(name))] = name


def _fault(name: str, own: Mapping[Words, str], taken: Mapping[Words, str]) -> str:
    """Return why a name is refused; blank if it is not."""
    words = tuple(words_of(name))
    if not name:
        return ""
    if not words:
        return _("“%(name)s” has no word in it.") % {"name": name}
    if len(name) > LONGEST_NAME:
        said = {"name": name[:40], "most": LONGEST_NAME}
        return _("“%(name)s…” is too long: at most %(most)d characters.") % said
    if words in own:
        said = {"name": name, "other": own[words]}
        return _("“%(name)s” is there twice: for a search it is the same as “%(other)s”.") % said
    if words in taken:
        said = {"name": name, "term": taken[words]}
        return _("“%(name)s” is a name of “%(term)s” already. Add the others there.") % said
    return ""


def _terms_by_words(terms: GlossaryTermQuerySet) -> dict[Words, str]:
    """Return which term each name belongs to, by the words of the name."""
    return {tuple(words_of(name)): names[0] for names in terms.synonyms() for name in names}


def _names(term: str, also: str) -> list[str]:
    lines = (" ".join(line.split()) for line in also.splitlines())
    return [" ".join(term.split()), *filter(None, lines)]


@lru_cache(maxsize=2)
def _sets_of_names(rows: tuple[tuple[str, str], ...]) -> Synonyms:
    return tuple(tuple(_names(*row)) for row in rows)


class SearchedWordsQuerySet(models.QuerySet):
    def tellable(self) -> "SearchedWordsQuerySet":
        """What was searched often enough, in all months together, to name nobody."""
        often = SearchedWords.objects.summed().filter(total__gte=TOLD_FROM)
        return self.filter(words__in=often.values("words"))

    def forgettable(self, today: datetime.date) -> "SearchedWordsQuerySet":
        """What is too old, and what is not tellable and was not searched lately."""
        given_up = SearchedWords.objects.summed().filter(
            total__lt=TOLD_FROM, latest__lt=today - RARE_KEPT_FOR
        )
        oldest = month_of(today, MONTHS_KEPT)
        return self.filter(Q(month__lt=oldest) | Q(words__in=given_up.values("words")))

    def summed(self) -> "SearchedWordsQuerySet":
        """Return a row for all months of the same words."""
        sums = {
            "total": Sum("times"),
            "not_found": Sum("times_not_found"),
            "latest": Max("last_searched"),
        }
        return self.order_by().values("words").annotate(**sums)


class SearchedWords(models.Model):
    """Words searched for in a month and how often. By whom is not known (search.asked)."""

    words = models.CharField(max_length=LONGEST_SEARCH)
    """As `words_of` reads them, parted by blanks."""
    month = models.DateField()
    """Its first day."""
    times = models.PositiveIntegerField(default=0)
    times_not_found = models.PositiveIntegerField(default=0)
    last_searched = models.DateField()

    objects = SearchedWordsQuerySet.as_manager()

    class Meta:
        verbose_name = _("searched words")
        verbose_name_plural = _("searched words")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["words", "month"], name="search_words_once_a_month")
        ]

    def __str__(self) -> str:
        return self.words


def month_of(day: datetime.date, months_before: int = 0) -> datetime.date:
    """Return the first day of the month of a day, or of one before it."""
    years, month = divmod(day.month - 1 - months_before, 12)
    return datetime.date(day.year + years, month + 1, 1)
