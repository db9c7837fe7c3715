"""Entries made up to search in, and what is asked of them; the same each time."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from django.utils.text import slugify

from chats.findable import CHATS, SAID, WEIGHT_OF_PASSAGE
from chats.models import ChatArchivePage, ChatPage
from chats.passages import WORDS_OF_PASSAGE
from core.findable import Findable, FindableText
from operate.benchmarks.language import SEED, TAGS, some_words
from operate.benchmarks.load.chats import make_chats
from operate.benchmarks.load.planting import HOSTS, spread
from search.entries import BREAK, refresh
from search.models import Entry
from search.words import STOP_WORDS, words_of

TOPICS_PER_CHAT = 19
ENTRIES_PER_CHAT = TOPICS_PER_CHAT + 1
TITLE_WORDS = 4, 10
TEXT_WORDS = 8, 90
PASSAGES_PER_HOUR = 72
PASSAGE_WORDS = WORDS_OF_PASSAGE - 10, WORDS_OF_PASSAGE


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


def write_entries(count: int) -> None:
    """Add chats with entries, written as at a publish, until there are so many."""
    archive = ChatArchivePage.objects.get()
    missing = count // ENTRIES_PER_CHAT - ChatPage.objects.count()
    known = set(ChatPage.objects.values_list("pk", flat=True))
    if missing > 0:
        make_chats(archive, missing, topics=0)
    refresh(MADE_UP, ChatPage.objects.exclude(pk__in=known).values_list("pk", flat=True))


def write_transcripts(hours: int) -> None:
    """Have entries of what was said in so many hours, an hour a chat while there are chats."""
    Entry.objects.filter(kind=SAID).delete()
    spoken = _spoken(hours)
    refresh(replace(MADE_UP, texts=partial(_texts, spoken=spoken)), spoken)


def topics_of(chat: ChatPage) -> list[FindableText]:
    chance = random.Random(f"{SEED}-{chat.pk}")  # noqa: S311 - words, not secrets
    hosts = _hosts(chance)
    return [_topic(chat, place, hosts, chance) for place in range(1, TOPICS_PER_CHAT + 1)]


def passage_of(chat: ChatPage, place: int) -> FindableText:
    """Return a stretch of its transcript, counted from 0."""
    hosts = _hosts(random.Random(f"{SEED}-{chat.pk}"))  # noqa: S311
    chance = random.Random(f"{SEED}-{chat.pk}-{place}")  # noqa: S311
    start = place * 3600 // PASSAGES_PER_HOUR
    return FindableText(
        kind=SAID,
        key=f"{chat.pk}-{start}",
        title="",
        text=some_words(chance.randint(*PASSAGE_WORDS), chance),
        fragment=f"t={start}",
        start=start,
        place=start,
        date=chat.date,
        hosts=hosts,
        tags=tuple(slugify(tag) for tag in chance.sample(TAGS, chance.randint(0, 3))),
        weight=WEIGHT_OF_PASSAGE,
    )


def some_texts(count: int, chance: random.Random, hours: int = 0) -> list[Said]:
    """Return topics drawn from all chats; of transcripts, topics and passages of their chats."""
    spoken = _spoken(hours)
    chats = ChatPage.objects.published().order_by("pk").only("pk", "date")
    asked = list(chats.filter(pk__in=spoken) if hours else chats)

    def drawn() -> FindableText:
        chat = chance.choice(asked)
        place = chance.choice(range(TOPICS_PER_CHAT + spoken[chat.pk] * PASSAGES_PER_HOUR))
        beyond = place - TOPICS_PER_CHAT
        return topics_of(chat)[place] if beyond < 0 else passage_of(chat, beyond)

    texts = [drawn() for _ in range(count)]
    return [Said(text, [*words_of(text.title), BREAK, *words_of(text.text)]) for text in texts]


def _spoken(hours: int) -> Counter[int]:
    """Return how many hours of transcripts a chat has, by primary key."""
    chats = ChatPage.objects.published().order_by("pk")
    return spread(hours, chats.values_list("pk", flat=True))


def _hosts(chance: random.Random) -> tuple[str, ...]:
    return tuple(slugify(host) for host in chance.sample(HOSTS, chance.randint(1, 3)))


def _topic(
    chat: ChatPage, place: int, hosts: tuple[str, ...], chance: random.Random
) -> FindableText:
    tags = chance.sample(TAGS, chance.randint(0, 3))
    return FindableText(
        kind="topic",
        key=f"{chat.pk}-{place}",
        title=some_words(chance.randint(*TITLE_WORDS), chance).capitalize(),
        text=some_words(chance.randint(*TEXT_WORDS), chance) if chance.random() < 0.75 else "",
        context=" · ".join([*tags, *hosts]),
        place=place,
        date=chat.date,
        hosts=hosts,
        tags=tuple(slugify(tag) for tag in tags),
    )


def _texts(
    chats: Iterable[ChatPage], spoken: Counter[int]
) -> Iterator[tuple[ChatPage, list[FindableText]]]:
    for chat in chats:
        passages = range(spoken[chat.pk] * PASSAGES_PER_HOUR)
        whole = FindableText("chat", str(chat.pk), chat.title, date=chat.date, weight=0.8)
        yield chat, [whole, *topics_of(chat), *(passage_of(chat, place) for place in passages)]


MADE_UP = Findable(
    model=ChatPage,
    kinds=CHATS.kinds,
    visible=CHATS.visible,
    texts=partial(_texts, spoken=Counter()),
    addresses=CHATS.addresses,
)
"""Stands in for the chats' own: it makes up what they would read from their topics."""
