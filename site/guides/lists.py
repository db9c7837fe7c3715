"""All guides by subject, as a reader narrows them down: by type and by whom they are for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.lazy import lazily
from core.page_cache.parts import kept
from guides.findable import SECTION
from guides.models import GuideIndexPage, GuidePage, GuideType
from guides.news import ALL
from search.narrowed import Narrowed, NarrowingForm
from updates.following import Ref

Known = dict[str, dict[str, str]]
"""Every type and audience that guides have, by value, in the order to be offered."""

LEAST_LISTED = 3
"""Subjects, from which on the page begins with a list of them."""


@dataclass(frozen=True)
class NarrowedGuides(Narrowed):
    type: str = ""
    audience: str = ""

    def leaves(self, guide: GuidePage) -> bool:
        """Say whether a guide is left; one for nobody in particular is for all."""
        is_for_them = guide.audience is None or guide.audience.slug == self.audience
        return self.type in ("", guide.type) and (not self.audience or is_for_them)


class GuideFilterForm(NarrowingForm):
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    audience = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)

    nothing_chosen = {"type": gettext_lazy("Any type"), "audience": gettext_lazy("Anybody")}

    def __init__(self, data: QueryDict, known: Known):
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.known = known
        for name, labels in self.known.items():
            self.offer(name, list(labels.items()))

    def count(self, guides: list[GuidePage], narrowed: NarrowedGuides) -> None:
        """Offer what would leave something, and say how much; what is chosen stays offered.

        A filter without a value is not shown.
        """
        for name, labels in self.known.items():
            offered = []
            for value, label in labels.items():
                left = sum(map(replace(narrowed, **{name: value}).leaves, guides))
                if left or value == getattr(narrowed, name):
                    offered.append((value, f"{label} ({left})"))
            self.offer(name, offered)
            if not labels and name not in self.errors:
                del self.fields[name]

    def label_of(self, name: str, value: str) -> str:
        return self.known[name][value]


def _known(guides: list[GuidePage]) -> Known:
    types = {guide.type for guide in guides}
    audiences = {(one.name, one.slug) for guide in guides if (one := guide.audience)}
    return {
        "type": {value: str(label) for value, label in GuideType.choices if value in types},
        "audience": {slug: name for name, slug in sorted(audiences)},
    }


@dataclass(frozen=True)
class OfSubject:
    """A subject and its guides; slug and blurb are blank for those of none."""

    label: str
    slug: str
    blurb: str
    guides: list[GuidePage]

    @property
    def anchor(self) -> str:
        return f"subject-{self.slug}" if self.slug else "other"

    @property
    def href(self) -> str:
        return f"#{self.anchor}"


def index_context(index: GuideIndexPage, request: HttpRequest) -> dict:
    """Return what the page of all guides shows, in a number of queries that does not grow.

    `kept_as` names the list among the parts that are kept; blank for that of a choice that is not
    known: addresses of such are without number.
    """
    guides = SimpleLazyObject(lambda: _guides_below(index))
    known = kept(request, f"guides.known:{index.pk}", lambda: _known(guides))
    form = GuideFilterForm(request.GET, known)
    form.is_valid()
    narrowed = NarrowedGuides(**form.cleaned_data)
    looked_up = ("form", "chips", "count", "subjects", "listed_subjects")
    return {
        "has_any": bool(form.known["type"]),
        "is_narrowed": narrowed.is_active,
        "kept_as": "" if form.errors else narrowed.address(),
        "search_hidden": [{"name": "kind", "value": SECTION}],
        "follow_refs": [str(Ref(ALL))],
        **lazily(lambda: _looked_up(form, narrowed, guides), *looked_up),
    }


def _guides_below(index: GuideIndexPage) -> list[GuidePage]:
    return list(GuidePage.objects.published().child_of(index).for_lines().by_title())


def _looked_up(form: GuideFilterForm, narrowed: NarrowedGuides, guides: list[GuidePage]) -> dict:
    form.count(guides, narrowed)
    left = list(filter(narrowed.leaves, guides))
    subjects = _by_subject(left)
    return {
        "form": form,
        "chips": form.chips(narrowed),
        "count": len(left),
        "subjects": subjects,
        "listed_subjects": subjects if len(subjects) >= LEAST_LISTED else [],
    }


def _by_subject(guides: Iterable[GuidePage]) -> list[OfSubject]:
    """Return guides under their subjects, in the order of these; those of none come last."""
    by_subject: dict = {}
    for guide in guides:
        by_subject.setdefault(guide.subject, []).append(guide)
    others = by_subject.pop(None, [])
    ordered = sorted(by_subject, key=lambda subject: (subject.sort_order, subject.name))
    groups = [OfSubject(one.name, one.slug, one.blurb, by_subject[one]) for one in ordered]
    if others:
        groups.append(OfSubject(_("Other"), "", "", others))
    return groups
