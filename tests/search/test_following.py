"""How the index follows the table: whatever is killed, restored or done twice at once."""

import datetime
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from chats.importers import ImportedChat, ImportedTopic, Parsed
from chats.importing import import_chats
from chats.models import ChatArchivePage, ChatPage
from search import following
from search.engines import Busy, Narrowing, current_engine
from search.engines.whoosh_index import WhooshEngine
from search.entries import sweep
from search.models import Change, Entry
from search.results import find
from tests.factories.chats import make_chat, make_topic
from tests.search.corpus import Corpus, found_in
from tests.search.processes import DIED, die_in, end, kill, points, run, start, steps_of
from tests.soak import SOAK

POINTS = 400 if SOAK else 8


def index() -> WhooshEngine:
    return current_engine()


def in_index(words: str = "map") -> set[str]:
    """Return what the index finds by itself, as one opened now: no table stands in for it."""
    return found_in(WhooshEngine(), words)


def is_true_to_the_table() -> bool:
    """Say whether the index knows exactly what the table has."""
    seen = {}

    def note(known):
        seen.update(known)
        return set(), ()

    index().follow(note)
    rows = Entry.objects.values_list("ref", "model", "object_id", "digest")
    return seen == {ref: ((model, pk), digest) for ref, model, pk, digest in rows}


@pytest.fixture
def maps(corpus) -> Corpus:
    """Some maps that the index has heard of."""
    for number in range(30):
        corpus.put(f"{number}", f"Map {number} state0", "Of a library.", tags=("maps",))
    corpus.tell()
    return corpus


def change(corpus: Corpus, state: int) -> None:
    """Reword half of them, take one out, put one in; tell nobody but the table."""
    for number in range(0, 30, 2):
        corpus.put(f"{number}", f"Map {number} state{state}", "Of a library.", tags=("maps",))
    corpus.put(f"new {state}", f"Map new state{state}")
    if f"new {state - 1}" in corpus._pks:
        corpus.take_out(f"new {state - 1}")
    corpus.write()


# Change by change.


def test_changes_are_told_some_at_a_time(maps, monkeypatch):
    monkeypatch.setattr(following, "CHANGES_AT_ONCE", 10)
    change(maps, 1)
    assert Change.objects.waiting().count() == 16
    assert following.drain() is True
    assert Change.objects.waiting().count() == 6
    assert following.drain() is False
    assert not Change.objects.waiting().exists()
    assert following.drain() is False
    assert len(in_index("state1")) == 16
    assert is_true_to_the_table()


def files_of_index(settings) -> dict[Path, int]:
    files = Path(settings.SEARCH_INDEX).glob("*/*")
    return {path: path.stat().st_mtime_ns for path in files}


def test_without_changes_the_index_is_left_as_it_is(maps, settings):
    before = files_of_index(settings)
    following.drain()
    following.catch_up()
    assert files_of_index(settings) == before


def test_the_first_drain_makes_the_index(corpus, settings):
    corpus.put("a", "A map")
    corpus.write()
    assert not index().is_there()
    assert following.drain() is True
    assert index().is_there()
    assert in_index() == {"a"}
    assert not Change.objects.waiting().exists()


def test_told_but_not_crossed_off_is_told_again(maps, monkeypatch):
    change(maps, 1)
    with monkeypatch.context() as patch:
        patch.setattr(following, "_heard", fail)
        with pytest.raises(Interrupted):
            following.drain()
    assert len(in_index("state1")) == 16
    assert Change.objects.waiting().count() == 16
    following.drain()
    assert len(in_index("state1")) == 16
    assert not Change.objects.waiting().exists()
    assert is_true_to_the_table()


class Interrupted(Exception):
    pass


def fail(*arguments) -> None:
    raise Interrupted


def test_of_two_drains_the_later_word_stays(maps, monkeypatch):
    """One begins, a second tells what is newer, then the first goes on."""
    change(maps, 1)
    writing, overtaken = WhooshEngine.writing, []

    @contextmanager
    def overtaken_once(engine):
        if not overtaken:
            overtaken.append(True)
            change(maps, 2)
            following.drain()
        with writing(engine) as writer:
            yield writer

    monkeypatch.setattr(WhooshEngine, "writing", overtaken_once)
    following.drain()
    assert len(in_index("state2")) == 16
    assert in_index("state1") == set()
    assert is_true_to_the_table()


# As a whole.


def test_a_rebuild_is_told_as_it_goes(maps):
    told = []
    following.rebuild(lambda entries: (told.append(entry) or entry for entry in entries))
    assert len(told) == 30


def test_the_old_index_answers_and_is_told_while_a_new_one_is_made(maps):
    seen = []

    def meddle(entries: Iterable[Entry]) -> Iterable[Entry]:
        for number, entry in enumerate(entries):
            if number == 10:
                change(maps, 1)
                following.drain()
            if number == 20:
                change(maps, 2)
            seen.append(len(in_index("library")))
            yield entry

    following.rebuild(meddle)
    assert set(seen) == {30}
    assert len(in_index("state2")) == 16
    assert in_index("state1") == set()
    assert is_true_to_the_table()


def test_what_changes_at_the_last_moment_of_a_rebuild_is_told_after_it(maps, monkeypatch):
    differences = following.differences
    Change.objects.create(pk=1_000_000, model="people.library", object_id=maps.pk("1"))

    def overtaken(known):
        objects, entries = differences(known)
        entries = list(entries)
        change(maps, 1)
        # Keys may stand in any order here: what counts is which of them were there before.
        for place, row in enumerate(Change.objects.exclude(pk=1_000_000)):
            Change.objects.filter(pk=row.pk).update(id=500 + place)
        return objects, entries

    monkeypatch.setattr(following, "differences", overtaken)
    following.rebuild()
    monkeypatch.undo()
    assert not Change.objects.waiting().filter(pk=1_000_000).exists()
    assert Change.objects.waiting().exists()
    following.drain()
    assert len(in_index("state1")) == 16
    assert is_true_to_the_table()


@pytest.mark.parametrize("act", [following.catch_up, following.tidy, following.rebuild])
def test_an_index_that_missed_changes_gets_them(maps, act):
    change(maps, 1)
    Change.objects.all().delete()
    act()
    assert len(in_index("state1")) == 16
    assert is_true_to_the_table()


def test_tidying_leaves_one_segment_and_one_folder(maps, settings):
    for state in range(1, 6):
        change(maps, state)
        following.drain()
    (Path(settings.SEARCH_INDEX) / "left over").mkdir()
    following.tidy()
    folders = [path for path in Path(settings.SEARCH_INDEX).iterdir() if path.is_dir()]
    assert len(folders) == 1
    assert len(list(folders[0].glob("*.seg"))) == 1
    assert len(in_index("state5")) == 16
    assert in_index("state4") == set()


# A restore.


def test_an_index_older_than_the_database_catches_up(maps, settings, tmp_path):
    shutil.copytree(settings.SEARCH_INDEX, tmp_path / "backup")
    change(maps, 1)
    following.drain()
    shutil.rmtree(settings.SEARCH_INDEX)
    shutil.copytree(tmp_path / "backup", settings.SEARCH_INDEX)
    following.catch_up()
    assert len(in_index("state1")) == 16
    assert is_true_to_the_table()


def test_an_index_newer_than_the_database_catches_up(maps):
    said = {pk: list(texts) for pk, texts in maps.said.items()}
    change(maps, 1)
    following.drain()
    maps.said = said
    sweep()
    Change.objects.all().delete()
    assert len(in_index("state1")) == 16
    following.catch_up()
    assert in_index("state1") == set()
    assert len(in_index("state0")) == 30
    assert is_true_to_the_table()


def test_the_index_of_another_site_becomes_that_of_this_one(maps):
    Entry.objects.all().delete()
    maps.said.clear()
    for number in range(10):
        maps.put(f"other {number}", f"Atlas {number}")
    maps.write()
    Change.objects.all().delete()
    following.catch_up()
    assert in_index("map") == set()
    assert len(in_index("atlas")) == 10
    assert is_true_to_the_table()


def test_hits_of_an_index_newer_than_the_database_are_not_shown(archive):
    chat = make_chat(topics=[make_topic("Locusts", 5)])
    following.rebuild()
    Entry.objects.filter(object_id=chat.pk).delete()
    results = find("locusts", Narrowing())
    assert (results.hits, results.total) == ([], 0)


# Somebody else at it.


@contextmanager
def held(folder: Path, name: str):
    """Have another process hold a lock of the index."""
    told, tell = os.pipe()

    def hold() -> None:
        with (folder / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.write(tell, b"held")
            time.sleep(60)

    pid = start(hold)
    os.read(told, 4)
    try:
        yield
    finally:
        kill(pid)
        os.close(told)
        os.close(tell)


@pytest.fixture
def folder(transactional_db, maps, settings) -> Path:
    """The folder of an index whose database other processes see."""
    return Path(settings.SEARCH_INDEX)


def test_while_another_writes_changes_wait(folder, maps):
    change(maps, 1)
    with held(folder, "lock"):
        assert following.drain() is False
        following.catch_up()
        following.tidy()
        assert Change.objects.waiting().count() == 16
        assert in_index("state1") == set()
    following.drain()
    assert len(in_index("state1")) == 16


def test_one_index_is_made_at_a_time(folder, maps):
    change(maps, 1)
    with held(folder, "rebuild-lock"):
        with pytest.raises(Busy):
            following.rebuild()
        (folder / "current").unlink()
        assert following.drain() is False
        following.catch_up()
        assert not (folder / "current").exists()
        assert Change.objects.waiting().count() == 16
    following.drain()
    assert len(in_index("state1")) == 16


def test_two_rebuilds_and_four_drains_at_once(folder, maps):
    change(maps, 1)

    def rebuild_if_free() -> None:
        try:
            following.rebuild()
        except Busy:
            os._exit(9)

    def drain_for_a_while() -> None:
        for _time in range(20):
            following.drain()

    rebuilds = [start(rebuild_if_free) for _one in range(2)]
    drains = [start(drain_for_a_while) for _one in range(4)]
    for state in range(2, 6):
        change(maps, state)
    assert sorted(map(end, rebuilds)) in ([0, 0], [0, 9])
    assert [end(pid) for pid in drains] == [0] * 4
    following.drain()
    assert len(in_index("state5")) == 16
    assert in_index("state4") == set()
    assert is_true_to_the_table()


# Killed.


def act_and_die(
    corpus: Corpus, act: Callable[[], object], mend: Callable[[], object], most: int = POINTS
) -> None:
    """Kill a process at points of what it does; the index must know the old or the new state."""
    change(corpus, 1)
    steps = steps_of(act)
    mend()
    for state, step in enumerate(points(steps + 3, most), 2):
        change(corpus, state)
        die_in(act, step)
        old, new = in_index(f"state{state - 1}"), in_index(f"state{state}")
        assert (len(old), len(new)) in {(16, 0), (0, 16)}, step
        assert len(in_index("library")) == 30
        mend()
        assert (in_index(f"state{state - 1}"), len(in_index(f"state{state}"))) == (set(), 16)
        assert is_true_to_the_table()
        assert not Change.objects.waiting().exists()


def test_a_drain_may_die_anywhere(folder, maps):
    act_and_die(maps, following.drain, following.drain)


def test_a_rebuild_may_die_anywhere(folder, maps):
    act_and_die(maps, following.rebuild, following.drain)
    following.tidy()
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_tidying_may_die_anywhere(folder, maps):
    act_and_die(maps, following.tidy, following.drain, most=POINTS if SOAK else 4)


def test_the_first_index_may_die_anywhere_in_its_making(folder, maps):
    def make_the_first() -> None:
        following.drain()

    change(maps, 1)
    shutil.rmtree(folder)
    steps = steps_of(make_the_first)
    for state, step in enumerate(points(steps + 3, POINTS), 2):
        shutil.rmtree(folder)
        change(maps, state)
        die_in(make_the_first, step)
        while following.drain():
            pass
        assert len(in_index(f"state{state}")) == 16
        assert is_true_to_the_table()


def test_a_worker_may_be_killed_at_any_moment(folder, maps):
    def drain_on_and_on() -> None:
        while True:
            following.drain()

    moment = 0.01
    for state in range(1, 200 if SOAK else 6):
        pid = start(drain_on_and_on)
        change(maps, state)
        time.sleep(moment)
        moment = moment * 1.7 if moment < 0.1 else 0.002
        assert kill(pid) == DIED
        assert len(in_index(f"state{state}")) in {0, 16}
        assert len(in_index("library")) == 30
        following.drain()
        assert len(in_index(f"state{state}")) == 16
        assert is_true_to_the_table()


def listed(run_number: int) -> Parsed:
    """A team's list of chats, as it is some time later with every run."""
    return Parsed(
        tuple(
            ImportedChat(
                date=datetime.date(2024, 1, 3) + datetime.timedelta(weeks=week),
                line=week,
                hosts=("Mara Lindqvist",),
                topics=tuple(
                    ImportedTopic(60 * place, f"Map {place} run{run_number}")
                    for place in range(1, 4)
                ),
            )
            for week in range(4)
        ),
        (),
    )


def test_an_import_may_die_anywhere(transactional_db, archive):
    def bring_in() -> None:
        import_chats(listed(number), ChatArchivePage.objects.get())

    number = 0
    steps = steps_of(bring_in, of_files=False)
    following.rebuild()
    for number, step in enumerate(points(steps, 100 if SOAK else 4), 1):
        die_in(bring_in, step, of_files=False)
        for chat in ChatPage.objects.published().prefetch_related("topics"):
            entries = Entry.objects.filter(kind="topic", object_id=chat.pk)
            said = set(entries.values_list("title", flat=True))
            assert said == {topic.title for topic in chat.topics.all()}
            assert len({title.rpartition(" ")[2] for title in said}) == 1
        old = find(f"run{number - 1}", Narrowing(kinds=("topic",))).total
        new = find(f"run{number}", Narrowing(kinds=("topic",))).total
        assert old % 3 == new % 3 == 0
        assert old + new == 12
        bring_in()
        following.drain()
        assert find(f"run{number}", Narrowing(kinds=("topic",))).total == 12
        assert is_true_to_the_table()


# What others are told of it.


def test_health_says_how_far_the_index_has_followed(maps, settings):
    assert following.index().well
    change(maps, 1)
    assert following.index().well
    Change.objects.update(made_at=timezone.now() - datetime.timedelta(minutes=5))
    told = following.index()
    assert not told.well
    assert told.state == "behind by 5 min"
    following.drain()
    assert following.index().well
    shutil.rmtree(settings.SEARCH_INDEX)
    assert not following.index().well


def test_an_index_that_lags_long_is_not_asked(archive):
    make_chat(topics=[make_topic("Locusts", 5)])
    following.rebuild()
    make_chat("2024-04-03", topics=[make_topic("More locusts", 5)])
    Change.objects.update(made_at=timezone.now() - datetime.timedelta(minutes=5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhooshEngine, "search", fail)
        assert find("locusts", Narrowing()).total == 2


def test_a_process_may_read_while_another_makes_the_index_anew(folder, maps):
    def read_on_and_on() -> None:
        engine = WhooshEngine()
        for _time in range(60):
            assert len(found_in(engine, "library")) == 30

    readers = [start(read_on_and_on) for _one in range(2)]
    for _time in range(4):
        following.rebuild()
        following.tidy()
    assert [end(pid) for pid in readers] == [0, 0]
    assert run(read_on_and_on) == 0
