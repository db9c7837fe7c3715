"""How text becomes words: the same for what is indexed, asked, compared and marked."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

VERSION = 2
"""To be raised with every change of what this module returns: entries are then written anew."""

WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f]|['’](?=[^\W_]))*")
LONGEST = 40

# The stemmer takes these for forms of one word, and they are not: Porter's "illness" is an "ill".
ACRONYMS = frozenset({"ill"})

IRREGULAR = {
    "lost": "lose", "lent": "lend", "sent": "send", "paid": "pay", "kept": "keep", "held": "hold",
    "found": "find", "bought": "buy", "brought": "bring", "came": "come", "went": "go",
    "gone": "go", "took": "take", "taken": "take", "gave": "give", "given": "give",
    "wrote": "write", "written": "write", "broke": "break", "broken": "break", "tore": "tear",
    "torn": "tear", "stuck": "stick", "withdrew": "withdraw", "withdrawn": "withdraw",
    "froze": "freeze", "frozen": "freeze", "children": "child", "theses": "thesis",
}  # fmt: skip
"""Forms that no rule finds, of what is done with a book."""

STOP_WORDS = frozenset({
    "a", "about", "an", "and", "any", "anybody", "anyone", "are", "as", "at", "be", "been", "but",
    "by", "can", "could", "did", "do", "does", "for", "from", "get", "had", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "its", "just", "may", "me", "might", "must", "my", "of",
    "on", "or", "our", "shall", "should", "so", "some", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "to", "us", "was", "we", "were", "what", "when",
    "where", "which", "who", "whom", "whose", "why", "will", "with", "would", "you", "your",
})  # fmt: skip
"""Words of a question that do not tell what it is about."""

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()


class Token(NamedTuple):
    """A word of a text and where it stands there."""

    word: str
    """Without case, accents and the possessive."""
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    for match in WORD.finditer(text):
        if word := fold(match[0])[:LONGEST]:
            yield Token(word, match.start(), match.end())


def words_of(text: str) -> list[str]:
    return [word for found in WORD.findall(text) if (word := fold(found)[:LONGEST])]


def stems_of(text: str) -> list[str]:
    return [stem(word) for word in words_of(text)]


def places_of_stems(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the stem of each word of a text, and where that begins and ends."""
    stems, spans = [], []
    for match in WORD.finditer(text):
        if found := _stem_as_written(match[0]):
            stems.append(found)
            spans.append(match.span())
    return stems, spans


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Return a word without case, accents, apostrophes and the possessive."""
    text = text.replace("’", "'")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
        # A compatibility form can hold more than a word: blanks part words in what is stored.
        text = "".join(char for char in text.casefold() if char.isalnum() or char == "'")
    return text.lower().removesuffix("'s").replace("'", "")


@lru_cache(maxsize=10_000)
def _stem_as_written(text: str) -> str:
    """Return the stem of what `WORD` found; blank where nothing of it is a word."""
    word = fold(text)[:LONGEST]
    return stem(word) if word else ""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what the forms of an English word share; of any other word, itself."""
    if not (word.isascii() and word.isalpha()):
        return word
    word = IRREGULAR.get(word, word)
    with _stemming:
        stemmed = _stemmer.stemWord(word)
    if stemmed in ACRONYMS and word not in {stemmed, f"{stemmed}s"}:
        return word.removesuffix("es") if word.endswith("sses") else word
    return stemmed
