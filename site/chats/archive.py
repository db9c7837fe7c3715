"""The archive as a reader narrows it down: by words, year, host, tag and state together."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from chats.cards import Card, Cards
from chats.findable import CHATS
from chats.hits import KINDS
from chats.models import ChatHost, ChatPage, ChatQuerySet, TopicTag
from chats.news import RECORDINGS
from chats.states import ChatState
from core.lazy import lazily
from core.page_cache.parts import kept
from people.models import Person
from search.answers import WordsToTry, words_alike
from search.engines import Counts, Narrowing
from search.narrowed import Narrowed, NarrowingForm, WordsField
from search.query import tidy
from search.results import Results, find
from search.showing import shown
from updates import searches
from updates.following import Ref

CHATS_PER_PAGE = 20
NEWEST_CHATS = 3
NEAR = 2
"""Pages before and after the one that is shown: of the farther two, components/pages.html says “…”.
"""
FACETS = ("year", "host", "tag")
"""The filters whose values are offered with the number of what each would leave."""


class Choice(NamedTuple):
    """A value of a filter, as all chats have it."""

    value: str
    label: str
    chats: int


class ArchiveFilterForm(NarrowingForm):
    """The reader's choices. An unknown value is said to be so, and narrows nothing."""

    q = WordsField(label=_("Words"), required=False, widget=forms.HiddenInput)
    year = forms.ChoiceField(label=_("Year"), required=False)
    host = forms.ChoiceField(label=_("Host"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    nothing_chosen = {
        "year": _("Any year"),
        "host": _("Any host"),
        "tag": _("Any tag"),
        "state": _("Any state"),
    }

    def __init__(self, data: QueryDict, known: dict[str, list[Choice]]):
        super().__init__({**data.dict(), "q": tidy(data.get("q", ""))})
        self.known = known
        for name, choices in self.known.items():
            self.offer(name, [(choice.value, choice.label) for choice in choices])
        self.offer("state", ChatState.choices)

    def count(self, counts: Counts) -> None:
        """Offer what would leave something, and say how much; what is chosen stays offered."""
        for name, choices in self.known.items():
            chosen, left = self.cleaned_data.get(name), counts.get(name, {})
            offered = [one for one in choices if one.value in left or one.value == chosen]
            self.offer(
                name, [(one.value, f"{one.label} ({left.get(one.value, 0)})") for one in offered]
            )

    def label_of(self, name: str, value: str) -> str:
        if name not in self.known:
            return str(ChatState(value).label)
        return next(choice.label for choice in self.known[name] if choice.value == value)


def _known(chats: ChatQuerySet) -> dict[str, list[Choice]]:
    """Return every year, host and tag that these chats have, in the order to be offered."""
    pks = chats.values("pk")
    years = chats.order_by("-date__year").values_list("date__year").annotate(Count("pk"))
    hosts = Person.objects.filter(hosted_chats__page__in=pks)
    tags = Tag.objects.filter(tagged_topics__content_object__page__in=pks).order_by("name")
    in_chats = {
        "host": hosts.annotate(chats=Count("hosted_chats__page", distinct=True)),
        "tag": tags.annotate(chats=Count("tagged_topics__content_object__page", distinct=True)),
    }
    return {
        "year": [Choice(str(year), str(year), count) for year, count in years],
        **{
            name: [Choice(*row) for row in rows.values_list("slug", "name", "chats")]
            for name, rows in in_chats.items()
        },
    }


@dataclass(frozen=True)
class ArchiveFilter(Narrowed):
    """What the archive is narrowed to; blank narrows nothing."""

    year: str = ""
    host: str = ""
    tag: str = ""
    state: str = ""

    @property
    def feed_query(self) -> str:
        """The query string of what a feed is narrowed by; blank for that of all chats."""
        narrowed = replace(self, year="", state="")
        return narrowed.address() if narrowed.is_active else ""

    def but(self, name: str) -> "ArchiveFilter":
        return replace(self, **{name: ""})

    def narrow(self, chats: ChatQuerySet) -> ChatQuerySet:
        """Return the chats that every choice leaves; words are for the search to find."""
        if self.year:
            chats = chats.filter(date__year=int(self.year))
        if self.host:
            hosted = ChatHost.objects.filter(person__slug=self.host)
            chats = chats.filter(pk__in=hosted.values("page"))
        if self.tag:
            tagged = TopicTag.objects.filter(tag__slug=self.tag)
            chats = chats.filter(pk__in=tagged.values("content_object__page"))
        if self.state:
            chats = chats.with_state().filter(state_in_database=self.state)
        return chats

    def narrowing(self, chats: ChatQuerySet) -> Narrowing:
        """Return the same for the search. The state hangs on the clock: no index has it."""
        chosen = {name: value for name in FACETS if (value := getattr(self, name))}
        within = None
        if self.state:
            in_state = ArchiveFilter(state=self.state).narrow(chats)
            within = frozenset((CHATS.label, pk) for pk in in_state.values_list("pk", flat=True))
        return Narrowing(KINDS, chosen, within)


class ListedChat(NamedTuple):
    """A chat's place in the archive."""

    pk: int
    year: int
    year_begins: bool
    cards: Cards

    @property
    def card(self) -> Card | None:
        return self.cards.get(self.pk)


class ListPaginator(Paginator):
    """Of hundreds of pages, of which components/pages.html says a word of a few.

    Its range has those alone: the first, the last, and what is near the one that is shown.
    """

    page_range: Iterable[int] = ()

    def get_page(self, number: str | None) -> Page:
        page = super().get_page(number)
        ends = (1, self.num_pages)
        self.page_range = [
            n for n in super().page_range if n in ends or abs(n - page.number) <= NEAR
        ]
        return page


def archive_context(request: HttpRequest, chats: ChatQuerySet) -> dict:
    """Return what the archive page shows for a query string, in a bounded number of queries.

    `kept_as` names the list of chats among the parts that are kept; blank for what is no list, or
    of a choice that is not known: addresses of such are without number.
    """
    published, data = chats.published(), request.GET
    form = ArchiveFilterForm(data, kept(request, "chats.known", lambda: _known(published)))
    form.is_valid()
    narrowing = ArchiveFilter(**{name: form.cleaned_data.get(name, "") for name in form.fields})
    page = data.get("page")
    if narrowing.asks:
        answer = _hits_context(narrowing, published, form, page)
    else:
        narrowed = f"chats.counts{narrowing.address()}"
        counts = kept(request, narrowed, lambda: _counts(narrowing, published, form.known))
        answer = _list_context(narrowing, published, form, counts, page)
    return {
        "narrowing": narrowing,
        "has_any": bool(form.known["year"]),
        "follow_refs": _follow_refs(narrowing, answer.get("results")),
        **lazily(lambda: _chosen(form, narrowing), "hidden", "chips"),
        **answer,
    }


def _chosen(form: ArchiveFilterForm, narrowing: ArchiveFilter) -> dict:
    """Return what is in force: as fields that a search sends along, and with the way out of it."""
    return {
        "hidden": [field for field in form if field.name != "q" and field.value()],
        "chips": form.chips(narrowing),
    }


def _follow_refs(narrowing: ArchiveFilter, results: Results | None) -> list[str]:
    """Return what may be followed here: the search that was answered, else all recordings."""
    if results is None:
        return [str(Ref(RECORDINGS))]
    return searches.refs_of(results.suggestion or narrowing.q, asdict(narrowing))


def _hits_context(
    narrowing: ArchiveFilter, chats: ChatQuerySet, form: ArchiveFilterForm, page: str | None
) -> dict:
    looked_through = narrowing.narrowing(chats)
    results = find(narrowing.q, looked_through, page)
    form.count(results.counts)
    context = {
        "form": form,
        "results": results,
        "listing": results.page,
        "hits": shown(results.hits),
    }
    if results.suggestion:
        context["correction"] = narrowing.address(q=results.suggestion)
    if not results.total:
        beginning, alike = words_alike(results, looked_through)
        context |= {
            "near": shown(results.near),
            "filters": [chip for chip in form.chips(narrowing) if chip.name != "q"],
            "more_alike": f"suggestions/?{urlencode({'q': beginning})}",
            "alike": [WordsToTry(words, narrowing.address(q=words)) for words in alike],
            "newest_chats": chats.past().newest_first().for_listing()[:NEWEST_CHATS],
            "next_chat": chats.upcoming().first(),
        }
    return context


def _list_context(
    narrowing: ArchiveFilter,
    chats: ChatQuerySet,
    form: ArchiveFilterForm,
    counts: Counts,
    page: str | None,
) -> dict:
    listing = ListPaginator(range(_total(narrowing, counts)), CHATS_PER_PAGE).get_page(page)

    def looked_up() -> dict:
        form.count(counts)
        found = narrowing.narrow(chats).newest_first().values_list("pk", "date")
        places = listing.object_list
        shown = list(found[places.start : places.stop])
        return {"form": form, "listed": _listed(shown, narrowing.tag)}

    return {
        "listing": listing,
        "kept_as": "" if form.errors else narrowing.address(),
        **lazily(looked_up, "form", "listed"),
    }


def _total(narrowing: ArchiveFilter, counts: Counts) -> int:
    """Return how many chats every choice leaves: each is of one year."""
    years = counts["year"]
    return years.get(narrowing.year, 0) if narrowing.year else sum(years.values())


def _counts(
    narrowing: ArchiveFilter, chats: ChatQuerySet, known: dict[str, list[Choice]]
) -> Counts:
    """Count the chats that each value would leave, with all other choices in force."""
    counts: Counts = {}
    for name in FACETS:
        others = narrowing.but(name)
        if others.is_active:
            counted = _counted(name, others.narrow(chats).values("pk"))
            counts[name] = {str(value): count for value, count in counted}
        else:
            counts[name] = {choice.value: choice.chats for choice in known[name]}
    return counts


def _counted(name: str, pks: QuerySet) -> QuerySet:
    """Return the values of these chats, each with how many of them have it."""
    if name == "year":
        years = ChatPage.objects.filter(pk__in=pks).order_by()
        return years.values_list("date__year").annotate(Count("pk"))
    if name == "host":
        hosts = ChatHost.objects.filter(page__in=pks).order_by()
        return hosts.values_list("person__slug").annotate(Count("page", distinct=True))
    tags = TopicTag.objects.filter(content_object__page__in=pks).order_by()
    return tags.values_list("tag__slug").annotate(Count("content_object__page", distinct=True))


def _listed(found: list[tuple[int, datetime.date]], tag: str) -> list[ListedChat]:
    cards = Cards([pk for pk, _date in found], tag)
    years = [None, *(date.year for _pk, date in found)]
    return [
        ListedChat(pk, date.year, date.year != before, cards)
        for (pk, date), before in zip(found, years, strict=False)
    ]
