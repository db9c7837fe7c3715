"""SQLite's own full text search over the same entries: what ours is compared with."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from search.engines import Counts, Found, Narrowing
from search.models import Entry
from search.query import Query

SCHEMA = """
    PRAGMA journal_mode = DELETE;
    CREATE VIRTUAL TABLE said USING fts5(stems, content='', tokenize="unicode61 tokenchars '¶'");
    CREATE VIRTUAL TABLE word USING fts5vocab(said, row);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, ref TEXT, kind TEXT, year TEXT);
    CREATE TABLE label (
        entry INTEGER, facet TEXT, value TEXT, PRIMARY KEY (entry, facet, value)
    ) WITHOUT ROWID;
"""
PAGE = """
    SELECT ref FROM said JOIN entry ON entry.id = said.rowid
    WHERE said MATCH :match {met} ORDER BY bm25(said) LIMIT :limit OFFSET :offset
"""
TOTAL = (
    "SELECT count(*) FROM said JOIN entry ON entry.id = said.rowid WHERE said MATCH :match {met}"
)
BY_COLUMN = """
    SELECT {facet}, count(*) FROM said JOIN entry ON entry.id = said.rowid
    WHERE said MATCH :match {met} GROUP BY {facet}
"""
BY_LABEL = """
    SELECT value, count(*) FROM said JOIN entry ON entry.id = said.rowid
    JOIN label ON label.entry = said.rowid AND facet = '{facet}'
    WHERE said MATCH :match {met} GROUP BY value
"""
HAS_LABEL = """AND EXISTS (
    SELECT 1 FROM label AS chosen WHERE chosen.entry = said.rowid
    AND chosen.facet = '{facet}' AND chosen.value = :{facet})
"""


class Fts5:
    def __init__(self, path: Path) -> None:
        """Open what `write` has written, to read only."""
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        self._connection.close()

    def search(self, match: str, narrowing: Narrowing, offset: int, limit: int) -> Found:
        chosen = narrowing.chosen
        given = {"match": match, "limit": limit, "offset": offset, **chosen}

        def rows(sql: str, facet: str = "") -> list[tuple]:
            met = "".join(_having(other) for other in chosen if other != facet)
            return self._connection.execute(sql.format(met=met, facet=facet), given).fetchall()

        counts: Counts = {facet: dict(rows(BY_COLUMN, facet)) for facet in ("kind", "year")}
        counts |= {facet: dict(rows(BY_LABEL, facet)) for facet in ("host", "tag")}
        refs = [ref for (ref,) in rows(PAGE)]
        return Found(rows(TOTAL)[0][0], refs, counts)

    def complete(self, beginning: str, limit: int) -> list[str]:
        """Return the commonest stems that begin so."""
        found = self._connection.execute(
            "SELECT term FROM word WHERE term >= ? AND term < ? ORDER BY doc DESC LIMIT ?",
            (beginning, f"{beginning}\U0010ffff", limit),
        )
        return [term for (term,) in found]


def matching(query: Query, beginning: str = "") -> str:
    """Return a query, and the beginning of a word, in the syntax of FTS5.

    The other forms of a word that ours looks for too are left out.
    """
    terms = [f'"{" ".join(term.alternatives[0].stems)}"' for term in query.terms]
    return " AND ".join([*terms, f'"{beginning}"*'] if beginning else terms)


def write(path: Path, entries: Iterable[Entry]) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    for number, entry in enumerate(entries, 1):
        connection.execute("INSERT INTO said (rowid, stems) VALUES (?, ?)", (number, entry.stems))
        connection.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?)",
            (number, entry.ref, entry.kind, str(entry.year)),
        )
        connection.executemany(
            "INSERT INTO label VALUES (?, ?, ?)",
            [(number, label.facet, label.value) for label in entry.labels.all()],
        )
    connection.execute("INSERT INTO said (said) VALUES ('optimize')")
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()


def _having(facet: str) -> str:
    return (
        f"AND {facet} = :{facet} " if facet in {"kind", "year"} else HAS_LABEL.format(facet=facet)
    )
