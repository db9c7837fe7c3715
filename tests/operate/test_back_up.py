"""One file with all of a site, of one moment, or none."""

import hashlib
import json
import shutil
import sys
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.doctor import Level
from operate.back_ups import BackUpFault, databases, keeping, making, nightly, state
from operate.back_ups.making import back_up
from tests.operate.small_site import SmallSite, members
from tests.search.processes import die_in, points, steps_of

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


def test_it_has_all_that_the_site_does_not_make_anew(small_site, settings):
    settings.SECRET_KEY_FALLBACKS = ["a former one"]
    for made_anew in ("index", "pages", "static", "uploads"):
        (small_site.folder / made_anew).mkdir()
        (small_site.folder / made_anew / "file").write_text("made anew")
    inside = members(back_up())
    assert list(inside) == [
        "manifest.json",
        "secrets.json",
        "database.sqlite3",
        "media/images/box.png",
        "submissions/letter.txt",
        "SHA256SUMS",
    ]
    assert inside["media/images/box.png"] == small_site.picture.read_bytes()
    assert json.loads(inside["secrets.json"]) == {
        "secret": settings.SECRET_KEY,
        "fallbacks": ["a former one"],
    }
    manifest = json.loads(inside["manifest.json"])
    assert manifest["site_url"] == settings.SITE_URL
    assert manifest["migrations"] == {"outbox": ["0001_initial"]}
    assert manifest["rows"]["word"] == 1
    assert manifest["rows"]["django_session"] == 0
    digests = dict(line.split("  ")[::-1] for line in inside["SHA256SUMS"].decode().splitlines())
    del inside["SHA256SUMS"]
    assert digests == {name: hashlib.sha256(it).hexdigest() for name, it in inside.items()}


def test_only_its_owner_reads_it(small_site):
    file = back_up()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_the_database_is_copied_while_others_write(small_site, tmp_path):
    with closing(small_site.open()) as writer:
        writer.execute("INSERT INTO word VALUES ('kept')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO word VALUES ('not yet')")
        copied = members(back_up())["database.sqlite3"]
        writer.execute("COMMIT")
    assert SmallSite(tmp_path).path.write_bytes(copied)
    assert SmallSite(tmp_path).words() == ["Monday", "kept"]


def test_what_was_deleted_and_who_is_signed_in_are_not_in_it(small_site):
    small_site.say("an erased name")
    small_site.ask("DELETE FROM word WHERE said = 'an erased name'")
    copied = members(back_up())["database.sqlite3"]
    assert b"an erased name" not in copied
    assert b"somebody" not in copied


@pytest.mark.parametrize("has_links", [True, False])
def test_files_that_come_while_the_database_is_copied(small_site, monkeypatch, has_links):
    copy = databases.SQLite.copy
    late = small_site.picture.with_name("late.png")

    def copy_slowly(database, target):
        late.write_bytes(b"late")
        return copy(database, target)

    def refuse(*arguments):
        raise OSError("no links here")

    monkeypatch.setattr(databases.SQLite, "copy", copy_slowly)
    if not has_links:
        monkeypatch.setattr(making.Path, "hardlink_to", refuse)
    assert members(back_up())["media/images/late.png"] == b"late"


def test_files_that_are_deleted_once_the_database_is_copied(small_site, monkeypatch):
    copy = databases.SQLite.copy

    def copy_slowly(database, target):
        contents = copy(database, target)
        small_site.picture.unlink()
        return contents

    monkeypatch.setattr(databases.SQLite, "copy", copy_slowly)
    assert members(back_up())["media/images/box.png"] == bytes(range(256))


def test_uploads_of_another_service_are_not_in_it(small_site, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    inside = members(back_up())
    assert "media/images/box.png" not in inside
    assert not json.loads(inside["manifest.json"])["has_media"]


class TestWhereItLies:
    def test_in_a_folder_or_a_file_that_is_named(self, small_site, tmp_path):
        assert back_up(tmp_path).parent == tmp_path
        assert back_up(tmp_path / "mine.tar.gz").exists()
        assert not keeping.back_ups_in(small_site.folder / "back-ups")

    def test_nothing_is_written_over(self, small_site, tmp_path):
        there = tmp_path / "mine.tar.gz"
        there.write_text("mine")
        with pytest.raises(CommandError, match=r"mine\.tar\.gz is there already"):
            call_command("back_up", str(there))
        assert there.read_text() == "mine"

    def test_not_in_a_folder_that_is_none(self, small_site, tmp_path):
        with pytest.raises(BackUpFault, match="There is no folder"):
            back_up(tmp_path / "away" / "mine.tar.gz")

    def test_the_command_tells(self, small_site):
        out = StringIO()
        call_command("back_up", stdout=out)
        assert str(small_site.folder / "back-ups" / "desk-") in out.getvalue()


class TestNoneAtAll:
    def test_without_room(self, small_site, monkeypatch):
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(2**40, 2**40, 2**20))
        with pytest.raises(BackUpFault, match="MB are free"):
            back_up()
        assert not keeping.back_ups_in(small_site.folder / "back-ups")

    def test_of_a_damaged_database(self, small_site):
        with small_site.path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)
        with pytest.raises(BackUpFault, match=r"malformed|damaged"):
            back_up()
        assert not keeping.back_ups_in(small_site.folder / "back-ups")

    def test_beside_another_that_is_being_made(self, small_site):
        with making._alone(), pytest.raises(BackUpFault, match="is being made"):
            back_up()

    def test_killed_at_any_point_it_leaves_a_whole_one_or_none(self, small_site):
        steps = steps_of(back_up)
        folder = small_site.folder / "back-ups"
        for step in points(steps, 8):
            for path in keeping.back_ups_in(folder).values():
                path.unlink()
            die_in(back_up, step)
            assert all(
                "SHA256SUMS" in members(path) for path in keeping.back_ups_in(folder).values()
            )
        back_up()
        left = [path.name for path in folder.iterdir() if not keeping.made_at(path)]
        assert left == [making.LOCK]


class TestThinning:
    def test_of_each_day_week_and_month_the_newest_stays(self):
        nights = [NOON - timedelta(days=days, hours=4) for days in range(800)]
        kept = sorted(keeping.to_keep(nights, NOON), reverse=True)
        days_ago = [(NOON - moment).days for moment in kept]
        assert days_ago[:10] == [0, 1, 2, 3, 4, 5, 6, 8, 15, 30]
        assert len(kept) == 7 + 2 + 11

    def test_a_site_that_stood_still_keeps_its_own(self):
        nights = [NOON - timedelta(days=days) for days in range(400, 407)]
        assert keeping.to_keep(nights, NOON) == set(nights)

    def test_of_the_last_two_days_all_stay(self):
        tries = [NOON - timedelta(hours=hours) for hours in range(40)]
        assert keeping.to_keep(tries, NOON) == set(tries)

    def test_other_files_stay(self, small_site):
        folder = small_site.folder / "back-ups"
        folder.mkdir()
        old = [folder / keeping.name_at(NOON - timedelta(days=days)) for days in range(90, 100)]
        for path in (*old, folder / "before-the-move.tar.gz"):
            path.touch()
        with time_machine.travel(NOON):
            back_up()
        assert (folder / "before-the-move.tar.gz").exists()
        assert 0 < sum(path.exists() for path in old) < 10

    def test_those_in_another_folder_stay(self, small_site, tmp_path):
        old = [tmp_path / keeping.name_at(NOON - timedelta(days=days)) for days in range(90, 100)]
        for path in old:
            path.touch()
        back_up(tmp_path)
        assert all(path.exists() for path in old)


class TestHowOldItIs:
    @pytest.mark.parametrize(
        ("age", "told", "well", "level"),
        [
            (timedelta(hours=5), "up, 5 hours old", True, Level.GOOD),
            (timedelta(days=3), "3 days old", False, Level.BAD),
        ],
    )
    def test_by_the_newest(self, small_site, settings, age, told, well, level):
        settings.BACK_UP_NIGHTLY = True
        back_up()
        with time_machine.travel(timezone.now() + age):
            part = state.back_up_part()
            assert (part.name, part.state, part.well) == ("back-up", told, well)
            (finding,) = state.look()
        assert finding.level is level
        assert "ago, 1" in finding.said or "ago, 2" in finding.said

    @pytest.mark.parametrize(
        ("nightly", "told", "well", "level"),
        [(True, "none yet", False, Level.BAD), (False, "not made here", True, Level.WARN)],
    )
    def test_without_any(self, small_site, settings, nightly, told, well, level):
        settings.BACK_UP_NIGHTLY = nightly
        part = state.back_up_part()
        assert (part.state, part.well) == (told, well)
        assert [finding.level for finding in state.look()] == [level]


class TestEachNight:
    def let_it_be(self, monkeypatch, script: str) -> None:
        monkeypatch.setattr(nightly, "COMMAND", [sys.executable, "-c", script])
        monkeypatch.setattr(nightly, "LOOK_AFTER", 0.01)

    def test_it_is_made_in_parts_beside_other_work(self, small_site, monkeypatch, tmp_path):
        script = (
            f"import pathlib, time; time.sleep(0.1); pathlib.Path({str(tmp_path)!r}, 'a').touch()"
        )
        self.let_it_be(monkeypatch, script)
        calls = 1
        while nightly.make_nightly():
            calls += 1
        assert calls > 1
        assert (tmp_path / "a").exists()

    def test_one_a_night(self, small_site, monkeypatch):
        self.let_it_be(monkeypatch, "import time; time.sleep(0.1)")
        assert nightly.make_nightly()
        while nightly.make_nightly():
            pass
        with time_machine.travel(datetime(2026, 11, 30, 5, tzinfo=NEW_YORK), tick=False) as clock:
            back_up()
            clock.move_to(datetime(2026, 12, 1, 2, 59, tzinfo=NEW_YORK))
            assert not nightly.make_nightly()
            clock.move_to(datetime(2026, 12, 1, 3, 1, tzinfo=NEW_YORK))
            assert nightly.make_nightly()
        while nightly.make_nightly():
            pass

    def test_what_keeps_it_from_being_made_is_told(self, small_site, monkeypatch):
        self.let_it_be(monkeypatch, "import sys; sys.exit('CommandError: no room')")
        with pytest.raises(BackUpFault, match="no room"):
            while nightly.make_nightly():
                pass

    def test_where_it_is_wished(self, settings):
        assert settings.ROOT / "manage.py" in nightly.COMMAND
        assert not settings.BACK_UP_NIGHTLY
