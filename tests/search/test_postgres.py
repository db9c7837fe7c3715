"""What only the index in PostgreSQL has: the contract of all engines is in test_engines.py."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from core.page_cache import changes
from search import following
from search.engines import Busy, Narrowing, NoIndex, postgres
from search.engines.postgres import PostgresEngine
from search.models import Change, Entry
from search.query import tidy
from search.results import find
from tests.search.corpus import Corpus, found_in, keys, look
from tests.search.processes import die_in, points, steps_of
from tests.search.tables import NAMES, ask, drop_indexes, indexes
from tests.search.test_engines import MEANT, Chance
from tests.soak import SOAK

needs_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="This index is in PostgreSQL."
)
POSTGRES = "postgres://desk@127.0.0.1/desk"


def chosen(**environment: str) -> str:
    """Return the engine of a site that is started so, or why it is not started."""
    done = subprocess.run(
        [sys.executable, "-c", "from config.settings import base; print(base.SEARCH_ENGINE)"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "site", "ENV_FILE": os.devnull}
        | {"DATA_DIR": str(site_settings.DATA_DIR)}
        | environment,
        cwd=site_settings.ROOT,
        capture_output=True,
        text=True,
    )
    return (done.stdout or done.stderr).strip().splitlines()[-1]


@pytest.mark.any_database
def test_the_database_tells_which_index_a_site_has():
    whoosh = "search.engines.whoosh_index.WhooshEngine"
    assert chosen() == whoosh
    assert chosen(DATABASE_URL=POSTGRES) == "search.engines.postgres.PostgresEngine"
    assert chosen(DATABASE_URL=POSTGRES, SEARCH_ENGINE="whoosh") == whoosh
    assert "must be whoosh, or postgres where" in chosen(SEARCH_ENGINE="postgres")


@pytest.fixture
def engine(db, settings) -> PostgresEngine:
    settings.SEARCH_ENGINE = "search.engines.postgres.PostgresEngine"
    return PostgresEngine()


@pytest.fixture
def maps(engine, corpus) -> Corpus:
    for number in range(12):
        corpus.put(f"{number}", f"Map {number} state0", "Of a library.", tags=("maps",))
    corpus.tell()
    return corpus


@pytest.fixture
def elsewhere(db) -> Iterator[BaseDatabaseWrapper]:
    """A connection of somebody else."""
    other = connection.copy()
    yield other
    other.close()


@needs_postgres
def test_without_an_index_the_table_answers_and_health_says_so(engine, corpus):
    corpus.put("a", "A map")
    corpus.write()
    assert not engine.is_there()
    with pytest.raises(NoIndex):
        look(engine, "map")
    assert find("map", Narrowing()).counts["kind"] == {"topic": 1}
    assert not following.index().well
    assert following.drain() is True
    assert found_in(engine, "map") == {"a"}
    assert following.index().well


@needs_postgres
@pytest.mark.parametrize("seed", range(20) if SOAK else [2])
def test_each_term_is_counted_as_often_as_it_is_there(engine, corpus, seed):
    chance = Chance(seed)
    names = [f"object {number}" for number in range(12)]
    for _round in range(3):
        for name in chance.random.sample(names, 6):
            chance.say(corpus, name)
        for name in chance.random.sample(list(names), 2):
            if corpus.pk(name) in corpus.said:
                corpus.take_out(name)
        corpus.tell()
    (name,) = indexes()
    known = ask(connection, f"SELECT is_stem, term, entries FROM {name}_terms")
    assert sorted(known) == sorted(ask(connection, postgres.TERMS_OF.format(rows=name)))


@needs_postgres
def test_of_very_many_the_likeliest_are_ranked_and_none_is_lost(engine, corpus, monkeypatch):
    monkeypatch.setattr(postgres, "MOST_RANKED", 10)
    for number in range(25):
        corpus.put(f"{number}", "Loans", "Maps and maps.", date="2024-03-06")
    for number in range(25, 30):
        corpus.put(f"{number}", "Map loans", date="2014-03-06")
    corpus.tell()
    whole = keys(look(engine, "maps"))
    assert len(whole) == len(set(whole)) == 30
    assert {int(key) for key in whole[:5]} == set(range(25, 30))
    pages = [keys(look(engine, "maps", offset=offset, limit=4)) for offset in range(0, 32, 4)]
    assert [key for page in pages for key in page] == whole


@needs_postgres
def test_without_trigrams_slips_are_told_all_the_same(engine, corpus, monkeypatch, caplog):
    monkeypatch.setattr(postgres, "TRIGRAMS", "CREATE EXTENSION IF NOT EXISTS no_such_extension")
    corpus.put_all(["Courier bins", "Courier straps", "Microfilms"])
    corpus.tell()
    assert {word: engine.suggest(word) for word in MEANT} == MEANT


@needs_postgres
@pytest.mark.parametrize(
    "words", ["'", "''' map", "map\\", "map:*", "map & ! | (", "%s map", "{name}", "ma\0p", "¶ map"]
)
def test_no_words_are_syntax(maps, caplog, words):
    find(words, Narrowing(chosen={"tag": tidy(words), "year": tidy(words)}))
    assert find(words, Narrowing()).total in {0, 12}
    assert "failed" not in caplog.text


@needs_postgres
def test_where_it_fails_the_table_answers_in_the_same_transaction(maps, monkeypatch):
    broken = postgres.COUNTED.replace("{name}", "nowhere")
    monkeypatch.setattr(postgres, "COUNTED", broken)
    assert find("map", Narrowing()).total == 12


@needs_postgres
def test_a_search_leaves_the_planner_as_it_was(maps):
    find("map", Narrowing())
    assert ask(connection, "SHOW enable_seqscan") == [("on",)]
    assert ask(connection, "SHOW jit") == [("on",)]


@needs_postgres
def test_stored_pages_stay_when_the_index_changes(maps):
    entries = list(Entry.objects.prefetch_related("labels"))
    connection.run_on_commit.clear()
    with PostgresEngine().writing() as writer:
        writer.delete([maps.ref("1")])
        writer.upsert(entries)
    assert not changes.are_waiting()


@needs_postgres
def test_one_writes_at_a_time(engine, elsewhere):
    ask(elsewhere, "SELECT pg_advisory_lock(%s)", postgres.WRITING)
    with pytest.raises(Busy), engine.writing():
        pass
    with pytest.raises(Busy):
        engine.follow(following.differences)
    ask(elsewhere, "SELECT pg_advisory_lock(%s)", postgres.REBUILDING)
    with pytest.raises(Busy):
        engine.rebuild([], following.differences)


@needs_postgres
def test_what_another_release_left_is_cleared_up_in_a_quiet_hour(maps):
    before = indexes()
    postgres._make(postgres._Index("search_index_1_9_4"), [])
    following.rebuild()
    assert len(indexes()) == 3
    PostgresEngine().tidy()
    assert len(indexes()) == 1
    assert indexes() != before
    assert found_in(PostgresEngine(), "map 3") == {"3"}


@pytest.fixture
def committed_maps(transactional_db, settings, corpus) -> Iterator[Corpus]:
    """Maps that other connections see too."""
    settings.SEARCH_ENGINE = "search.engines.postgres.PostgresEngine"
    for number in range(12):
        corpus.put(f"{number}", f"Map {number} state0", "Of a library.", tags=("maps",))
    corpus.tell()
    yield corpus
    drop_indexes()


@needs_postgres
def test_it_is_made_anew_while_readers_read_and_writers_write(committed_maps, elsewhere):
    (name,) = indexes()
    count = f"SELECT count(*) FROM {name}"

    def told(entries):
        for number, entry in enumerate(entries):
            if number == 6:
                ask(elsewhere, f"DELETE FROM {name} WHERE ref = 'topic:3'")
                assert ask(elsewhere, count) == [(11,)]
                assert ask(elsewhere, NAMES) == [(name,)]
                Entry.objects.filter(ref="topic:1").delete()
            yield entry

    following.rebuild(told)
    assert found_in(PostgresEngine(), "map") == {f"{number}" for number in range(12)} - {"1"}


@needs_postgres
def test_an_old_one_that_is_being_read_stays_for_the_next_time(
    committed_maps, elsewhere, monkeypatch
):
    monkeypatch.setattr(postgres, "DROPPED", postgres.DROPPED.replace("2s", "20ms"))
    (old,) = indexes()
    following.rebuild()
    elsewhere.set_autocommit(False)
    ask(elsewhere, f"SELECT count(*) FROM {old}")
    PostgresEngine().tidy()
    assert old in indexes()
    elsewhere.rollback()
    PostgresEngine().tidy()
    assert old not in indexes()
    assert len(found_in(PostgresEngine(), "map")) == 12


@needs_postgres
@pytest.mark.parametrize("act", [following.drain, following.rebuild])
def test_killed_anywhere_it_is_as_before_or_as_after(committed_maps, act):
    corpus, engine = committed_maps, PostgresEngine()

    def change(state: int) -> None:
        for number in range(0, 12, 2):
            corpus.put(f"{number}", f"Map {number} state{state}", "Of a library.")
        corpus.write()

    change(1)
    steps = steps_of(act, of_files=False)
    for state, step in enumerate(points(steps, 40 if SOAK else 6), 2):
        change(state)
        die_in(act, step, of_files=False)
        assert len(found_in(engine, "map")) == 12
        assert len(found_in(engine, f"state{state - 1}")) in {0, 6}
        following.drain()
        assert len(found_in(engine, f"state{state}")) == 6
        assert not Change.objects.waiting().exists()
