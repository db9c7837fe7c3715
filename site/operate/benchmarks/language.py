"""Words made up to fill an archive with, the same each time.

They are distributed as they are in language: the n-th commonest is said 1/n as often as the first.
"""

import random
from bisect import bisect
from functools import lru_cache
from itertools import accumulate

from search.words import STOP_WORDS, words_of

SEED = 1
WORDS = 8000
BANDS = {"frequent": (0, 100), "middling": (100, 1000), "rare": (1000, WORDS)}
"""Ranks of content words, the commonest first."""

THINGS = [
    "lost book", "damaged disc", "microfilm reel", "book club set", "scanned chapter", "recall",
    "large-print book", "renewal", "tracking label", "courier bag", "route code", "due date",
    "hold shelf", "request form", "lender string", "conditional reply", "bill", "patron notice",
    "school holiday", "statistics report", "catalog record", "local history file", "map", "score",
    "thesis", "sound recording", "packing slip", "rubber band", "reference loan", "holiday list",
]  # fmt: skip
QUESTIONS = [
    "who pays for the {a}?", "can we renew a {a} after the {b}?", "how long do you keep a {a}?",
    "what does the {a} say when the {b} is missing?", "where does the {a} go with a {b}?",
    "news about the {a}", "does anybody lend a {a} with a {b}?", "the {a} that came back as a {b}",
    "how do you count a {a} on the {b}?", "first steps with the {a}",
]  # fmt: skip
TAGS = [
    "renewals", "delivery", "copyright", "scanning", "labels", "fees", "lost items", "holds",
    "statistics", "training", "schools", "international", "microfilm", "book clubs", "ebooks",
    "packaging", "closings", "unfilled", "mail", "damage",
]  # fmt: skip
COMMON = (
    "the to a we of and in is it you for that they on with be this have not are if as or at do "
    "so can how but from there what when"
)
ONSETS = "b br c ch cl d dr f fl g gr h j l m n p pl qu r s sh st t tr v w".split()  # noqa: SIM905
VOWELS = "a e i o u ai ea ou".split()  # noqa: SIM905
CODAS = ["", "", "", "l", "m", "n", "nd", "r", "rt", "s", "ss", "st", "t", "x"]


@lru_cache
def vocabulary() -> tuple[str, ...]:
    """All words, the commonest first: those of questions and of the trade, then made-up ones."""
    chance = random.Random(SEED)  # noqa: S311
    trade = list(dict.fromkeys(words_of(" ".join([*THINGS, *QUESTIONS, *TAGS]))))
    common = list(dict.fromkeys([*words_of(COMMON), *trade]))
    chance.shuffle(common)
    words = dict.fromkeys(common)
    while len(words) < WORDS:
        syllables = range(chance.choice((1, 2, 2, 3, 3, 4)))
        words["".join(_syllable(chance) for _ in syllables)] = None
    return tuple(words)


@lru_cache
def words_in_band(band: str) -> tuple[str, ...]:
    first, last = BANDS[band]
    telling = [word for word in vocabulary() if word not in STOP_WORDS and len(word) > 2]
    return tuple(telling[first:last])


def some_words(count: int, chance: random.Random) -> str:
    words, shares = vocabulary(), _shares()
    drawn = (bisect(shares, chance.random() * shares[-1]) for _ in range(count))
    return " ".join(words[min(place, WORDS - 1)] for place in drawn)


def _syllable(chance: random.Random) -> str:
    return chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)


@lru_cache
def _shares() -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 2.7) for rank in range(1, WORDS + 1)))
