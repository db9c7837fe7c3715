"""What a reader asks: words, all of them meant; "a phrase"; -without; this OR that.

Wildcards, fields and other syntax of engines are no more than blanks here.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from search.words import STOP_WORDS, stem, words_of

MAX_LENGTH = 200
"""Characters of a query; the rest is passed over."""
MAX_TERMS = 12
MAX_TERMS_TO_SPLIT = 4
LONGEST_TO_SPLIT = 20

SYNONYM, COMPOUND = 0.7, 0.8
"""What a match of another form counts, where that of the words themselves counts 1."""

OPERATORS = {"AND", "OR", "NOT"}
QUOTES = str.maketrans("“”„«»", '"' * 5)
PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Alternative:
    """Stems that must follow each other; one alone for a word."""

    stems: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Term:
    """A part of what was asked, met by any of its alternatives."""

    words: tuple[str, ...]
    """As typed, without case and accents; several are a phrase, in quotes or with a hyphen."""
    alternatives: tuple[Alternative, ...]
    quoted: bool = False
    is_choice: bool = False
    """Whether the reader named alternatives, by OR."""

    @property
    def is_word(self) -> bool:
        return len(self.words) == 1 and not self.quoted and not self.is_choice

    def or_else(self, others: Iterable[Alternative]) -> "Term":
        """Return the term met by others too; each way once, as what it counts most."""
        known = {alternative.stems for alternative in self.alternatives}
        added = {other.stems: other for other in others if other.stems not in known}
        return replace(self, alternatives=(*self.alternatives, *added.values()))


@dataclass(frozen=True)
class Query:
    """Every term must be met, and none of what is unwanted."""

    terms: tuple[Term, ...] = ()
    unwanted: tuple[Alternative, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def without_terms(self, places: Container[int]) -> "Query":
        rest = (term for place, term in enumerate(self.terms) if place not in places)
        return replace(self, terms=tuple(rest))

    def alternatives(self) -> Iterator[Alternative]:
        for term in self.terms:
            yield from term.alternatives


def tidy(text: str) -> str:
    """Return a query on one line, capped, without what databases refuse."""
    printable = "".join(char if char.isprintable() else " " for char in text[: MAX_LENGTH * 4])
    return " ".join(printable.split())[:MAX_LENGTH].strip()


def is_question(words: str) -> bool:
    """Say whether a query asks for something, or keeps something out."""
    query = parse(words)
    return bool(query or query.unwanted)


@lru_cache(maxsize=200)
def parse(text: str) -> Query:
    """Read a query as typed. Words that only make it a question count if there is nothing else."""
    asked, unwanted = [], []
    joined = negated = False
    for part in PART.finditer(tidy(text).translate(QUOTES)):
        operator = part["word"] if not part["minus"] else None
        if operator in OPERATORS:
            joined, negated = operator == "OR", operator == "NOT"
            continue
        words = tuple(words_of(part["phrase"] or part["word"] or ""))
        if not words:
            continue
        alternative = Alternative(tuple(stem(word) for word in words))
        if part["minus"] or negated:
            unwanted.append(alternative)
        elif joined and asked:
            asked[-1] = replace(asked[-1].or_else([alternative]), is_choice=True)
        elif len(asked) < MAX_TERMS:
            asked.append(Term(words, (alternative,), quoted=part["phrase"] is not None))
        joined = negated = False
    telling = [term for term in asked if not (term.is_word and term.words[0] in STOP_WORDS)]
    return Query(tuple(telling or asked), tuple(unwanted[:MAX_TERMS]))


Synonyms = Sequence[Sequence[str]]
"""Names that mean the same, set by set."""
NamesByStem = dict[str, list[tuple[tuple[str, ...], list[Alternative]]]]


def widen(query: Query, synonyms: Synonyms) -> Query:
    """Let each word be met by its other forms too: com cat, ComCat, Commonwealth Catalog."""
    others: list[list[Alternative]] = [[] for _term in query.terms]
    _join_neighbours(query, others)
    if len(query.terms) <= MAX_TERMS_TO_SPLIT:
        for place, term in enumerate(query.terms):
            if term.is_word:
                others[place] += _splits(term.words[0])
    for place, term in enumerate(query.terms):
        if len(term.words) > 1 and not term.quoted:
            others[place].append(Alternative((stem("".join(term.words)),), COMPOUND))
    _add_synonyms(query, synonyms, others)
    widened = (term.or_else(more) for term, more in zip(query.terms, others, strict=True))
    return replace(query, terms=tuple(widened))


def _join_neighbours(query: Query, others: list[list[Alternative]]) -> None:
    for place, (one, next_one) in enumerate(pairwise(query.terms)):
        if one.is_word and next_one.is_word:
            joined = Alternative((stem(one.words[0] + next_one.words[0]),), COMPOUND)
            others[place].append(joined)
            others[place + 1].append(joined)


def _splits(word: str) -> Iterator[Alternative]:
    """Yield a word in two, at every place: an engine passes over what is not in its index."""
    if len(word) > LONGEST_TO_SPLIT:
        return
    for place in range(1 if word[0] == "e" else 2, len(word) - 1):
        yield Alternative((stem(word[:place]), stem(word[place:])), COMPOUND)


def _add_synonyms(query: Query, synonyms: Synonyms, others: list[list[Alternative]]) -> None:
    asked = [() if term.is_choice else _telling_stems(term.words) for term in query.terms]
    names = _names_by_first_stem(tuple(map(tuple, synonyms)))
    for begin, stems in enumerate(asked):
        for name, ways in names.get(stems[0], ()) if stems else ():
            for place in range(begin, _end_of(name, asked, begin)):
                others[place] += ways


@lru_cache(maxsize=2)
def _names_by_first_stem(synonyms: tuple[tuple[str, ...], ...]) -> NamesByStem:
    """Sort names so that a query meets only those it may say."""
    found: NamesByStem = {}
    for names in synonyms:
        for stems, ways in _ways_to_say(names):
            found.setdefault(stems[0], []).append((stems, ways))
    return found


@lru_cache(maxsize=2000)
def _ways_to_say(names: tuple[str, ...]) -> list[tuple[tuple[str, ...], list[Alternative]]]:
    """Return of each name what it is known by and what else says it."""
    known = [words for name in names if (words := words_of(name))]
    ways = [Alternative(tuple(map(stem, words)), SYNONYM) for words in known]
    return [
        (_telling_stems(words), [way for way in ways if way != own])
        for words, own in zip(known, ways, strict=True)
    ]


def _telling_stems(words: Sequence[str]) -> tuple[str, ...]:
    """Return the stems a name is known by. A query has lost its stop words: so must the name.

    But with them gone "on hold" would be any hold: one word alone does not stand for several.
    """
    telling = [word for word in words if word not in STOP_WORDS]
    return tuple(map(stem, telling if len(telling) > 1 else words))


def _end_of(name: tuple[str, ...], asked: list[tuple[str, ...]], begin: int) -> int:
    """Return before which term a name ends that the query says from `begin` on; 0 for none.

    It says it as words in a row or as one phrase.
    """
    said: tuple[str, ...] = ()
    for end, stems in enumerate(asked[begin:], begin + 1):
        said += stems
        if not stems or len(said) >= len(name):
            return end if said == name else 0
    return 0
