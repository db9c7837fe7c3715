"""Many readers in many processes and threads, while what they read changes."""

import datetime
import gc
import json
import os
import random
import re
import statistics
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from chats.importers import ImportedChat, ImportedTopic, Parsed
from chats.importing import import_chats
from chats.models import ChatArchivePage
from search import following
from search.engines import Narrowing
from search.engines.whoosh_index import WhooshEngine
from search.models import Change, Entry
from search.results import complete, find
from tests.search.corpus import found_in, look
from tests.search.processes import end, start
from tests.soak import SOAK

READERS, SECONDS = (20, 60) if SOAK else (6, 5)
CHATS = 30 if SOAK else 8
THREADS = 4
GENERATIONS = 2000 if SOAK else 30

SHAPES = {0: 0, 1: 3, 2: 4, 3: 2}
"""How many topics a chat has in each state of the list; it comes in with the first."""


def state_of_the_list(state: int) -> Parsed:
    """The list a team keeps, as it is at one time: each topic says its chat and that time."""
    first = datetime.date(2023, 1, 4)
    return Parsed(
        tuple(
            ImportedChat(
                date=first + datetime.timedelta(weeks=chat),
                line=chat,
                hosts=(f"Host{chat % 5} Lindqvist",),
                topics=tuple(
                    ImportedTopic(60 * place, f"Courier chat{chat}x part{place}x state{state}x")
                    for place in range(1, topics_in(state) + 1)
                ),
            )
            for chat in range(CHATS)
        ),
        (),
    )


def topics_in(state: int) -> int:
    return SHAPES[(state - 1) % 3 + 1] if state else 0


class Reader:
    """Asks on and on, and judges every answer by what can have been right."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.faults: list[str] = []
        self.times: list[float] = []
        self.known: dict[int, int] = {}
        """Of each chat, the newest state seen."""

    def read_until(self, moment: float) -> None:
        while time.monotonic() < moment:
            began = time.perf_counter()
            try:
                self.chance.choice([self.ask_for_a_chat, self.ask_for_all, self.begin_a_word])()
            except Exception:
                self.faults.append(traceback.format_exc())
            self.times.append(time.perf_counter() - began)

    def ask_for_a_chat(self) -> None:
        chat = self.chance.randrange(CHATS)
        results = find(f"chat{chat}x courier", Narrowing(kinds=("topic",)))
        if results.suggestion:
            return
        states = {self._state(hit.entry.title) for hit in results.hits}
        chats = {self._number(hit.entry.title, "chat") for hit in results.hits}
        parts = sorted(self._number(hit.entry.title, "part") for hit in results.hits)
        self.expect(chats <= {chat}, f"chat {chat}: {chats}")
        self.expect(len(states) <= 1, f"chat {chat}: states {states}")
        for state in states:
            wanted = list(range(1, topics_in(state) + 1))
            self.expect(parts == wanted, f"chat {chat}: parts {parts} in state {state}")
            self.expect(state >= self.known.get(chat, 0), f"chat {chat}: state {state} once more")
            self.known[chat] = state
        if not states:
            self.expect(chat not in self.known, f"chat {chat}: nothing any more")
        self.expect(results.total == len(results.hits), f"chat {chat}: total {results.total}")
        self.expect(
            results.counts["kind"].get("topic", 0) == results.total,
            f"chat {chat}: counts {results.counts} of {results.total}",
        )

    def ask_for_all(self) -> None:
        results = find("courier", Narrowing(kinds=("topic",)), page=self.chance.choice([1, 1, 2]))
        titles = [hit.entry.title for hit in results.hits]
        self.expect(all("Courier" in title for title in titles), f"titles {titles}")
        keys = [hit.entry.key for hit in results.hits]
        self.expect(len(set(keys)) == len(keys), f"one twice: {titles}")
        self.expect(results.total <= CHATS * max(SHAPES.values()), f"total {results.total}")

    def begin_a_word(self) -> None:
        chat = self.chance.randrange(CHATS)
        endings = complete(f"courier chat{chat}", Narrowing(kinds=("topic",)))
        good = all(ending.startswith(f"courier chat{chat}") for ending in endings)
        self.expect(good, f"endings {endings}")

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(what)

    def _state(self, title: str) -> int:
        return self._number(title, "state")

    def _number(self, title: str, name: str) -> int:
        return int(re.search(rf"{name}(\d+)x", title)[1])


def drain_until(moment: float) -> None:
    while time.monotonic() < moment:
        # The import leaves others hardly a gap to write in on SQLite; the worker tries again too.
        with suppress(OperationalError):
            following.drain()
        time.sleep(0.2)


def import_until(moment: float) -> None:
    state = 0
    while time.monotonic() < moment:
        state += 1
        import_chats(state_of_the_list(state), ChatArchivePage.objects.get())


def tell(path: Path, readers: list[Reader]) -> None:
    times = [seconds for reader in readers for seconds in reader.times]
    faults = [fault for reader in readers for fault in reader.faults]
    path.write_text(json.dumps({"times": times, "faults": faults}))


@pytest.fixture
def judged(tmp_path, capsys) -> Iterator[Callable[[int], None]]:
    """A function that reads what so many readers tell, and fails for any fault."""

    def judge(readers: int) -> None:
        told = [json.loads(path.read_text()) for path in tmp_path.glob("*.told")]
        assert len(told) == readers
        times = [seconds for one in told for seconds in one["times"]]
        faults = [fault for one in told for fault in one["faults"]]
        p95 = statistics.quantiles(times, n=20)[-1] * 1000
        with capsys.disabled():
            sys.stdout.write(f"{len(times)} searches, {len(faults)} faults, p95 {p95:.0f} ms\n")
        assert faults[:5] == []

    return judge


@pytest.mark.parametrize("beginning", ["with one", "without one"] if SOAK else ["with one"])
def test_many_processes_read_while_one_imports_and_one_follows(
    transactional_db, archive, tmp_path, judged, beginning
):
    if beginning == "with one":
        following.rebuild()
    moment = time.monotonic() + SECONDS

    def read(number: int) -> None:
        reader = Reader(number)
        reader.read_until(moment)
        tell(tmp_path / f"{number}.told", [reader])

    readers = [start(lambda number=number: read(number)) for number in range(READERS)]
    others = [start(lambda: import_until(moment)), start(lambda: drain_until(moment))]
    assert [end(pid) for pid in readers] == [0] * READERS
    ended = [end(pid) for pid in others]
    judged(READERS)
    assert ended == [0, 0]
    while following.drain():
        pass
    assert not Change.objects.waiting().exists()
    for chat in range(CHATS):
        entries = Entry.objects.filter(kind="topic", title__contains=f"chat{chat}x")
        found = found_in(WhooshEngine(), f"chat{chat}x", kinds=("topic",))
        assert found == {entry.key for entry in entries}


def test_threads_of_a_process_read_while_the_index_changes(
    transactional_db, archive, tmp_path, judged
):
    following.rebuild()
    moment = time.monotonic() + SECONDS / 2
    readers = [Reader(number) for number in range(THREADS)]

    def read(reader: Reader) -> None:
        try:
            reader.read_until(moment)
        finally:
            connections.close_all()

    others = [start(lambda: import_until(moment)), start(lambda: drain_until(moment))]
    threads = [threading.Thread(target=read, args=[reader]) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [end(pid) for pid in others] == [0, 0]
    tell(tmp_path / "threads.told", readers)
    judged(1)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def memory() -> int:
    """Return the bytes of this process in memory."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def maps_of_the_index(folder: str) -> int:
    return Path("/proc/self/maps").read_text().count(folder)


def test_a_reader_of_many_states_of_the_index_keeps_none(corpus, settings):
    for number in range(50):
        corpus.put(f"{number}", f"Map {number}", "Of a library with many maps.")
    corpus.tell()
    engine = WhooshEngine()
    seen = []
    for generation in range(GENERATIONS):
        corpus.put("0", f"Map 0 state{generation}", f"Word{generation % 50}.")
        corpus.tell()
        assert found_in(engine, f"state{generation}") == {"0"}
        look(engine, "library")
        if generation == GENERATIONS // 2 - 1 or generation == GENERATIONS - 1:
            gc.collect()
            seen.append((open_files(), maps_of_the_index(str(settings.SEARCH_INDEX)), memory()))
    (files, maps, size), (files_later, maps_later, size_later) = seen
    assert files_later <= files + 4
    assert maps_later <= maps + 8
    assert size_later - size < 8 * 2**20
