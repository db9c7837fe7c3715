"""How long searches take, beside SQLite's FTS5 over the same entries."""

import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.conf import settings
from django.core.management import CommandError

from chats.findable import CHATS
from chats.models import ChatPage
from operate.benchmarks import corpus, fts5, language
from operate.benchmarks.corpus import Said
from operate.benchmarks.times import Times, summed_up, timed, took
from search import following
from search.engines import Found, Narrowing, SearchEngine, current_engine
from search.engines.postgres import PostgresEngine
from search.models import Change, Entry
from search.query import Query, parse, widen
from search.results import HITS_PER_PAGE, SUGGESTIONS, find

SEED = 2
PUBLISHED = 10
LONG_ENOUGH_TO_SLIP = 5
TYPED = 3
"""Letters of a word that is being typed."""


@dataclass(frozen=True)
class Question:
    words: str
    query: Query
    narrowing: Narrowing = field(default_factory=Narrowing)
    beginning: str = ""
    """Of a further word, which is being typed."""
    meant: str = ""
    """The words without the slip in them."""

    @classmethod
    def of(cls, words: str, **more: object) -> "Question":
        return cls(words, widen(parse(words), []), **more)


@dataclass(frozen=True)
class Compared:
    ours: Times
    fts5: Times | None
    """None where it has nothing of the kind."""


@dataclass(frozen=True)
class Measure:
    entries: int
    kinds: dict[str, Compared]
    whole: Times
    """Of `search.results.find` for single words: with rows, visibility and highlights."""
    vocabulary: Times
    """Of FTS5's list of terms that begin as the last word does, for comparison."""
    seconds: dict[str, float]
    """To write entries, to make our index, to make FTS5's."""
    published: float
    """Milliseconds until a changed chat is in the index, and the first search after."""
    megabytes: dict[str, float]
    """Of our index, of FTS5's, and of memory in each process that searches."""
    corrected: float
    """The share of slips of which the word meant was suggested."""


def measure(size: int, questions: int, folder: Path, hours: int = 0) -> Measure:
    """Bring the corpus to that many entries and ask so many questions of each kind.

    `hours` of transcripts are beside them.
    """
    theirs_at = folder / f"fts5-{size}-{hours}.sqlite3"

    def write_entries() -> None:
        corpus.write_entries(size)
        corpus.write_transcripts(hours)

    seconds = {
        "entries": took(write_entries) / 1000,
        "ours": took(following.rebuild) / 1000,
        "fts5": took(lambda: fts5.write(theirs_at, following.all_entries())) / 1000,
    }
    engine, theirs = current_engine(), fts5.Fts5(theirs_at)
    megabytes = {
        "ours": _size(engine) / 2**20,
        "fts5": theirs_at.stat().st_size / 2**20,
        "memory": _memory(lambda: _ask_first(engine)),
    }
    asked = draw(questions, hours)
    result = Measure(
        entries=Entry.objects.count(),
        kinds={kind: _compare(kind, asked[kind], engine, theirs) for kind in asked},
        whole=summed_up(
            took(lambda one=one: find(one.words, one.narrowing)) for one in asked["word"]
        ),
        vocabulary=summed_up(
            took(lambda one=one: theirs.complete(one.beginning, SUGGESTIONS))
            for one in asked["prefix"]
        ),
        seconds=seconds,
        published=median(_publish(engine) for _ in range(PUBLISHED)),
        megabytes=megabytes,
        corrected=sum(engine.suggest(one.words) == one.meant for one in asked["typo"]) / questions,
    )
    theirs.close()
    return result


def draw(count: int, hours: int = 0) -> dict[str, list[Question]]:
    """Return questions by kind, a third each of frequent, middling and rare words."""
    chance = random.Random(SEED)  # noqa: S311 - questions, not secrets
    texts = corpus.some_texts(count * 10, chance, hours)

    def other_word(said: Said) -> str:
        return chance.choice(said.telling_words())

    def narrowing(said: Said) -> Narrowing:
        host = chance.choice(said.text.hosts)
        return Narrowing(chosen={"year": str(said.text.date.year), "host": host})

    drawing: dict[str, Callable[[Said, str], Question]] = {
        "word": lambda said, word: Question.of(word),
        "two words": lambda said, word: Question.of(f"{word} {other_word(said)}"),
        "phrase": lambda said, word: Question.of(
            f'"{" ".join(chance.choice(_pairs(said, word)))}"'
        ),
        "filtered": lambda said, word: Question.of(word, narrowing=narrowing(said)),
        "prefix": lambda said, word: Question.of(
            chance.choice(["", other_word(said)]), beginning=word[:TYPED]
        ),
        "typo": lambda said, word: Question.of(_slip(word, chance), meant=word),
    }
    return {
        kind: [drawn(*one) for one in _words(texts, count, chance)]
        for kind, drawn in drawing.items()
    }


def _words(texts: list[Said], count: int, chance: random.Random) -> Iterator[tuple[Said, str]]:
    """Yield words and a text that says each, from all bands in turn."""
    bands = [frozenset(language.words_in_band(band)) for band in language.BANDS]
    by_band = [
        [
            (said, word)
            for said in texts
            for word in said.telling_words()
            if word in band and len(word) >= LONG_ENOUGH_TO_SLIP
        ]
        for band in bands
    ]
    for number in range(count):
        yield chance.choice(by_band[number % len(bands)])


def _pairs(said: Said, word: str) -> list[tuple[str, str]]:
    return [pair for pair in said.telling_pairs() if word in pair] or said.telling_pairs()


def _slip(word: str, chance: random.Random) -> str:
    """Leave out a letter, double one, or change two about."""
    place = chance.randrange(1, len(word) - 1)
    slips = [
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    ]
    return chance.choice([slip for slip in slips if slip != word])


def _compare(
    kind: str, questions: list[Question], engine: SearchEngine, theirs: fts5.Fts5
) -> Compared:
    """Ask both in turn, so that whatever else the machine does slows both down."""
    ours, other = _asking(kind, engine), _asking_fts5(kind, theirs)
    for question in questions[: len(questions) // 10]:
        ours(question)
        other(question)
    times: tuple[list[float], list[float]] = [], []
    for question in questions:
        time, answer = timed(lambda question=question: ours(question))
        times[0].append(time)
        time, other_answer = timed(lambda question=question: other(question))
        times[1].append(time)
        if kind not in {"prefix", "typo"} and answer.total < other_answer.total:
            raise CommandError(f"FTS5 finds more for {question.words}.")
    return Compared(summed_up(times[0]), summed_up(times[1]) if kind != "typo" else None)


def _asking(kind: str, engine: SearchEngine) -> Callable[[Question], object]:
    def search(question: Question) -> Found:
        return engine.search(question.query, question.narrowing, 0, HITS_PER_PAGE)

    def complete(question: Question) -> list[str]:
        return engine.complete(question.query, question.beginning, question.narrowing, SUGGESTIONS)

    def correct(question: Question) -> Found:
        return search(Question.of(engine.suggest(question.words) or question.words))

    return {"prefix": complete, "typo": correct}.get(kind, search)


def _asking_fts5(kind: str, theirs: fts5.Fts5) -> Callable[[Question], object]:
    def search(question: Question) -> Found:
        match = fts5.matching(question.query, question.beginning)
        return theirs.search(match, question.narrowing, 0, HITS_PER_PAGE)

    return (lambda question: None) if kind == "typo" else search


def _publish(engine: SearchEngine) -> float:
    """Have a chat followed as after a publish, and search."""
    chat = ChatPage.objects.order_by("?").first()
    Change.objects.create(model=CHATS.label, object_id=chat.pk)
    return took(following.drain) + took(lambda: engine.search(parse("book"), Narrowing(), 0, 1))


def _ask_first(engine: SearchEngine) -> None:
    """Ask what has a process read all that it keeps of an index."""
    engine.search(parse("book"), Narrowing(), 0, 1)
    engine.suggest("boook")


def _memory(work: Callable[[], object]) -> float:
    """Return how many megabytes stay in use for what was done for the first time."""
    tracemalloc.start()
    work()
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / 2**20


def _size(engine: SearchEngine) -> int:
    if isinstance(engine, PostgresEngine):
        return engine.size()
    files = Path(settings.SEARCH_INDEX).rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file())
