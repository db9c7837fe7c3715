"""What both stores do, and what only files can."""

import threading
import time

import pytest
from django.core.cache.backends.base import BaseCache

from core.page_cache import stores
from core.page_cache.stores import Answer, FileStore, NoStore, SharedStore

ANSWER = Answer({"Content-Type": "text/html", "ETag": 'W/"a"'}, b"zipped", 4e9, True)
OTHER = Answer({"Content-Type": "text/calendar"}, b"zipped too", 4e9, False)


@pytest.fixture(params=[FileStore, SharedStore])
def store(request, tmp_path):
    return request.param(tmp_path / "pages")


def test_an_answer_is_found_under_its_version_and_address(store):
    version = store.version()
    store.put(version, "example.org/chats/", ANSWER)
    store.put(version, "example.org/feed.xml", OTHER)
    assert store.get(version, "example.org/chats/") == ANSWER
    assert store.get(version, "example.org/feed.xml") == OTHER
    assert store.get(version, "example.org/") is None
    assert store.get(version, "other.example.org/chats/") is None


def test_an_address_with_a_slash_is_another(store):
    version = store.version()
    store.put(version, "example.org/chats/", ANSWER)
    assert store.get(version, "example.org/chats") is None
    store.put(version, "example.org/chats", OTHER)
    assert store.get(version, "example.org/chats/") == ANSWER
    assert store.get(version, "example.org/chats/head.json") is None


def test_a_purge_ends_the_version(store):
    before = store.version()
    store.put(before, "example.org/", ANSWER)
    store.purge()
    assert store.version() != before
    assert store.get(store.version(), "example.org/") is None


def test_what_was_begun_before_a_purge_is_found_by_nobody(store):
    before = store.version()
    store.purge()
    store.put(before, "example.org/", ANSWER)
    assert store.get(store.version(), "example.org/") is None


def test_a_version_lasts_until_the_purge(store):
    assert store.version() == store.version()


@pytest.mark.parametrize(
    "address",
    [
        "example.org/../../etc/passwd",
        "example.org/.hidden/",
        "example.org/a//b/",
        "example.org/@head.json",
        "example.org/a/@@page.gz",
        "example.org/a\0b/",
        "example.org/a\nb/",
        "example.org/a b/",
        "../example.org/",
        "example.org",
        f"example.org/{'a' * 300}/",
        "example.org/" + "a/" * 300,
    ],
)
def test_an_odd_address_is_not_kept(store, address):
    version = store.version()
    store.put(version, address, ANSWER)
    assert store.get(version, address) is None


def test_words_of_any_language_are_kept(store):
    store.put(version := store.version(), "example.org/führung-館際互借/", ANSWER)
    assert store.get(version, "example.org/führung-館際互借/") == ANSWER


def test_several_purge_and_fill_at_once(store):
    faults = []

    def work():
        try:
            for _ in range(20):
                version = store.version()
                store.put(version, "example.org/", ANSWER)
                assert store.get(version, "example.org/") in (ANSWER, None)
                store.purge()
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert store.get(store.version(), "example.org/") is None


class TestFiles:
    @pytest.fixture
    def store(self, tmp_path):
        return FileStore(tmp_path / "pages")

    def test_a_plain_page_lies_where_nginx_looks_for_it(self, store, tmp_path):
        store.put(store.version(), "example.org/chats/", ANSWER)
        store.put(store.version(), "example.org/events/", OTHER)
        current = tmp_path / "pages" / "current" / "example.org"
        assert (current / "chats" / "@page.gz").read_bytes() == b"zipped"
        assert not (current / "events" / "@page.gz").exists()

    def test_each_version_has_seconds_of_its_own(self, store, tmp_path):
        """nginx makes its ETag of the second and the length: the same for two texts otherwise."""
        times = set()
        for _ in range(3):
            store.put(store.version(), "example.org/", ANSWER)
            page = tmp_path / "pages" / "current" / "example.org" / "@page.gz"
            times.add(int(page.stat().st_mtime))
            store.purge()
        assert len(times) == 3

    def test_ended_versions_are_cleared_away_after_a_minute(self, store, tmp_path, monkeypatch):
        store.put(store.version(), "example.org/", ANSWER)
        store.purge()
        current = store.version()
        store.forget_ended()
        assert len(list((tmp_path / "pages").iterdir())) == 3
        now = time.time()
        monkeypatch.setattr(stores.time, "time", lambda: now + stores.ENDED_KEPT_FOR + 5)
        store.forget_ended()
        left = {path.name for path in (tmp_path / "pages").iterdir()}
        assert left == {"current", current}

    def test_a_version_cleared_away_is_not_made_again(self, store, tmp_path, monkeypatch):
        before = store.version()
        store.purge()
        monkeypatch.setattr(stores, "ENDED_KEPT_FOR", -10)
        store.forget_ended()
        store.put(before, "example.org/", ANSWER)
        assert not (tmp_path / "pages" / before).exists()

    def test_no_more_are_kept_than_the_disk_should_hold(self, store, monkeypatch):
        monkeypatch.setattr(stores, "MOST_PAGES", 2)
        version = store.version()
        for number in range(3):
            store.put(version, f"example.org/{number}/", ANSWER)
        kept = [store.get(version, f"example.org/{number}/") for number in range(3)]
        assert kept == [ANSWER, ANSWER, None]
        store.purge()
        store.put(store.version(), "example.org/", ANSWER)
        assert store.get(store.version(), "example.org/") == ANSWER

    def test_half_a_page_is_none(self, store, tmp_path):
        version = store.version()
        store.put(version, "example.org/", ANSWER)
        (tmp_path / "pages" / version / "example.org" / "@page.gz").unlink()
        assert store.get(version, "example.org/") is None

    def test_a_folder_taken_away_comes_back(self, store, tmp_path):
        store.version()
        (tmp_path / "pages").rename(tmp_path / "gone")
        assert store.get(store.version(), "example.org/") is None
        store.put(store.version(), "example.org/", ANSWER)
        assert store.get(store.version(), "example.org/") == ANSWER


class TestShared:
    @pytest.fixture
    def store(self, tmp_path):
        return SharedStore(tmp_path)

    def test_another_host_sees_a_purge(self, store, tmp_path):
        other = SharedStore(tmp_path)
        store.put(store.version(), "example.org/", ANSWER)
        assert other.get(other.version(), "example.org/") == ANSWER
        other.purge()
        assert store.get(store.version(), "example.org/") is None

    def test_without_its_cache_nothing_is_kept_and_a_purge_is_owed(self, store, monkeypatch):
        before = store.version()

        class Away(BaseCache):
            def get(self, *args, **kwargs):
                raise ConnectionError

            set = get

        monkeypatch.setattr(stores, "caches", {"default": Away({})})
        assert store.version() == ""
        with pytest.raises(ConnectionError):
            store.purge()
        monkeypatch.undo()
        assert store.version() not in ("", before)


def test_nothing_is_kept_without_a_store(tmp_path):
    store = NoStore(tmp_path)
    store.put(store.version(), "example.org/", ANSWER)
    assert store.get("", "example.org/") is None
