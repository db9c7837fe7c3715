"""A back-up, put in an empty place, is the same site; and nothing else gets in anywhere."""

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from config.secret import read_former, read_secret
from operate.back_ups import BackUpFault, restoring
from operate.back_ups.databases import HELD_BECAUSE, PostgreSQL
from operate.back_ups.making import back_up
from operate.back_ups.manifest import read_manifest
from operate.back_ups.restoring import restore
from operate.management.commands.prepare import follow_site_url
from outbox.addresses import address_of
from outbox.models import Mail
from tests.factories.chats import make_chat, make_topic
from tests.factories.pictures import make_image
from tests.operate.small_site import SmallSite, members
from tests.outbox.smtp_server import Behaviour, serving
from updates import links
from updates.models import Subscriber

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
CHANGED_BY_IT = {"django_session", "outbox_outlet"}
"""Sign-ins end, and mail is held."""

LIVED_IN = """
import json, sys
import django

django.setup()
from django.core.management import CommandError, call_command
from django.test import Client
from outbox.models import Mail
from outbox.sending import send_due

def mails():
    send_due()
    return list(Mail.objects.values_list("state", flat=True))

client = Client(SERVER_NAME="localhost")
pages = {path: client.get(path).content.decode() for path in sys.argv[1:]}
held = mails()
call_command("release_mail")
print(json.dumps({"pages": pages, "held": held, "released": mails()}))
"""
"""What a site does once it is in its place."""


@dataclass(frozen=True)
class Elsewhere:
    """An empty place on this machine, and a mail server that it would send by."""

    data_dir: Path
    database_url: str
    mail: Behaviour
    mail_port: int

    def run(self, *command: str | Path) -> str:
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ
        }
        environment |= {
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "PYTHONPATH": str(MANAGE.parent / "site"),
        }
        done = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def here(settings, tmp_path) -> Path:
    """The folder of a site, with the database of the test."""
    folder = tmp_path / "here"
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.SUBMISSIONS_FOLDER = folder / "submissions"
    settings.BACK_UPS = folder / "back-ups"
    settings.SECRET_FILE = folder / "secret-key"
    settings.FORMER_SECRETS_FILE = folder / "former-secrets"
    settings.PAGES_FOLDER = folder / "pages"
    return folder


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[Elsewhere]:
    behaviour = Behaviour()
    folder = tmp_path / "elsewhere"
    with _empty_database(folder) as url, serving(behaviour) as port:
        yield Elsewhere(folder, url, behaviour, port)


@contextmanager
def _empty_database(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'site.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(url_of("postgres"), autocommit=True) as live:
        live.execute(f"DROP DATABASE IF EXISTS {name}")
        live.execute(f"CREATE DATABASE {name}")
        try:
            yield url_of(name)
        finally:
            live.execute(f"DROP DATABASE {name} WITH (FORCE)")


def url_of(name: str) -> str:
    """Return the address of a database beside the test's, or of that itself."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    of = connection.settings_dict
    password = f":{of['PASSWORD']}" if of["PASSWORD"] else ""
    return f"postgres://{of['USER']}{password}@{of['HOST']}:{of['PORT'] or 5432}/{name}"


def rows_at(database_url: str) -> dict[str, list[str]]:
    """Return all that each table holds."""
    opened = (
        sqlite3.connect(database_url.removeprefix("sqlite:///"))
        if connection.vendor == "sqlite"
        else psycopg.connect(database_url)
    )
    tables = set(connection.introspection.table_names()) - CHANGED_BY_IT
    with closing(opened) as live:
        return {name: _rows(live.cursor(), name) for name in tables}


def _rows(cursor, table: str) -> list[str]:
    cursor.execute(f'SELECT * FROM "{table}"')
    return sorted(map(repr, cursor.fetchall()))


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def live_in(site: Elsewhere, *paths: str) -> dict:
    return json.loads(site.run("-c", LIVED_IN, *paths).splitlines()[-1])


@pytest.mark.django_db(transaction=True)
def test_in_an_empty_place_it_is_the_same_site(here, elsewhere, archive):
    get_user_model().objects.create_superuser("boss@ill.example.org", "a long password")
    make_chat(topics=[make_topic("Interlibrary loans in winter")])
    make_image()
    (here / "submissions").mkdir()
    (here / "submissions" / "letter.odt").write_bytes(os.urandom(100))
    subscriber = Subscriber.objects.create(email="ines@example.org")
    link = links.own_address(subscriber).removeprefix(settings.SITE_URL)
    Session.objects.create(session_key="k" * 32, expire_date=timezone.now())
    mail = Mail(address=address_of("reader@example.net"), sender="desk@ill.example.org")
    mail.content = b"Subject: Your seat\r\n\r\nYes.\r\n"
    mail.save()
    follow_site_url(settings.SITE_URL)
    call_command("rebuild_search", stdout=io.StringIO())
    file = back_up()

    before = rows_at(url_of(connection.settings_dict["NAME"]))
    told = elsewhere.run(MANAGE, "restore", file, "--into", elsewhere.data_dir)
    assert "All mail is held" in told
    assert rows_at(elsewhere.database_url) == before
    for folder in ("media", "submissions"):
        assert files_in(elsewhere.data_dir / folder) == files_in(here / folder) != {}

    lived = live_in(elsewhere, "/search/?q=winter", link)
    assert "Interlibrary loans in" in lived["pages"]["/search/?q=winter"]
    assert "ines@example.org" in lived["pages"][link]
    assert (lived["held"], lived["released"]) == (["waiting"], ["sent"])
    assert len(elsewhere.mail.received) == 1

    told = elsewhere.run(MANAGE, "restore", file, "--into", elsewhere.data_dir, "--replace")
    assert "All mail is held" in told
    assert rows_at(elsewhere.database_url) == before
    (aside,) = elsewhere.data_dir.glob("replaced-*")
    assert {"media", "submissions", "secret-key"} < {path.name for path in aside.iterdir()}
    assert any(path.name in ("site.sqlite3", "database.sql") for path in aside.iterdir())


@pytest.fixture
def file(small_site) -> Path:
    return back_up(small_site.folder.parent / "back-up.tar.gz")


@pytest.fixture
def empty(file, move_to, tmp_path) -> SmallSite:
    """Where the settings say that the site is, and there is none yet."""
    return move_to(SmallSite(tmp_path / "empty"))


def altered(file: Path, alter: Callable[[str, bytes], bytes | None]) -> Path:
    """Write a back-up whose members are what `alter` makes of them; None leaves one out."""
    target = file.with_name("altered.tar.gz")
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members(file).items():
            changed = alter(name, content)
            if changed is not None:
                member = tarfile.TarInfo(name)
                member.size = len(changed)
                tar.addfile(member, io.BytesIO(changed))
    return target


def with_manifest(file: Path, **said: object) -> Path:
    def alter(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        return json.dumps({**json.loads(content), **said}).encode()

    return altered(file, alter)


class TestInAnEmptyPlace:
    def test_all_is_there(self, file, empty, small_site, settings):
        restored = restore(file)
        assert restored.aside is None
        assert empty.words() == ["Monday"]
        assert empty.letter.read_bytes() == small_site.letter.read_bytes()
        assert empty.letter.stat().st_mtime == int(small_site.letter.stat().st_mtime)
        assert empty.picture.read_bytes() == small_site.picture.read_bytes()
        assert (empty.folder / "secret-key").read_text() == settings.SECRET_KEY
        assert not (empty.folder / restoring.STAGING).exists()

    def test_the_secret_is_for_its_owner_alone_and_counts_whatever_signs(self, file, empty):
        restore(file)
        for name in ("secret-key", "former-secrets"):
            assert (empty.folder / name).stat().st_mode & 0o777 == 0o600
        assert read_former(empty.folder) == [read_secret(empty.folder)]

    def test_mail_is_held_that_was_never_sent_from_anywhere(self, file, empty):
        restore(file)
        ((place, because),) = empty.ask("SELECT place, held_because FROM outbox_outlet")
        assert (place, because) == ("restored", HELD_BECAUSE)

    def test_mail_is_held_in_the_same_place_too(self, small_site):
        small_site.ask("INSERT INTO outbox_outlet VALUES (1, 'here', NULL, '', '', 0, 0)")
        restore(back_up(), replace=True)
        ((place, held_at),) = small_site.ask("SELECT place, held_at FROM outbox_outlet")
        assert place == "restored"
        assert parse_datetime(held_at)

    def test_an_index_of_before_is_not_believed(self, file, empty):
        (empty.folder / "index").mkdir(parents=True)
        restore(file)
        assert not (empty.folder / "index").exists()


class TestOverASite:
    def test_not_unless_it_is_said(self, file, small_site):
        small_site.say("Tuesday")
        with pytest.raises(BackUpFault, match="There is a site already"):
            restore(file)
        assert small_site.words() == ["Monday", "Tuesday"]

    def test_files_alone_are_a_site_too(self, file, empty):
        empty.letter.parent.mkdir(parents=True)
        empty.letter.write_text("Dear others")
        with pytest.raises(BackUpFault, match="There is a site already"):
            restore(file)
        assert empty.letter.read_text() == "Dear others"

    def test_what_was_there_is_kept_aside(self, file, small_site):
        (small_site.folder / "secret-key").write_text("the other secret")
        small_site.say("Tuesday")
        small_site.letter.write_text("Dear others")
        later = small_site.letter.with_name("later.txt")
        later.write_text("Dear all")
        aside = SmallSite(restore(file, replace=True).aside)
        assert small_site.words() == ["Monday"]
        assert small_site.letter.read_bytes() == b"Dear desk"
        assert not later.exists()
        assert aside.words() == ["Monday", "Tuesday"]
        assert aside.letter.read_text() == "Dear others"
        assert (aside.folder / "secret-key").read_text() == "the other secret"

    def test_not_while_it_runs(self, file, small_site):
        with closing(small_site.open()) as live:
            live.execute("SELECT * FROM word").fetchall()
            with pytest.raises(BackUpFault, match="stop the web server and the worker"):
                restore(file, replace=True)
        restore(file, replace=True)


class TestRefused:
    @pytest.fixture(autouse=True)
    def _nothing_is_changed(self, empty):
        yield
        assert not empty.path.exists()
        assert not [path for path in empty.folder.rglob("*") if path.is_file()]

    @pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.9])
    def test_half_a_file(self, file, part):
        whole = file.read_bytes()
        file.write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(BackUpFault, match="not a whole one"):
            restore(file)

    def test_a_file_with_a_byte_that_is_another(self, file):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)
        with pytest.raises(BackUpFault):
            restore(file)

    def test_one_that_was_never_ended(self, file):
        ended = altered(file, lambda name, it: None if name == "SHA256SUMS" else it)
        with pytest.raises(BackUpFault, match="is damaged"):
            restore(ended)

    @pytest.mark.parametrize("name", ["database.sqlite3", "media/images/box.png", "secrets.json"])
    def test_one_with_a_byte_that_is_another(self, file, name):
        wrong = altered(file, lambda one, it: it[:-1] + b"?" if one == name else it)
        with pytest.raises(BackUpFault, match="is damaged"):
            restore(wrong)

    def test_one_that_lacks_a_file(self, file):
        wrong = altered(file, lambda one, it: None if one == "media/images/box.png" else it)
        with pytest.raises(BackUpFault, match="is damaged"):
            restore(wrong)

    def test_one_of_a_newer_release(self, file):
        newer = {"outbox": ["0001_initial", "9999_what_is_to_come"]}
        with pytest.raises(BackUpFault, match=r"newer release, with outbox\.9999_what_is_to_come"):
            restore(with_manifest(file, migrations=newer))

    def test_one_of_a_format_to_come(self, file):
        with pytest.raises(BackUpFault, match="newer release"):
            restore(with_manifest(file, format=2))

    def test_one_of_another_kind_of_database(self, file):
        with pytest.raises(BackUpFault, match="is of PostgreSQL, and DATABASE_URL here of SQLite"):
            restore(with_manifest(file, engine=PostgreSQL.engine))

    def test_one_that_there_is_no_room_for(self, file):
        with pytest.raises(BackUpFault, match="are free"):
            restore(with_manifest(file, size=10**15))

    def test_what_is_none(self, file):
        with tarfile.open(file, "w:gz") as tar:
            tar.add(__file__)
        with pytest.raises(CommandError, match="no back-up of this site"):
            call_command("restore", str(file))

    def test_what_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match=r"There is no file .*away\.tar\.gz"):
            call_command("restore", str(tmp_path / "away.tar.gz"))

    def test_members_that_would_lie_elsewhere(self, file, tmp_path):
        with tarfile.open(file) as tar:
            manifest = tar.extractfile("manifest.json").read()
        with tarfile.open(file, "w:gz") as tar:
            for name, content in (("manifest.json", manifest), ("../../planted", b"evil")):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        with pytest.raises(BackUpFault):
            restore(file)
        assert not list(tmp_path.rglob("planted"))


def test_migrations_that_another_package_has_squashed_are_old(file):
    (manifest,) = (read_manifest(it) for name, it in members(file).items() if "manifest" in name)
    assert manifest.newer_than_here() == []
    squashed = replace(manifest, migrations={"wagtailcore": ["0001_what_was_squashed"]})
    assert squashed.newer_than_here() == []
