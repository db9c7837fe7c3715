"""A site of a few tables and files, to be backed up and restored without any of its pages."""

import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from operate.back_ups.databases import SQLite

TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE django_session (session_key TEXT PRIMARY KEY);
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT);
CREATE TABLE outbox_outlet (
    id INTEGER PRIMARY KEY, place TEXT NOT NULL, held_at TEXT, held_because TEXT NOT NULL,
    problem TEXT NOT NULL, failures INTEGER NOT NULL, refusals INTEGER NOT NULL
);
CREATE TABLE word (said TEXT);
INSERT INTO django_session VALUES ('somebody');
INSERT INTO django_migrations VALUES (1, 'outbox', '0001_initial');
"""


@dataclass(frozen=True)
class SmallSite:
    """Say words in its database, and what it holds lies in a folder."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "site.sqlite3"

    @property
    def database(self) -> SQLite:
        return SQLite(self.path)

    @property
    def letter(self) -> Path:
        return self.folder / "submissions" / "letter.txt"

    @property
    def picture(self) -> Path:
        return self.folder / "media" / "images" / "box.png"

    def open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)

    def ask(self, question: str, *values: object) -> list[tuple]:
        with closing(self.open()) as live:
            return live.execute(question, values).fetchall()

    def say(self, word: str) -> None:
        self.ask("INSERT INTO word VALUES (?)", word)

    def words(self) -> list[str]:
        return [word for (word,) in self.ask("SELECT said FROM word ORDER BY rowid")]

    def plant(self) -> None:
        for path, content in ((self.letter, b"Dear desk"), (self.picture, bytes(range(256)))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with closing(self.open()) as live:
            live.executescript(TABLES)
        self.say("Monday")


def members(file: Path) -> dict[str, bytes]:
    """Return what is in a back-up, in order."""
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}
