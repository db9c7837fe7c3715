"""An index in the site's own PostgreSQL, by its full text search: for several hosts, or many texts.

Two tables that no model knows: a row for each entry, its stems in a tsvector and all that is
counted beside them, and a row for each term with how many entries have it. `rebuild` creates them
under a new name in one transaction, so that there is nothing to migrate, and whoever reads has all
of the old ones or all of the new.

`ts_rank` reads the whole vector of an entry. Where more are found than it can be given in good
time, those with the words in their titles come first, then what is weighty and recent, and only
the best of them are ranked closer.

Slips in long words are looked for among words that share trigrams, by the extension pg_trgm. Where
that cannot be created, as for want of a right, all words of about the length are compared.
"""

# ruff: noqa: S608 - statements are made of what stands here; what was asked is given beside them
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from django.db import DatabaseError, connection, transaction

from core.findable import ObjectRef
from core.page_cache.changes import unseen
from search.engines import (
    FACETS,
    LOOKED_OVER,
    Busy,
    Counts,
    Differences,
    Found,
    IndexWriter,
    Narrowing,
    NoIndex,
    spread,
)
from search.engines.indexing import (
    COMPLETIONS_WEIGHED,
    LIKELY_COMPLETIONS,
    RECENT_BOOST,
    SHORTEST_FOR_TWO_EDITS,
    SHORTEST_TO_COMPLETE,
    Vocabulary,
    edits_allowed,
    object_ref,
    object_term,
    offered_words,
)
from search.entries import BREAK
from search.models import Entry
from search.query import Alternative, Query
from search.words import VERSION, stem

logger = logging.getLogger(__name__)

ANY_NAME = "search_index"
NAME = f"{ANY_NAME}_{VERSION}_1"
"""Of an index of this schema and this way of reading words. Raise the last with the schema."""
WRITING, REBUILDING = 0x696E6478, 0x6D616B65
"""The advisory locks of whoever changes the index, and of whoever makes one anew."""
MOST_RANKED = 500
ENTRIES_AT_ONCE = 500
IN_TEXT = "%s * 8 * ts_rank('{1, 1, 1, 1}', stems, %s::tsquery, 1)"
IN_TITLE = "%s * 2.2 / (1.3 + 0.15 * cardinality(title)) * (%s = ANY(title))::int"
"""What a way counts by `ts_rank`, about 1 where it is said once in a text as long as most are; and
by BM25 for a title of six stems on average, in which a stem stands once."""
TITLE_BOOST = 2.0
LEAST_SIMILAR = 0.15
"""Of the trigrams that either of two words has, the share that both must have."""
LAST = "\U0010ffff"

TABLES = """
    CREATE TABLE {name} (
        ref text COLLATE "C" NOT NULL,
        object text COLLATE "C" NOT NULL,
        digest text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        year text COLLATE "C",
        host text[] COLLATE "C" NOT NULL,
        tag text[] COLLATE "C" NOT NULL,
        day date,
        weight real NOT NULL,
        title text[] COLLATE "C" NOT NULL,
        said text COLLATE "C" NOT NULL,
        stems tsvector NOT NULL,
        words text[] COLLATE "C" NOT NULL
    );
    CREATE TABLE {name}_terms (
        is_stem boolean NOT NULL,
        term text COLLATE "C" NOT NULL,
        entries integer NOT NULL
    )
"""
# A list of what is still to be put into the GIN would be read through by every search.
INDEXES = """
    ALTER TABLE {name} ADD PRIMARY KEY (ref);
    ALTER TABLE {name}_terms ADD PRIMARY KEY (is_stem, term);
    CREATE INDEX ON {name} (object);
    CREATE INDEX ON {name} USING gin (stems, words) WITH (fastupdate = off);
    ANALYZE {name};
    ANALYZE {name}_terms
"""
TRIGRAMS = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX {name}_similar ON {name}_terms USING gin (term gin_trgm_ops) WHERE NOT is_stem
"""
# Readers would wait behind whoever waits for a table that a back-up reads.
DROPPED = """
    SET LOCAL lock_timeout = '2s';
    DROP TABLE {name}, {name}_terms;
    SET LOCAL lock_timeout TO DEFAULT
"""
NAMES = """
    SELECT relname, reltuples, to_regclass(relname || '_similar') IS NOT NULL {planned}
    FROM pg_class WHERE relname ~ %s AND relkind = 'r' AND pg_table_is_visible(oid)
"""
# The planner takes it for cheap to look a vector through, and compiling for worth its time.
PLANNED = ", set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
PLANNED_AS_BEFORE = "SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT"
SIZE = "SELECT pg_total_relation_size(%s::regclass)"

PUT = "INSERT INTO {name} SELECT * FROM json_populate_recordset(NULL::{name}, %s::json)"
TERMS_OF = """
    SELECT is_stem, term, count(*) AS entries FROM (
        SELECT true AS is_stem, unnest(tsvector_to_array(stems)) AS term FROM {rows}
        UNION ALL
        SELECT false, unnest(words) FROM {rows}
    ) AS said GROUP BY is_stem, term
"""
COUNT_PUT = f"""
    WITH put AS ({PUT} RETURNING stems, words)
    INSERT INTO {{name}}_terms AS known {TERMS_OF.format(rows="put")}
    ON CONFLICT (is_stem, term) DO UPDATE SET entries = known.entries + excluded.entries
"""
COUNT_DELETED = f"""
    WITH gone AS (DELETE FROM {{name}} WHERE {{column}} = ANY(%s) RETURNING stems, words)
    UPDATE {{name}}_terms AS known SET entries = known.entries - fewer.entries
    FROM ({TERMS_OF.format(rows="gone")}) AS fewer
    WHERE known.is_stem = fewer.is_stem AND known.term = fewer.term
"""

FREQUENCIES = "SELECT term, entries FROM {name}_terms WHERE is_stem AND term = ANY(%s)"
# Few combinations of hosts and of tags stand for many entries.
COUNTED = """
    WITH grouped AS (
        SELECT GROUPING(kind, year, host, tag) AS facet, kind, year, host, tag, {sums}
        FROM {name} WHERE {met} GROUP BY GROUPING SETS (kind, year, host, tag)
    )
    SELECT facet, value, {totals} FROM grouped, LATERAL unnest(
        CASE facet WHEN 7 THEN ARRAY[kind] WHEN 11 THEN ARRAY[year] WHEN 13 THEN host ELSE tag END
    ) AS value
    WHERE value IS NOT NULL GROUP BY facet, value
"""
GROUPED_BY = {7: "kind", 11: "year", 13: "host", 14: "tag"}
YEARS_OLD = "greatest(0, current_date - coalesce(day, '0001-01-01')) / 365.0::float8"
IN_ORDER = f"""
    SELECT ref, object, title, stems, day,
        weight * (1 + {RECENT_BOOST}::float8 / (1 + {YEARS_OLD})) AS factor
    FROM {{name}} WHERE {{met}}
    ORDER BY {{in_title}} DESC, factor DESC, day DESC NULLS LAST, ref
"""
BEST = f"""
    WITH ranked AS ({IN_ORDER} LIMIT %s)
    SELECT ref, object, cardinality(title) > 0 FROM ranked
    ORDER BY factor * ({{score}}) DESC, day DESC NULLS LAST, ref LIMIT %s
"""
REST = f"{IN_ORDER} OFFSET %s LIMIT %s"
BEGINNING = """
    SELECT term, entries FROM {name}_terms
    WHERE NOT is_stem AND term >= %s AND term < %s ORDER BY entries DESC, term LIMIT %s
"""
COMPLETED = f"""
    SELECT term FROM ({BEGINNING}) AS beginning CROSS JOIN LATERAL (
        SELECT count(*) AS together FROM {{name}} WHERE words @> ARRAY[term] AND {{met}}
    ) AS counted
    WHERE together > 0 ORDER BY together DESC, entries DESC, term LIMIT %s
"""
OF_LENGTH = """
    SELECT term, entries FROM {name}_terms
    WHERE NOT is_stem AND length(term) BETWEEN %s AND %s
"""
SIMILAR_FROM = "SELECT set_config('pg_trgm.similarity_threshold', %s, true)"


class PostgresEngine:
    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        with _reading() as index:
            return index.search(query, narrowing, offset, limit)

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        with _reading() as index:
            return index.complete(before, beginning, narrowing, limit)

    def suggest(self, word: str) -> str | None:
        with _reading() as index:
            return index.suggest(word)

    def is_there(self) -> bool:
        return bool(_indexes())

    def size(self) -> int:
        """Return the bytes that the index takes up in the database."""
        index = _newest()
        names = [index.name, f"{index.name}_terms"]
        return sum(index.rows(SIZE, name)[0][0] for name in names)

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        with _locked(WRITING), _writing_to(_newest()) as writer:
            yield writer

    def follow(self, differences: Differences) -> None:
        with _locked(WRITING):
            _follow(_newest(), differences)

    def rebuild(self, entries: Iterable[Entry], differences: Differences) -> None:
        with _locked(REBUILDING):
            known = _indexes()
            _drop(known[1:])
            index = _Index(f"{NAME}_{known[0].serial + 1 if known else 1}")
            _make(index, entries)
            _lock(WRITING)
            _follow(index, differences)

    def tidy(self) -> None:
        """Drop what is in use no more; the database sees to the rest itself."""
        with _locked(REBUILDING):
            newest = _newest()
            _drop(index for index in _indexes(ANY_NAME) if index.name != newest.name)


@dataclass(frozen=True)
class _Sql:
    """A piece of a statement, and what is given to it."""

    text: str
    given: tuple = ()

    @classmethod
    def joined(cls, word: str, parts: Iterable["_Sql"], none: str) -> "_Sql":
        parts = list(parts)
        text = f" {word} ".join(f"({part.text})" for part in parts)
        return cls(text or none, tuple(value for part in parts for value in part.given))


def _all(parts: Iterable[_Sql]) -> _Sql:
    return _Sql.joined("AND", parts, "true")


def _any(parts: Iterable[_Sql]) -> _Sql:
    return _Sql.joined("OR", parts, "false")


def _sum(parts: Iterable[_Sql]) -> _Sql:
    return _Sql.joined("+", parts, "0")


@dataclass(frozen=True)
class _Index:
    """One index, as one transaction sees it."""

    name: str
    entries: float = 0
    """How many there are, about."""
    has_trigrams: bool = False

    @property
    def serial(self) -> int:
        return int(self.name.rpartition("_")[2])

    def rows(self, sql: str, *given: object, **parts: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(name=self.name, **parts), given)
            return cursor.fetchall() if cursor.description else []

    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        frequencies = self._frequencies(query)
        asked = _known(query, frequencies)
        if asked is None:
            return Found(0, [], {facet: {} for facet in FACETS})
        met = _all([*_meeting(asked), *_within(narrowing)])
        total, counts = self._count(met, narrowing.chosen)
        refs: list[str] = []
        if offset < total:
            met = _all([met, *map(_has, narrowing.chosen.items())])
            refs = self._best(asked, met, frequencies, offset, limit)
        return Found(total, refs, counts)

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        asked = _known(before, self._frequencies(before))
        if asked is None:
            return []
        chosen = map(_has, narrowing.chosen.items())
        met = _all([*_meeting(asked), *_within(narrowing), *chosen])
        begun = beginning, beginning + LAST, COMPLETIONS_WEIGHED
        rows = self.rows(COMPLETED, *begun, *met.given, limit, met=met.text)
        return [term for (term,) in rows]

    def suggest(self, word: str) -> str | None:
        edits = edits_allowed(word)
        if not edits or self._counts([stem(word)]):
            return None
        sql, given = OF_LENGTH, [len(word) - edits, len(word) + edits]
        if self.has_trigrams and len(word) >= SHORTEST_FOR_TWO_EDITS:
            self.rows(SIMILAR_FROM, str(LEAST_SIMILAR))
            sql, given = f"{sql} AND term %% %s", [*given, word]
        if len(word) >= SHORTEST_TO_COMPLETE:
            sql = f"{sql} UNION ({BEGINNING})"
            given += [word, word + LAST, LIKELY_COMPLETIONS]
        likely = Vocabulary(dict(self.rows(sql, *given))).like(word)
        return likely[0] if likely else None

    def _frequencies(self, query: Query) -> dict[str, int]:
        ways = [*query.alternatives(), *query.unwanted]
        return self._counts({one for way in ways for one in way.stems})

    def _counts(self, stems: Iterable[str]) -> dict[str, int]:
        """Return how many entries have each of those stems that any has."""
        return dict(self.rows(FREQUENCIES, list(stems)))

    def _count(self, met: _Sql, chosen: Mapping[str, str]) -> tuple[int, Counts]:
        """Count what meets a query with all that is chosen, and for each facet with the others."""
        choices = {facet: _has((facet, value)) for facet, value in chosen.items()}
        sums = [_all(choices.values())]
        sums += [_all(choices[other] for other in choices if other != one) for one in choices]
        if choices:
            met = _all([met, _any(sums[1:])])
        rows = self.rows(
            COUNTED,
            *_all(sums).given,
            *met.given,
            met=met.text,
            sums=", ".join(
                f"count(*) FILTER (WHERE {one.text}) AS n{place}" for place, one in enumerate(sums)
            ),
            totals=", ".join(f"sum(n{place})::int" for place in range(len(sums))),
        )
        places = {facet: place for place, facet in enumerate(choices, 1)}
        total = 0
        counts: Counts = {facet: {} for facet in FACETS}
        for grouping, value, *numbers in rows:
            facet = GROUPED_BY[grouping]
            if number := numbers[places.get(facet, 0)]:
                counts[facet][value] = number
            if facet == "kind":
                total += numbers[0]
        return total, counts

    def _best(
        self, asked: Query, met: _Sql, frequencies: Mapping[str, int], offset: int, limit: int
    ) -> list[str]:
        in_title, score = _in_title(asked), self._score(asked, frequencies)
        in_order = {"met": met.text, "in_title": in_title.text}
        given = *met.given, *in_title.given
        refs: list[str] = []
        if offset < MOST_RANKED:
            most = max(offset + limit, LOOKED_OVER)
            given_of_best = *given, MOST_RANKED, *score.given, most
            ranked = self.rows(BEST, *given_of_best, score=score.text, **in_order)
            best = spread(ranked, lambda row: None if row[2] else row[1])
            refs = [ref for ref, *_object in best[offset : offset + limit]]
        if offset + limit > MOST_RANKED:
            skipped = max(offset, MOST_RANKED)
            rest = self.rows(REST, *given, skipped, offset + limit - skipped, **in_order)
            refs += [ref for ref, *_others in rest]
        return refs

    def _score(self, asked: Query, frequencies: Mapping[str, int]) -> _Sql:
        """Add up what each way of meeting the terms is worth, the rarer the more."""
        total = max(self.entries, *frequencies.values())
        rareness = {one: log(total / entries) + 1 for one, entries in frequencies.items()}
        parts = []
        for way in {way.stems: way for way in asked.alternatives()}.values():
            worth = way.weight * sum(rareness[one] for one in way.stems)
            parts.append(_Sql(IN_TEXT, (worth, _lexemes(way))))
            if _is_single(way):
                worth = TITLE_BOOST * rareness[way.stems[0]]
                parts.append(_Sql(IN_TITLE, (worth, way.stems[0])))
        return _sum(parts)


class _Writer:
    def __init__(self, index: _Index) -> None:
        self._index = index

    def delete(self, objects: Iterable[ObjectRef]) -> None:
        self._delete("object", map(object_term, objects))

    def upsert(self, entries: Iterable[Entry]) -> None:
        for some in _batches(entries):
            self._delete("ref", (entry.ref for entry in some))
            self._index.rows(COUNT_PUT, _packed(some))

    def _delete(self, column: str, values: Iterable[str]) -> None:
        self._index.rows(COUNT_DELETED, list(values), column=column)


def _known(query: Query, frequencies: Mapping[str, int]) -> Query | None:
    """Return a query without ways that no entry can meet; None if that leaves a term without."""

    def known(ways: Iterable[Alternative]) -> tuple[Alternative, ...]:
        return tuple(way for way in ways if all(one in frequencies for one in way.stems))

    terms = [replace(term, alternatives=known(term.alternatives)) for term in query.terms]
    if not all(term.alternatives for term in terms):
        return None
    return Query(tuple(terms), known(query.unwanted))


def _meeting(asked: Query) -> Iterator[_Sql]:
    """Yield what the index of stems can tell, and what only the text: whether they are in a row."""
    if not asked:
        return
    wanted = [f"({' | '.join(map(_lexemes, term.alternatives))})" for term in asked.terms]
    unwanted = [f"!{_lexemes(way)}" for way in asked.unwanted if _is_single(way)]
    yield _has_stems(" & ".join(wanted + unwanted))
    for term in asked.terms:
        single = [_lexemes(way) for way in term.alternatives if _is_single(way)]
        rows = [_says(way) for way in term.alternatives if not _is_single(way)]
        if rows:
            yield _any([*rows, *([_has_stems(" | ".join(single))] if single else [])])
    for way in asked.unwanted:
        if not _is_single(way):
            yield _Sql(f"NOT {_says(way).text}", _says(way).given)


def _is_single(way: Alternative) -> bool:
    return len(way.stems) == 1


def _lexemes(way: Alternative) -> str:
    """Return a query for entries that have all the stems: each is of letters and digits alone."""
    stems = " & ".join(f"'{one}'" for one in way.stems)
    return stems if _is_single(way) else f"({stems})"


def _has_stems(lexemes: str) -> _Sql:
    return _Sql("stems @@ %s::tsquery", (lexemes,))


def _says(way: Alternative) -> _Sql:
    return _Sql("strpos(said, %s) > 0", (f" {' '.join(way.stems)} ",))


def _in_title(asked: Query) -> _Sql:
    """Count the terms that stand in the title."""
    single = [
        [way.stems[0] for way in term.alternatives if _is_single(way)] for term in asked.terms
    ]
    return _sum(_Sql("(title && %s::text[])::int", (stems,)) for stems in single)


def _within(narrowing: Narrowing) -> Iterator[_Sql]:
    if narrowing.kinds:
        yield _Sql("kind = ANY(%s)", (list(narrowing.kinds),))
    if narrowing.within is not None:
        yield _Sql("object = ANY(%s)", (_object_terms(narrowing.within),))
    if narrowing.hidden:
        yield _Sql("object <> ALL(%s)", (_object_terms(narrowing.hidden),))


def _object_terms(objects: Iterable[ObjectRef]) -> list[str]:
    return [object_term(ref) for ref in objects]


def _has(choice: tuple[str, str]) -> _Sql:
    facet, value = choice
    return _Sql(f"%s = ANY({facet})" if facet in {"host", "tag"} else f"{facet} = %s", (value,))


def _indexes(name: str = NAME, planned: str = "") -> list[_Index]:
    """Return the indexes of a name, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES.format(planned=planned), [f"^{name}(_[0-9]+)+$"])
        indexes = [_Index(*row[:3]) for row in cursor.fetchall()]
    return sorted(indexes, key=lambda index: index.serial, reverse=True)


def _newest(planned: str = "") -> _Index:
    """Return the index in use. Raises NoIndex."""
    if indexes := _indexes(NAME, planned):
        return indexes[0]
    raise NoIndex


@contextmanager
def _reading() -> Iterator[_Index]:
    is_within = connection.in_atomic_block
    # What fails is undone by itself: the caller goes on, in a transaction of its own perhaps.
    with transaction.atomic():
        index = _newest(PLANNED)
        yield index
        if is_within:
            index.rows(PLANNED_AS_BEFORE)


@contextmanager
def _locked(key: int) -> Iterator[None]:
    """Begin a transaction and hold a lock to its end. Raises Busy."""
    # Stored pages do not show what is in the index: they stay when it changes.
    with transaction.atomic(), unseen(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise Busy
        yield


def _lock(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


@contextmanager
def _writing_to(index: _Index) -> Iterator[_Writer]:
    yield _Writer(index)
    index.rows("DELETE FROM {name}_terms WHERE entries <= 0")


def _follow(index: _Index, differences: Differences) -> None:
    rows = index.rows("SELECT ref, object, digest FROM {name}")
    objects, entries = differences({ref: (object_ref(term), digest) for ref, term, digest in rows})
    if objects:
        with _writing_to(index) as writer:
            writer.delete(objects)
            writer.upsert(entries)


def _make(index: _Index, entries: Iterable[Entry]) -> None:
    index.rows(TABLES)
    for some in _batches(entries):
        index.rows(PUT, _packed(some))
    index.rows(f"INSERT INTO {{name}}_terms {TERMS_OF.format(rows='{name}')}")
    index.rows(INDEXES)
    try:
        with transaction.atomic():
            index.rows(TRIGRAMS)
    except DatabaseError as error:
        logger.info("The search index goes without pg_trgm: %s", str(error).partition("\n")[0])


def _drop(indexes: Iterable[_Index]) -> None:
    for index in indexes:
        try:
            with transaction.atomic():
                index.rows(DROPPED)
        except DatabaseError:
            logger.info("%s is still being read; it is dropped the next time.", index.name)


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    remaining = iter(entries)
    while some := list(islice(remaining, ENTRIES_AT_ONCE)):
        yield some


def _packed(entries: Iterable[Entry]) -> str:
    return json.dumps([_row(entry) for entry in entries], ensure_ascii=False)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "ref": entry.ref,
        "object": object_term(entry.object_ref),
        "digest": entry.digest,
        "kind": entry.kind,
        "year": str(entry.year) if entry.year else None,
        "host": sorted(entry.values_of("host")),
        "tag": sorted(entry.values_of("tag")),
        "day": entry.date.isoformat() if entry.date else None,
        "weight": entry.weight,
        "title": sorted(set(entry.title_stems.split())),
        "said": entry.stems,
        "stems": _vector(entry.stems),
        "words": sorted(offered_words(entry)),
    }


def _vector(stems: str) -> str:
    """Return stems with their places, as a tsvector is written."""
    places: dict[str, list[str]] = {}
    for place, one in enumerate(stems.split(), 1):
        if one != BREAK:
            places.setdefault(one, []).append(str(place))
    return " ".join(f"'{one}':{','.join(where)}" for one, where in places.items())
