"""Back-ups of a site whose uploads lie in a bucket, and the way back."""

import json
from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from core.bucket import Bucket
from operate.back_ups import BackUpFault, databases
from operate.back_ups.making import back_up
from operate.back_ups.restoring import restore
from operate.management.commands import restore as command
from tests.core.bucket_server import BucketServer
from tests.operate.small_site import SmallSite, members

PICTURE, CALL = bytes(range(256)), bytes(range(256)) * 36_000
FILES = {"images/Größe & more.png": PICTURE, "media/call.mp4": CALL}
KEPT = {f"media/{name}": content for name, content in FILES.items()}


@pytest.fixture
def server(settings, small_site):
    with BucketServer() as server:
        default = {"BACKEND": "core.bucket.Bucket", "OPTIONS": server.options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        for name, content in FILES.items():
            default_storage.save(name, ContentFile(content))
        yield server


@pytest.fixture
def file(server, small_site) -> Path:
    return back_up(small_site.folder.parent / "back-up.tar.gz")


def test_it_has_what_the_bucket_has(file, server, small_site):
    inside = members(file)
    fetched = [key for method, key in server.asked if (method, bool(key)) == ("GET", True)]
    assert sorted(fetched) == sorted(KEPT)
    assert {name: it for name, it in inside.items() if name.startswith("media/")} == KEPT
    assert json.loads(inside["manifest.json"])["has_media"]
    assert server.contents() == KEPT
    assert not list((small_site.folder / "back-ups").glob(".making*"))


def test_unless_the_bucket_keeps_versions_of_its_own(server, small_site, settings):
    settings.BACK_UP_MEDIA = False
    inside = members(back_up())
    assert not [name for name in inside if name.startswith("media/")]
    assert not json.loads(inside["manifest.json"])["has_media"]


def test_of_the_moment_of_the_database(server, small_site, monkeypatch):
    copy = databases.SQLite.copy

    def copy_slowly(database, target):
        default_storage.save("late.png", ContentFile(b"late"))
        contents = copy(database, target)
        default_storage.delete("media/call.mp4")
        return contents

    monkeypatch.setattr(databases.SQLite, "copy", copy_slowly)
    inside = members(back_up())
    assert inside["media/late.png"] == b"late"
    assert inside["media/media/call.mp4"] == CALL


def test_what_goes_while_it_is_fetched_is_left_out(server, small_site, monkeypatch):
    walk = Bucket.walk

    def walk_late(bucket):
        listed = list(walk(bucket))
        server.objects.pop("media/media/call.mp4", None)
        return iter(listed)

    monkeypatch.setattr(Bucket, "walk", walk_late)
    inside = members(back_up())
    assert "media/images/Größe & more.png" in inside
    assert "media/media/call.mp4" not in inside


def test_none_is_made_while_the_bucket_is_away(server, small_site):
    server.fails_with = 503
    with pytest.raises(BackUpFault, match="Uploads cannot be fetched"):
        back_up()
    assert not list((small_site.folder / "back-ups").glob("*.tar.gz*"))


def test_an_empty_bucket_gets_all_of_it_to_the_byte(file, server, move_to, tmp_path):
    server.objects.clear()
    empty = move_to(SmallSite(tmp_path / "empty"))
    restore(file)
    assert server.contents() == KEPT
    assert empty.words() == ["Monday"]
    assert empty.letter.read_bytes() == b"Dear desk"


def test_a_bucket_with_files_is_a_site(file, server, move_to, tmp_path):
    move_to(SmallSite(tmp_path / "empty"))
    with pytest.raises(BackUpFault, match="There is a site already"):
        restore(file)
    assert server.contents() == KEPT


def test_but_not_for_a_back_up_that_leaves_them_there(server, small_site, settings, move_to):
    settings.BACK_UP_MEDIA = False
    file = back_up(small_site.folder.parent / "back-up.tar.gz")
    empty = move_to(SmallSite(small_site.folder.parent / "empty"))
    restore(file)
    assert empty.words() == ["Monday"]
    assert server.contents() == KEPT


def test_what_was_there_is_kept_aside_in_the_bucket(file, server, small_site):
    default_storage.delete("images/Größe & more.png")
    default_storage.save("later.png", ContentFile(b"later"))
    aside = restore(file, replace=True).aside
    there = {"media/media/call.mp4": CALL, "media/later.png": b"later"}
    assert server.contents() == KEPT | {f"{aside.name}/{name}": it for name, it in there.items()}


def test_a_bucket_that_fails_is_told_and_begun_again(file, server, small_site):
    server.refuses_to_put = True
    with pytest.raises(BackUpFault, match=r"bucket of uploads fails.*Begin again, with --replace"):
        restore(file, replace=True)
    server.refuses_to_put = False
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        restore(file, replace=True)
    assert KEPT.items() <= server.contents().items()
    assert small_site.words() == ["Monday"]


def test_from_a_disk_into_a_bucket(small_site, settings):
    file = back_up(small_site.folder.parent / "back-up.tar.gz")
    with BucketServer() as server:
        default = {"BACKEND": "core.bucket.Bucket", "OPTIONS": server.options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        restore(file, replace=True)
        assert server.contents() == {"media/images/box.png": PICTURE}


def test_a_try_elsewhere_leaves_the_bucket_alone(file, server, tmp_path, monkeypatch):
    asked = []

    def run(arguments, env):
        asked.append(env)
        return CompletedProcess(arguments, 0)

    monkeypatch.setenv("MEDIA_S3_BUCKET", "desk")
    monkeypatch.setattr(command.subprocess, "run", run)
    with pytest.raises(SystemExit):
        call_command("restore", str(file), into=tmp_path / "look")
    assert asked[0]["MEDIA_S3_BUCKET"] == ""
