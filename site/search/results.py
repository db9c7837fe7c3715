"""A reader's question answered: what is found, where it stands, and what else to try."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TypeVar

from django.core.paginator import Page as PageOfList
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.safestring import SafeString

from core.findable import ObjectRef, addresses_of
from search.engines import (
    Counts,
    Found,
    Narrowing,
    NoIndex,
    SearchEngine,
    current_engine,
    fallback_engine,
)
from search.engines.ahead import Ahead
from search.following import LAGS_AFTER
from search.highlights import excerpt, is_marked, mark
from search.models import Change, Entry, GlossaryTerm
from search.query import OPERATORS, Alternative, Query, Synonyms, parse, tidy, widen
from search.words import STOP_WORDS, tokens

Answer = TypeVar("Answer")
AddressesOf = Callable[[Iterable[ObjectRef]], Mapping[ObjectRef, str]]

logger = logging.getLogger(__name__)

HITS_PER_PAGE = 20
NEAR_HITS = 5
MOST_LEFT_OUT = 3
SECONDS_FOR_NEAR = 0.3
MOST_ATTEMPTS = 5
"""To answer from one state, while what is found is being changed."""
SUGGESTIONS = 8
SHORTEST_TO_COMPLETE = 2
MOST_PENDING = 500
"""Changes an index may be behind; the table answers where there are more, or older ones."""


@dataclass(frozen=True)
class Hit:
    """Something found, and where it is read now."""

    entry: Entry
    href: str
    title: SafeString
    text: SafeString
    """Where the words stand in the text, else its beginning."""
    context: SafeString
    """Where they stand beside it; blank if they are in title or text."""

    @property
    def excerpt(self) -> SafeString:
        """The one of them that shows the words."""
        shown = (part for part in (self.text, self.title, self.context) if is_marked(part))
        return next(shown, self.text)


@dataclass(frozen=True)
class Results:
    words: str
    """What was asked, on one line."""
    hits: list[Hit]
    page: PageOfList
    counts: Counts
    suggestion: str = ""
    """Words probably meant. The hits are theirs: what was asked is nowhere."""
    near: list[Hit] = field(default_factory=list)
    """Where there are no hits: some for all words but as few as must be left out."""
    left_out: str = ""
    """Those words."""

    @property
    def total(self) -> int:
        return self.page.paginator.count


def find(
    text: str,
    narrowing: Narrowing,
    page: object = 1,
    per_page: int = HITS_PER_PAGE,
    *,
    synonyms: Synonyms | None = None,
    expired: frozenset[ObjectRef] | None = None,
    addresses_of: AddressesOf = addresses_of,
) -> Results:
    """Answer a query as typed. Raises nothing for it, however odd.

    Where nothing has the words, the answer is that of the words probably meant. `synonyms` are
    those of the glossary, `expired` what `expired_objects` returns, and `addresses_of` tells where
    objects are read that readers may see, for who has these at hand.
    """
    for _attempt in range(MOST_ATTEMPTS):
        asking = _Asking(narrowing, per_page, synonyms, expired, addresses_of)
        results = _find(asking, tidy(text), page)
        if not asking.was_overtaken(results):
            break
    return results


def _find(asking: "_Asking", words: str, page: object) -> Results:
    query = asking.read(words)
    results = asking.answer(words, query, page)
    if results.total or not query:
        return results
    corrected = asking.correct(words)
    if corrected:
        query = asking.read(corrected)
        of_corrected = asking.answer(words, query, page)
        if of_corrected.total:
            return replace(of_corrected, suggestion=corrected)
    near, left_out = asking.near(query)
    return replace(results, near=near, left_out=left_out)


def complete(text: str, narrowing: Narrowing, limit: int = SUGGESTIONS) -> list[str]:
    """Return queries that what was typed so far may become; each of them finds something."""
    words = tidy(text)
    last = max(tokens(words), key=lambda token: token.start, default=None)
    is_done = text[-1:].isspace() or last is None or last.end < len(words)
    if is_done or len(last.word) < SHORTEST_TO_COMPLETE:
        return []
    before = words[: last.start]
    asking = _Asking(narrowing, limit)
    endings = asking.ask(
        lambda engine: engine.complete(
            asking.read(before) if before.strip() else Query(), last.word, asking.narrowing, limit
        )
    )
    return [before + ending for ending in endings]


def expired_objects() -> frozenset[ObjectRef]:
    """Return what is past its time and still in the index, until the worker has taken it down."""
    return frozenset(Entry.objects.expired().values_list("model", "object_id").distinct())


def lead_to(entries: Iterable[Entry]) -> list[Hit]:
    """Return entries as hits of no words, in their order; those that may not be seen are gone."""
    entries = list(entries)
    addresses = addresses_of(entry.object_ref for entry in entries)
    return [
        _hit(entry, addresses[entry.object_ref], [])
        for entry in entries
        if entry.object_ref in addresses
    ]


class _Asking:
    """One request's view of the index: what is hidden of it, and who answers."""

    def __init__(
        self,
        narrowing: Narrowing,
        per_page: int,
        synonyms: Synonyms | None = None,
        expired: frozenset[ObjectRef] | None = None,
        addresses_of: AddressesOf = addresses_of,
    ) -> None:
        self.per_page = per_page
        self.addresses_of = addresses_of
        # First: what comes between the two is waiting, and later than the newest.
        self.newest = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        pending = list(Change.objects.waiting()[: MOST_PENDING + 1])
        lags = len(pending) > MOST_PENDING or any(
            change.made_at < timezone.now() - LAGS_AFTER for change in pending
        )
        self.engine = fallback_engine() if lags else current_engine()
        self.pending = {change.object_ref for change in pending}
        if pending and not lags:
            self.engine = Ahead(self.engine, self.pending)
        hidden = expired_objects() if expired is None else expired
        self.narrowing = replace(narrowing, hidden=hidden)
        self.synonyms = GlossaryTerm.objects.synonyms() if synonyms is None else synonyms

    def read(self, words: str) -> Query:
        return widen(parse(words), self.synonyms)

    def ask(self, question: Callable[[SearchEngine], Answer]) -> Answer:
        """Put a question to the engine, or to the table where the engine cannot answer."""
        try:
            return question(self.engine)
        except NoIndex:
            logger.info("There is no search index; the table answers.")
        except Exception:
            logger.exception("The search index failed; the table answers.")
        self.engine = fallback_engine()
        return question(self.engine)

    def answer(self, words: str, query: Query, page: object) -> Results:
        number = _number(page)
        found = self._look(query, number)
        if not found.refs and found.total:
            number = -(-found.total // self.per_page)
            found = self._look(query, number)
        hits = self._hits(found.refs, query)
        # What the index has and may not be seen any more is not counted either.
        total = found.total - (len(found.refs) - len(hits))
        listing = Paginator(range(total), self.per_page).get_page(number)
        return Results(words, hits, listing, found.counts)

    def correct(self, words: str) -> str:
        """Return the query with unknown words as they were probably meant; blank if none is."""
        corrected, end = [], 0
        for token in tokens(words):
            is_operator = words[token.start : token.end] in OPERATORS
            if token.word in STOP_WORDS or is_operator:
                continue
            if other := self.ask(lambda engine, word=token.word: engine.suggest(word)):
                corrected += [words[end : token.start], other]
                end = token.end
        return "".join([*corrected, words[end:]]) if corrected else ""

    def near(self, query: Query) -> tuple[list[Hit], str]:
        """Return hits of all words but as few as must be, and those; of several, what fits fewest.

        Looks only as long as a reader can be let wait.
        """
        deadline = time.monotonic() + SECONDS_FOR_NEAR
        for left_out in range(1, min(len(query.terms), MOST_LEFT_OUT + 1)):
            tried = []
            for places in combinations(range(len(query.terms)), left_out):
                if time.monotonic() > deadline:
                    break
                rest = query.without_terms(places)
                found = self._look(rest, 1)
                if found.total:
                    tried.append((found.total, places, rest, found))
            if tried:
                _total, places, rest, found = min(tried)
                words = [" ".join(query.terms[place].words) for place in places]
                return self._hits(found.refs[:NEAR_HITS], rest), " ".join(words)
        return [], ""

    def was_overtaken(self, results: Results) -> bool:
        """Say whether what was read for this answer may be of before and after a change."""
        since = Change.objects.filter(pk__gt=self.newest).values_list("model", "object_id")
        read = {hit.entry.object_ref for hit in (*results.hits, *results.near)}
        return not (self.pending | read).isdisjoint(since)

    def _look(self, query: Query, number: int) -> Found:
        offset = (number - 1) * self.per_page
        if not query:
            return fallback_engine().search(query, self.narrowing, offset, self.per_page)
        return self.ask(lambda engine: engine.search(query, self.narrowing, offset, self.per_page))

    def _hits(self, refs: list[str], query: Query) -> list[Hit]:
        """Return what may be seen of the entries, in their order."""
        entries = Entry.objects.not_expired().defer("title_stems", "stems").in_bulk(refs)
        addresses = self.addresses_of(entry.object_ref for entry in entries.values())
        ways = list(query.alternatives())
        return [
            _hit(entry, addresses[entry.object_ref], ways)
            for entry in filter(None, map(entries.get, refs))
            if entry.object_ref in addresses
        ]


def _hit(entry: Entry, address: str, ways: list[Alternative]) -> Hit:
    fragment = f"#{entry.fragment}" if entry.fragment else ""
    title, text = mark(entry.title, ways), excerpt(entry.text, ways)
    beside = not (is_marked(title) or is_marked(text))
    context = excerpt(entry.context, ways) if beside else SafeString()
    return Hit(entry, address + fragment, title, text, context)


def _number(page: object) -> int:
    """Return the number of a page as asked for in an address; the first for what is none."""
    text = str(page)
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
