"""How a database is copied at one moment, while the site runs, and how a copy comes back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.utils import timezone

from operate.back_ups import BackUpFault

SESSIONS = "django_session"
WAITS_FOR = 20
"""Seconds, for what else is at the database."""

# Wherever it is restored to: no place is called so, and mail is held before anybody can send it.
HOLD_MAIL = """
INSERT INTO {table} (id, place, held_at, held_because, problem, failures, refusals)
VALUES (1, 'restored', '{now}', '{because}', '', 0, 0)
ON CONFLICT (id) DO UPDATE SET
    place = excluded.place, held_at = excluded.held_at, held_because = excluded.held_because;
"""
HELD_BECAUSE = "The site was restored from a back-up: what waits may have left already."


@dataclass(frozen=True)
class Contents:
    """What a copy holds."""

    rows: dict[str, int]
    migrations: dict[str, list[str]]


class Database(Protocol):
    engine: str
    member: str
    """Its name in a back-up."""

    def size(self) -> int:
        """About how many bytes a copy takes."""

    def copy(self, target: Path) -> Contents:
        """Write a copy of one moment, without sessions. Raises BackUpFault."""

    def is_empty(self) -> bool: ...

    def is_in_use(self) -> bool:
        """Whether anybody else is connected to it."""

    def load(self, source: Path, rows: dict[str, int], aside: Path | None) -> None:
        """Put a copy in place as a whole, with all mail held; nothing if that fails.

        What is there goes to the folder `aside`; without one the database must be empty. Raises
        BackUpFault, as where the copy does not have these `rows`.
        """


@contextmanager
def _told(kind: type[Exception]) -> Iterator[None]:
    """Tell what a database says against it in a sentence."""
    try:
        yield
    except kind as error:
        raise BackUpFault(f"The database does not let us: {error}") from error


class SQLite:
    engine = "sqlite"
    member = "database.sqlite3"

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        parts = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    @_told(sqlite3.Error)
    def copy(self, target: Path) -> Contents:
        with closing(self._open(self._path)) as live:
            # Unlike the file, its copy has no free pages, in which deleted words are still read.
            live.execute("VACUUM INTO ?", [str(target)])
        with closing(self._open(target)) as copy:
            _check(copy)
            copy.execute("PRAGMA secure_delete = ON")
            copy.execute(f"DELETE FROM {SESSIONS}")  # noqa: S608
            applied = copy.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
            return Contents(_rows_of(copy), _by_app(applied))

    def is_empty(self) -> bool:
        if not self._path.exists() or not self._path.stat().st_size:
            return True
        with closing(self._open(self._path)) as there:
            return not _tables_of(there)

    def is_in_use(self) -> bool:
        if not self._path.exists():
            return False
        with closing(self._open(self._path, timeout=1)) as there:
            try:
                # Only who is alone may end the write-ahead log, and then all is in the one file.
                (mode,) = there.execute("PRAGMA journal_mode = DELETE").fetchone()
            except sqlite3.OperationalError:
                return True
        return mode != "delete"

    @_told(sqlite3.Error)
    def load(self, source: Path, rows: dict[str, int], aside: Path | None) -> None:
        with closing(self._open(source)) as copy:
            _check(copy)
            _compare(_rows_of(copy), rows)
            copy.executescript(_hold_mail("outbox_outlet"))
        if aside and self._path.exists():
            shutil.move(self._path, aside / self._path.name)
        for left in ("-wal", "-shm"):
            self._path.with_name(self._path.name + left).unlink(missing_ok=True)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, self._path)

    def _open(self, path: Path, timeout: float = WAITS_FOR) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=timeout, isolation_level=None)


def _check(copy: sqlite3.Connection) -> None:
    said = [line for (line,) in copy.execute("PRAGMA quick_check(3)")]
    if said != ["ok"]:
        raise BackUpFault(f"The database is damaged: {' '.join(said)}")


def _tables_of(database: sqlite3.Connection) -> list[str]:
    of_ours = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
    return [name for (name,) in database.execute(f"{of_ours} ESCAPE '\\' ORDER BY name")]


def _rows_of(database: sqlite3.Connection) -> dict[str, int]:
    return {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in _tables_of(database)
    }


class PostgreSQL:
    engine = "postgresql"
    member = "database.sql"

    TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"

    def __init__(self, settings: dict) -> None:
        self._settings = settings

    def size(self) -> int:
        return self._ask("SELECT pg_database_size(current_database())")

    def copy(self, target: Path) -> Contents:
        dump = self._tool("pg_dump")
        with closing(self._open()) as live, live.cursor() as cursor:
            live.autocommit = False
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            migrations = _by_app(cursor.fetchall())
            cursor.execute(self.TABLES)
            tables = [name for (name,) in cursor.fetchall()]
            rows = {}
            for name in tables:
                cursor.execute(f'SELECT count(*) FROM public."{name}"')  # noqa: S608
                (rows[name],) = cursor.fetchone()
            # What is counted and what is written are of one moment.
            command = [dump, "--no-owner", "--no-privileges", "--no-comments"]
            command += [f"--snapshot={snapshot}", f"--file={target}"]
            self._run([*command, f"--exclude-table-data=public.{SESSIONS}"])
        return Contents({**rows, SESSIONS: 0}, migrations)

    def is_empty(self) -> bool:
        return not self._ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")

    def is_in_use(self) -> bool:
        return bool(
            self._ask(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )

    def load(self, source: Path, rows: dict[str, int], aside: Path | None) -> None:
        load = self._tool("psql")
        script = []
        if aside:
            self._run([self._tool("pg_dump"), "--no-owner", f"--file={aside / self.member}"])
            script = ["SET lock_timeout = '20s';", "DROP SCHEMA public CASCADE;"]
            script += ["CREATE SCHEMA public;"]
        before = source.with_name("before.sql")
        before.write_text("\n".join(script), encoding="utf-8")
        after = source.with_name("after.sql")
        counted = [_counted(name, count) for name, count in rows.items()]
        held = _hold_mail("public.outbox_outlet")
        after.write_text("\n".join([*counted, held]), encoding="utf-8")
        command = [load, "--no-psqlrc", "--quiet", "--single-transaction"]
        command += ["--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        self._run([*command, *(f"--file={file}" for file in (before, source, after))])

    def _open(self):
        with _told(connection.Database.Error):
            return connection.get_new_connection(connection.get_connection_params())

    def _ask(self, question: str) -> int:
        with closing(self._open()) as live, live.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    def _tool(self, name: str) -> str:
        if path := shutil.which(name):
            return path
        raise BackUpFault(
            f"{name} is missing: install the client of PostgreSQL, in the release of the server "
            "(on Debian: apt install postgresql-client)."
        )

    def _run(self, command: list[str]) -> None:
        said = {
            "PGHOST": self._settings.get("HOST"),
            "PGPORT": self._settings.get("PORT"),
            "PGUSER": self._settings.get("USER"),
            "PGPASSWORD": self._settings.get("PASSWORD"),
            "PGDATABASE": self._settings["NAME"],
        }
        environment = {**os.environ, **{name: str(value) for name, value in said.items() if value}}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
            raise BackUpFault(f"{Path(command[0]).name} failed: {last[0]}")


def current_database() -> Database:
    """Return that of the settings. Raises BackUpFault where it cannot be copied."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return SQLite(Path(settings["NAME"]))
    if connection.vendor == "postgresql":
        return PostgreSQL(settings)
    raise BackUpFault(f"Back-ups are made of SQLite and PostgreSQL, not of {connection.vendor}.")


def _by_app(applied: list[tuple[str, str]]) -> dict[str, list[str]]:
    migrations: dict[str, list[str]] = {}
    for app, name in applied:
        migrations.setdefault(app, []).append(name)
    return migrations


def _compare(found: dict[str, int], said: dict[str, int]) -> None:
    if wrong := sorted(name for name in {*found, *said} if found.get(name) != said.get(name)):
        raise BackUpFault(f"Its tables do not have the rows that it says: {', '.join(wrong)}.")


def _counted(table: str, count: int) -> str:
    quoted = table.replace('"', '""')
    return (
        f'DO $$ BEGIN IF (SELECT count(*) FROM public."{quoted}") <> {int(count)} THEN '  # noqa: S608
        "RAISE EXCEPTION 'Its tables do not have the rows that it says.'; END IF; END $$;"
    )


def _hold_mail(table: str) -> str:
    now = timezone.now().isoformat(sep=" ", timespec="seconds")
    return HOLD_MAIL.format(table=table, now=now, because=HELD_BECAUSE)
