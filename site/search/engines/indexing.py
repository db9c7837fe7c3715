"""What the engines that keep an index have in common."""

import bisect
import heapq
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.findable import ObjectRef
from search.models import Entry
from search.words import STOP_WORDS, words_of

RECENT_BOOST = 0.2
"""What the newest gains; half of it after a year."""
COMPLETIONS_WEIGHED = 60
SHORTEST_TO_CORRECT = 3
SHORTEST_FOR_TWO_EDITS = 7
SHORTEST_TO_COMPLETE = 4
LIKELY_COMPLETIONS = 3


def object_term(ref: ObjectRef) -> str:
    return f"{ref[0]}:{ref[1]}"


def object_ref(term: str) -> ObjectRef:
    model, _colon, pk = term.rpartition(":")
    return model, int(pk)


def offered_words(entry: Entry) -> set[str]:
    """Return the words of an entry that beginnings are completed to and slips corrected."""
    said = f"{entry.title} {entry.text} {entry.context}"
    return {word for word in words_of(said) if not word.isdecimal()} - STOP_WORDS


def edits_allowed(word: str) -> int:
    """Return how many slips a word may have in it; 0 for one that is not corrected."""
    if len(word) < SHORTEST_TO_CORRECT or not word.isalpha():
        return 0
    return 2 if len(word) >= SHORTEST_FOR_TWO_EDITS else 1


class Vocabulary:
    """Words, each with how many entries have it."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.words = sorted(counts)
        self.counts = counts

    def beginning(self, beginning: str, limit: int) -> list[str]:
        """Return the commonest words that begin so."""
        first = bisect.bisect_left(self.words, beginning)
        last = bisect.bisect_right(self.words, beginning + "\U0010ffff")
        return heapq.nsmallest(limit, self.words[first:last], key=self._rareness)

    def like(self, word: str) -> list[str]:
        """Return words that may have been meant, the likeliest first."""
        if not (edits := edits_allowed(word)):
            return []
        near = process.extract(
            word, self.words, scorer=OSA.distance, processor=None, score_cutoff=edits, limit=None
        )
        slips = {other: distance for other, distance, _place in near if other.isalpha()}
        if len(word) >= SHORTEST_TO_COMPLETE:
            # Nothing but the end is missing: likelier than two slips, less likely than one.
            completed = self.beginning(word, LIKELY_COMPLETIONS)
            slips |= {other: 1.5 for other in completed if slips.get(other) != 1}
        return sorted(
            slips, key=lambda other: (slips[other], other[0] != word[0], self._rareness(other))
        )

    def _rareness(self, word: str) -> tuple[int, str]:
        return -self.counts[word], word
