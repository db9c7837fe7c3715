"""A damaged index: readers get the right answer all the same, and the worker mends it."""

import errno
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from search import following
from search.engines import Narrowing, _engine, whoosh_index
from search.engines.whoosh_index import WhooshEngine
from search.models import Change
from search.results import complete, find
from tests.search.corpus import Corpus, found_in
from tests.soak import SOAK

# What is damaged here are files beside the database.
pytestmark = pytest.mark.any_database


def begin_a_new_process() -> None:
    """Forget what this process has read: readers that are open go on with what they have."""
    _engine.cache_clear()
    whoosh_index._columns.clear()


@pytest.fixture
def folder(corpus, settings) -> Path:
    """The folder of an index of a few maps, in some segments."""
    corpus.put("packing", "Packing maps", date="2024-03-06", tags=("maps",))
    corpus.tell()
    corpus.put("renewing", "Renewing maps", "Once.", date="2024-02-07")
    corpus.tell()
    corpus.put("bin", "Maps in a bin", date="2024-01-03")
    corpus.put("straps", "Straps", of="bin")
    corpus.tell()
    begin_a_new_process()
    return Path(settings.SEARCH_INDEX)


MAPS = {"Packing maps", "Renewing maps", "Maps in a bin"}


def publish_another(corpus: Corpus) -> None:
    corpus.put("folding", "Folding maps", date="2024-04-03")
    corpus.write()


def titles(words: str) -> set[str]:
    results = find(words, Narrowing(kinds=("topic",)))
    assert results.total == len(results.hits)
    return {hit.entry.title for hit in results.hits}


def in_use(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


def segments(folder: Path) -> list[Path]:
    return sorted(in_use(folder).glob("*.seg"))


def write_over(path: Path, content: bytes) -> None:
    """Put other content under the name of a file that may be in use."""
    other = path.with_name("other")
    other.write_bytes(content)
    other.replace(path)


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def remove_pointer(folder: Path) -> None:
    (folder / "current").unlink()


def empty_pointer(folder: Path) -> None:
    (folder / "current").write_text("")


def scribble_over_pointer(folder: Path) -> None:
    (folder / "current").write_bytes(b"\xff\xfe\x00" * 1000)


def point_nowhere(folder: Path) -> None:
    (folder / "current").write_text(f"{whoosh_index.NAME}-00000000")


def point_out_of_the_folder(folder: Path) -> None:
    (folder / "current").write_text(f"{whoosh_index.NAME}-/../../../..")


def point_to_one_of_another_release(folder: Path) -> None:
    shutil.copytree(in_use(folder), folder / "of-0-0-abc")
    (folder / "current").write_text("of-0-0-abc")


def remove_index(folder: Path) -> None:
    shutil.rmtree(in_use(folder))


def empty_index(folder: Path) -> None:
    for path in in_use(folder).iterdir():
        path.unlink()


def remove_toc(folder: Path) -> None:
    for path in in_use(folder).glob("*.toc"):
        path.unlink()


def truncate_toc(folder: Path) -> None:
    for path in in_use(folder).glob("*.toc"):
        write_over(path, path.read_bytes()[:100])


def empty_toc(folder: Path) -> None:
    for path in in_use(folder).glob("*.toc"):
        write_over(path, b"")


def remove_segment(folder: Path) -> None:
    segments(folder)[0].unlink()


def truncate_segment(folder: Path) -> None:
    path = segments(folder)[0]
    write_over(path, path.read_bytes()[: path.stat().st_size // 2])


def empty_segments(folder: Path) -> None:
    for path in segments(folder):
        write_over(path, b"")


def zero_segments(folder: Path) -> None:
    for path in segments(folder):
        write_over(path, bytes(path.stat().st_size))


def doubt(folder: Path) -> None:
    (folder / "doubt").touch()


@pytest.mark.parametrize(
    "damage",
    [
        remove_folder,
        remove_pointer,
        empty_pointer,
        scribble_over_pointer,
        point_nowhere,
        point_out_of_the_folder,
        point_to_one_of_another_release,
        remove_index,
        empty_index,
        remove_toc,
        truncate_toc,
        empty_toc,
        remove_segment,
        truncate_segment,
        empty_segments,
        zero_segments,
        doubt,
    ],
)
@pytest.mark.parametrize("mend", [following.drain, following.catch_up])
def test_damage_is_not_noticed_and_mended(
    folder, corpus, damage: Callable[[Path], None], mend: Callable[[], object]
):
    damage(folder)
    assert titles("map") == MAPS
    assert titles("renewals") == {"Renewing maps"}
    assert titles("locusts") == set()
    assert complete("stra", Narrowing()) == ["straps"]
    publish_another(corpus)
    assert titles("map") == MAPS | {"Folding maps"}
    mend()
    while following.drain():
        pass
    begin_a_new_process()
    assert found_in(WhooshEngine(), "map", kinds=("topic",)) == {
        hit.entry.key for hit in find("map", Narrowing(kinds=("topic",))).hits
    }
    assert len(found_in(WhooshEngine(), "map", kinds=("topic",))) == 4
    assert titles("map") == MAPS | {"Folding maps"}
    assert following.index().well
    assert not Change.objects.waiting().exists()


@pytest.mark.parametrize("seed", range(200 if SOAK else 3))
def test_a_flipped_byte_never_shows_what_is_not_there(folder, seed):
    """What it changes may go unseen: nothing raises, and a hit is always a row of the table."""
    chance = random.Random(seed)
    for path in [*segments(folder), *in_use(folder).glob("*.toc")]:
        content = bytearray(path.read_bytes())
        for _flip in range(chance.choice([1, 4, 40])):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        write_over(path, bytes(content))
    for words in ("map", "renew", "strap", '"packing maps"', "maps bin", "locusts"):
        titles(words)
        complete(words, Narrowing())
    following.drain()
    following.rebuild()
    begin_a_new_process()
    assert titles("map") == MAPS
    assert len(found_in(WhooshEngine(), "map", kinds=("topic",))) == 3


def test_a_file_in_place_of_the_folder_is_not_noticed(folder, corpus):
    shutil.rmtree(folder)
    folder.write_text("What is this?")
    assert titles("map") == MAPS
    assert complete("stra", Narrowing()) == ["straps"]
    publish_another(corpus)
    for act in (following.drain, following.catch_up, following.rebuild):
        with pytest.raises(OSError, match="index"):
            act()
    assert titles("map") == MAPS | {"Folding maps"}
    folder.unlink()
    assert following.drain() is True
    assert len(found_in(WhooshEngine(), "map", kinds=("topic",))) == 4


def is_full(*arguments, **options) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "call"),
    [(StructFile, "write"), (FileStorage, "create_file"), (FileStorage, "rename_file")],
)
@pytest.mark.parametrize("act", [following.drain, following.catch_up, following.rebuild])
def test_a_full_disk_stops_the_worker_and_no_reader(folder, corpus, monkeypatch, owner, call, act):
    publish_another(corpus)
    with monkeypatch.context() as full:
        full.setattr(owner, call, is_full)
        for _time in range(2):
            with pytest.raises(OSError, match="No space"):
                act()
            begin_a_new_process()
            assert titles("map") == MAPS | {"Folding maps"}
            assert titles("renewals") == {"Renewing maps"}
    assert titles("map") == MAPS | {"Folding maps"}
    following.drain()
    following.drain()
    begin_a_new_process()
    assert len(found_in(WhooshEngine(), "map", kinds=("topic",))) == 4
    assert following.index().well


def test_damage_that_only_writing_meets_is_mended(folder, corpus):
    """A reader that opened it before still reads it: nobody but the worker can tell."""
    publish_another(corpus)
    for path in segments(folder):
        write_over(path, bytes(path.stat().st_size))
    (in_use(folder) / whoosh_index.MADE).touch()
    with suppress(Exception):
        following.drain()
    assert not following.index().well
    while following.drain():
        pass
    begin_a_new_process()
    assert not Change.objects.waiting().exists()
    assert len(found_in(WhooshEngine(), "map", kinds=("topic",))) == 4


def test_a_doubt_again_soon_after_a_rebuild_makes_it_anew_only_if_it_cannot_be_read(folder):
    before = in_use(folder)
    following.rebuild()
    made = in_use(folder)
    assert made != before
    doubt(folder)
    following.catch_up()
    assert in_use(folder) == made
    assert following.index().well
    zero_segments(folder)
    begin_a_new_process()
    assert titles("map") == MAPS
    following.catch_up()
    assert in_use(folder) != made
    assert titles("map") == MAPS
