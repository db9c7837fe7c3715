import os

import pytest

from core.page_cache.memory import MemoryCache


@pytest.fixture
def memory(request) -> MemoryCache:
    cache = MemoryCache(request.node.name, {"OPTIONS": {"MAX_BYTES": 10_000}})
    yield cache
    cache.clear()


def test_returns_what_was_set(memory):
    memory.set("part", {"a": [1, None]})

    assert memory.get("part") == {"a": [1, None]}
    assert memory.get("other", "nothing") == "nothing"


def test_keeps_none_apart_from_nothing(memory):
    memory.set("part", None)

    assert memory.get("part", "nothing") is None


def test_is_one_for_all_threads(memory, request):
    memory.set("part", "kept")

    assert MemoryCache(request.node.name, {"OPTIONS": {"MAX_BYTES": 10_000}}).get("part") == "kept"


def test_what_was_not_asked_for_the_longest_goes_first(memory):
    for name in "abc":
        memory.set(name, os.urandom(3000))
    memory.get("a")

    memory.set("d", os.urandom(3000))

    assert memory.get("b") is None
    assert all(memory.get(name) for name in "acd")


def test_counts_what_it_replaces_and_deletes(memory):
    for _ in range(9):
        memory.set("a", os.urandom(4000))
        memory.set("b", os.urandom(4000))
        memory.delete("b")
    memory.set("b", os.urandom(4000))

    assert memory.get("a") and memory.get("b")


def test_what_is_larger_than_all_is_not_kept_and_drives_nothing_out(memory):
    memory.set("a", "kept")
    memory.set("b", os.urandom(20_000))

    assert memory.get("a") == "kept"
    assert memory.get("b") is None


def test_what_is_too_large_takes_the_place_of_what_it_replaces(memory):
    memory.set("a", "old")
    memory.set("a", os.urandom(20_000))

    assert memory.get("a") is None


def test_compresses(memory):
    memory.set("a", "a transcript says much and repeats itself " * 2000)

    assert memory.get("a").startswith("a transcript")


def test_expires(memory):
    memory.set("gone", "a", timeout=0)
    memory.set("stays", "a", timeout=None)

    assert memory.get("gone") is None
    assert memory.get("stays") == "a"


def test_adds_and_touches_as_caches_do(memory):
    assert memory.add("a", 1)
    assert not memory.add("a", 2)
    assert memory.get("a") == 1
    assert memory.touch("a", 0)
    assert memory.get("a") is None
    assert not memory.touch("a")
    assert memory.add("a", 3)
    assert "a" in memory
    assert memory.delete("a") and not memory.delete("a")
