"""The whole site as a reader searches it: one list of all kinds, narrowed by its address."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Count
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from core.findable import addresses_of
from core.page_cache.parts import kept, kept_each
from search import offers
from search.answers import Door, WordsToTry, words_alike
from search.engines import FACETS, Counts, Narrowing
from search.kinds import kind_links, labels_of_kinds
from search.models import Entry, GlossaryTerm
from search.narrowed import Narrowed, NarrowingForm, WordsField
from search.query import tidy
from search.results import Results, expired_objects, find, lead_to
from search.showing import ShownHit, shown

SELECTS = ("year", "host", "tag")
NEWEST_CHATS = 3
LOOKED_AHEAD = 5
"""Of the next events, some of which may be cancelled."""
CHAT, EVENT = "chat", "event"
"""The kinds of which those without a hit are shown the newest, and the next."""

NamesOf = Callable[[str], dict[str, str]]
"""Called with a facet; returns the names that values of it have."""


def door() -> Door:
    return Door(_("Search"), reverse("search"), _("Search the whole site"))


@dataclass(frozen=True)
class SearchNarrowed(Narrowed):
    """What the search of the site is narrowed to."""

    kind: str = ""
    year: str = ""
    host: str = ""
    tag: str = ""

    @property
    def feed_query(self) -> str:
        """The query string of a feed of the same: what is new is of no other year."""
        return self.address("year")

    def narrowing(self) -> Narrowing:
        return Narrowing(chosen={name: v for name in FACETS if (v := getattr(self, name))})


class SearchForm(NarrowingForm):
    """The reader's choices. A value that nothing has is said to be so, and narrows nothing."""

    q = WordsField(label=_("Words"), required=False, widget=forms.HiddenInput)
    kind = WordsField(label=_("Kind"), required=False, widget=forms.HiddenInput)
    year = forms.ChoiceField(label=_("Year"), required=False)
    host = forms.ChoiceField(label=_("Person"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)

    nothing_chosen: ClassVar[dict] = {
        "year": _("Any year"),
        "host": _("Anybody"),
        "tag": _("Any tag"),
    }

    def __init__(self, data: QueryDict):
        super().__init__({name: tidy(data.get(name, "")) for name in self.base_fields})
        self.passed_over = ""
        """A kind that is none: no field of its own can say so."""
        self._labels = {"kind": labels_of_kinds() if self.data["kind"] else {}}
        for name in SELECTS:
            value = self.data[name]
            self.offer(name, [(value, value)] if value and _is_known(name, value) else [])

    def clean_kind(self) -> str:
        kind = self.cleaned_data["kind"]
        if kind and kind not in self._labels["kind"]:
            self.passed_over = kind
            return ""
        return kind

    def count(self, counts: Counts, names_of: NamesOf) -> None:
        """Offer what would leave something, and say how much; what is chosen stays offered."""
        for name in SELECTS:
            chosen, left = self.cleaned_data.get(name), dict(counts.get(name, {}))
            if chosen:
                left.setdefault(chosen, 0)
            self._labels[name] = _labelled(name, left, names_of)
            self.offer(name, [(v, f"{said} ({left[v]})") for v, said in self._labels[name].items()])
            if not left and not self.data[name]:
                del self.fields[name]

    @property
    def narrows(self) -> bool:
        """Whether something is chosen where it is not seen while its fold is shut."""
        return any(self.data[name] for name in SELECTS)

    def label_of(self, name: str, value: str) -> str:
        return self._labels[name].get(value, value)


def search_context(request: HttpRequest) -> dict:
    """Return what the search page shows, in a bounded number of queries."""
    form = SearchForm(request.GET)
    form.is_valid()
    narrowed = SearchNarrowed(**{name: form.cleaned_data.get(name, "") for name in form.fields})
    context = {
        "form": form,
        "narrowed": narrowed,
        "door": door(),
        "hidden": [field for field in form if field.name != "q" and field.value()],
        "description": _("Guides, chats, posts, events and people: everything here, searched."),
    }
    if not narrowed.is_active:
        return {**context, **_beginning(request)}
    return {**context, **_answer(request, form, narrowed)}


def _beginning(request: HttpRequest) -> dict:
    """Return what stands here before anything is asked."""
    counts = kept(request, "search:kinds", _count_by_kind)
    kinds = kind_links(counts, "", lambda kind: f"?{urlencode({'kind': kind})}")
    return {
        "examples": [
            WordsToTry(words, f"?{urlencode({'q': words})}")
            for offer in offers.examples
            for words in offer(request)
        ],
        "found_here": kinds[1:],
    }


def _count_by_kind() -> Counter[str]:
    """Count what can be found: all by an index alone, and those few apart that have expired."""
    entries = Entry.objects.order_by().values_list("kind")
    expired = Counter(kind for (kind,) in entries.expired())
    return Counter(dict(entries.annotate(count=Count("*")))) - expired


def _answer(request: HttpRequest, form: SearchForm, narrowed: SearchNarrowed) -> dict:
    narrowing = narrowed.narrowing()
    synonyms = kept(request, "search:synonyms", GlossaryTerm.objects.synonyms)
    results = find(
        narrowed.q,
        narrowing,
        request.GET.get("page"),
        synonyms=synonyms,
        expired=kept(request, "search:expired", expired_objects),
        addresses_of=lambda refs: kept_each(request, "search:address", refs, addresses_of),
    )
    form.count(results.counts, partial(_names_of, request))
    context = {
        "results": results,
        "listing": results.page,
        "hits": shown(results.hits),
        "kinds": kind_links(
            results.counts["kind"], narrowed.kind, lambda kind: narrowed.address(kind=kind)
        ),
        "filters": [chip for chip in form.chips(narrowed) if chip.name != "q"],
        "follow_refs": _followed_as(results, narrowed),
    }
    if results.suggestion:
        context["correction"] = narrowed.address(q=results.suggestion)
    if not results.total:
        context |= _instead(request, results, narrowed)
    return context


def _instead(request: HttpRequest, results: Results, narrowed: SearchNarrowed) -> dict:
    """Return what else to try, and whom to ask."""
    beginning, alike = words_alike(results, narrowed.narrowing())
    today = timezone.localdate()
    chats = Entry.objects.not_expired().filter(kind=CHAT, date__lte=today).newest_first()
    events = Entry.objects.not_expired().filter(kind=EVENT, date__gte=today).order_by("date", "ref")
    return {
        "near": shown(results.near),
        "more_alike": f"{reverse('search')}suggestions/?{urlencode({'q': beginning})}",
        "alike": [WordsToTry(words, narrowed.address(q=words)) for words in alike],
        "ask_href": next((href for offer in offers.ask_at if (href := offer(request))), ""),
        "next_events": [one for one in _shown(events[:LOOKED_AHEAD]) if not one.is_off][:1],
        "newest_chats": _shown(chats[:NEWEST_CHATS]),
    }


def _shown(entries: Iterable[Entry]) -> list[ShownHit]:
    return shown(lead_to(entries))


def _followed_as(results: Results, narrowed: SearchNarrowed) -> list[str]:
    """Return what follows the search that was answered."""
    words = results.suggestion or narrowed.q
    chosen = {name: getattr(narrowed, name) for name in FACETS}
    return [ref for offer in offers.followed_as for ref in offer(words, chosen)]


def _is_known(facet: str, value: str) -> bool:
    entries = Entry.objects.not_expired()
    if facet == "year":
        is_year = value.isascii() and value.isdecimal() and len(value) == 4
        return is_year and entries.filter(year=int(value)).exists()
    return entries.labelled(facet, value).exists()


def _labelled(facet: str, values: Collection[str], names_of: NamesOf) -> dict[str, str]:
    """Return the values with their labels: the newest year first, others by their names."""
    if facet == "year":
        return {year: year for year in sorted(values, key=int, reverse=True)}
    names = names_of(facet) if values else {}
    named = {value: names.get(value, value) for value in values}
    return dict(sorted(named.items(), key=lambda one: (one[1].casefold(), one[0])))


def _names_of(request: HttpRequest, facet: str) -> dict[str, str]:
    read = _names_of_tags if facet == "tag" else _names_of_hosts
    return kept(request, f"search:names:{facet}", read)


def _names_of_tags() -> dict[str, str]:
    return dict(Tag.objects.values_list("slug", "name"))


def _names_of_hosts() -> dict[str, str]:
    return {slug: name for offer in offers.host_names for slug, name in offer().items()}
