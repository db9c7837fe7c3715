"""Entries made up to search in, and what is asked of them; the same each time.

Words are distributed as they are in language: the n-th commonest is said 1/n as often as the first.
"""

import random
from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from django.utils.text import slugify

from chats.findable import CHATS
from chats.models import ChatArchivePage, ChatPage
from core.findable import Findable, FindableText
from operate.management.commands.generate_load import HOSTS, QUESTIONS, TAGS, THINGS, fill
from search.entries import BREAK, refresh
from search.models import Change, Entry
from search.words import STOP_WORDS, words_of

SEED = 1
TOPICS_PER_CHAT = 19
ENTRIES_PER_CHAT = TOPICS_PER_CHAT + 1
WORDS = 8000
TITLE_WORDS = 4, 10
TEXT_WORDS = 8, 90
BANDS = {"frequent": (0, 100), "middling": (100, 1000), "rare": (1000, WORDS)}
"""Ranks of content words, the commonest first."""

COMMON = (
    "the to a we of and in is it you for that they on with be this have not are if as or at do "
    "so can how but from there what when"
)
ONSETS = "b br c ch cl d dr f fl g gr h j l m n p pl qu r s sh st t tr v w".split()  # noqa: SIM905
VOWELS = "a e i o u ai ea ou".split()  # noqa: SIM905
CODAS = ["", "", "", "l", "m", "n", "nd", "r", "rt", "s", "ss", "st", "t", "x"]


@dataclass(frozen=True)
class Said:
    """A topic and the words in it, for questions that find it."""

    text: FindableText
    words: list[str]

    def telling_words(self) -> list[str]:
        return sorted({word for word in self.words if word not in STOP_WORDS and len(word) > 2})

    def telling_pairs(self) -> list[tuple[str, str]]:
        """Return words that follow each other: none ends the title whose next begins the text."""
        pairs = pairwise(self.words)
        return [pair for pair in pairs if BREAK not in pair and not STOP_WORDS.issuperset(pair)]


def clear() -> None:
    """Take out all chats and entries there are."""
    ChatPage.objects.all().delete()
    Entry.objects.all().delete()
    Change.objects.all().delete()


def write_entries(count: int) -> None:
    """Add chats with entries, written as at a publish, until there are so many."""
    archive = ChatArchivePage.objects.get()
    missing = count // ENTRIES_PER_CHAT - ChatPage.objects.count()
    known = set(ChatPage.objects.values_list("pk", flat=True))
    if missing > 0:
        fill(archive, missing, topics=0)
    refresh(MADE_UP, ChatPage.objects.exclude(pk__in=known).values_list("pk", flat=True))


def topics_of(chat: ChatPage) -> list[FindableText]:
    chance = random.Random(f"{SEED}-{chat.pk}")  # noqa: S311 - words, not secrets
    hosts = tuple(slugify(host) for host in chance.sample(HOSTS, chance.randint(1, 3)))
    return [_topic(chat, place, hosts, chance) for place in range(1, TOPICS_PER_CHAT + 1)]


def some_topics(count: int, chance: random.Random) -> list[Said]:
    """Return topics drawn from all chats."""
    chats = list(ChatPage.objects.published().order_by("pk").only("pk", "date"))
    drawn = (chance.choice(topics_of(chance.choice(chats))) for _ in range(count))
    return [Said(text, [*words_of(text.title), BREAK, *words_of(text.text)]) for text in drawn]


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


def _syllable(chance: random.Random) -> str:
    return chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS)


@lru_cache
def _shares() -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 2.7) for rank in range(1, WORDS + 1)))


def _words(count: int, chance: random.Random) -> str:
    words, shares = vocabulary(), _shares()
    drawn = (bisect(shares, chance.random() * shares[-1]) for _ in range(count))
    return " ".join(words[min(place, WORDS - 1)] for place in drawn)


def _topic(
    chat: ChatPage, place: int, hosts: tuple[str, ...], chance: random.Random
) -> FindableText:
    tags = chance.sample(TAGS, chance.randint(0, 3))
    return FindableText(
        kind="topic",
        key=f"{chat.pk}-{place}",
        title=_words(chance.randint(*TITLE_WORDS), chance).capitalize(),
        text=_words(chance.randint(*TEXT_WORDS), chance) if chance.random() < 0.75 else "",
        context=" · ".join([*tags, *hosts]),
        place=place,
        date=chat.date,
        hosts=hosts,
        tags=tuple(slugify(tag) for tag in tags),
    )


def _texts(chats: Iterable[ChatPage]) -> Iterator[tuple[ChatPage, list[FindableText]]]:
    for chat in chats:
        topics = topics_of(chat)
        whole = FindableText("chat", str(chat.pk), chat.title, date=chat.date, weight=0.8)
        yield chat, [whole, *topics]


MADE_UP = Findable(
    model=ChatPage,
    kinds=CHATS.kinds,
    visible=CHATS.visible,
    texts=_texts,
    addresses=CHATS.addresses,
)
"""Stands in for the chats' own: it makes up what they would read from their topics."""
