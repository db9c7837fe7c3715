"""An index on this machine's disk, by Whoosh 2.7.4: many readers, one writer, no server.

Whoosh keeps the lists of which entry has which term, and the columns beside them; what meets a
query and what comes first is told here, list by list. Its own matchers go entry by entry, and ask
more than SQLite does where a word is frequent (docs/speed.md).

The folder holds pickles: it must belong to the user of the site alone. `current` names the folder
in it that is in use; a rebuild makes another beside it and replaces that one word.
"""

import bisect
import fcntl
import heapq
import io
import logging
import math
import secrets
import shutil
import sys
import threading
import time
import warnings
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from core.findable import ObjectRef
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
    RECENT_BOOST,
    Vocabulary,
    object_ref,
    object_term,
    offered_words,
)
from search.models import Entry
from search.query import Alternative, Query
from search.words import VERSION, stem

with warnings.catch_warnings():
    # Its source has escapes that Python 3.12 warns of.
    warnings.simplefilter("ignore")
    from whoosh import fields, formats
    from whoosh.codec.whoosh3 import W3Codec, W3Segment
    from whoosh.columns import NumericColumn, VarBytesColumn
    from whoosh.filedb import compound
    from whoosh.filedb.filestore import FileStorage
    from whoosh.filedb.structfile import BufferFile
    from whoosh.index import EmptyIndexError, FileIndex
    from whoosh.reading import IndexReader, SegmentReader, TermNotFound
    from whoosh.writing import SegmentWriter

logger = logging.getLogger(__name__)

TITLE_BOOST = 2.0
FREQUENCY_COUNTS, LENGTH_COUNTS = 1.2, 0.75
"""The k1 and b of BM25: what saying a word often, and being short, is worth."""
REBUILT_AGAIN_AFTER = 600
"""Seconds before a doubt that a look cannot confirm has an index made anew once more."""
MOST_SMALL_SEGMENTS = 8
"""So many are merged as another is added: each costs every search a little."""
SMALL = 500
"""Entries of a segment that need not wait for the quiet hour to be merged: a second's work."""
POSTINGS_AT_ONCE = 4096
POSTINGS_PER_TEXT = 20
"""How many postings are read in the time in which one text is looked through for a phrase."""
LONGEST = 0xFFFF


class _Part(BufferFile):
    """A part of a mapped file, read where it is."""

    def __init__(self, buf: memoryview, name: str | None = None, onclose: object = None) -> None:
        super().__init__(b"", name, onclose)
        self._buf = buf
        self.file = io.BufferedReader(_Window(buf))

    def subset(self, position: int, length: int, name: str | None = None) -> "_Part":
        return _Part(self._buf[position : position + length], name or self._name)


class _Window(io.RawIOBase):
    def __init__(self, buf: memoryview) -> None:
        self._buf = buf
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at}.get(whence, len(self._buf))
        return self._at

    def readinto(self, into: memoryview) -> int:
        part = self._buf[self._at : self._at + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)


# Whoosh's own copies all that it opens of an index into the memory of each thread.
compound.BufferFile = _Part


class Terms(fields.FieldType):
    """Terms that have been counted; where they stand is not kept."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), analyzer=None)

    def index(self, value: Counter[str], **kwargs) -> Iterator[tuple[bytes, int, int, bytes]]:
        return ((term.encode(), count, count, b"") for term, count in value.items())


SCHEMA = fields.Schema(
    ref=fields.ID(stored=True),
    object=fields.ID(stored=True),
    digest=fields.STORED,
    stems=Terms(),
    title=Terms(),
    word=Terms(),
    said=fields.COLUMN(VarBytesColumn()),
    facts=fields.COLUMN(VarBytesColumn()),
    owner=fields.COLUMN(VarBytesColumn()),
    day=fields.COLUMN(NumericColumn("i")),
    weight=fields.COLUMN(NumericColumn("f", default=1.0)),
    length=fields.COLUMN(NumericColumn("H")),
    title_length=fields.COLUMN(NumericColumn("H")),
)
MADE = "made"
"""A file whose time is that of the making."""
NAME = f"of-{VERSION}-2"
"""Of an index of this schema and this way of reading words. Raise the last with the schema."""


class WhooshEngine:
    def __init__(self) -> None:
        self._thread = threading.local()
        self._vocabulary: tuple[object, Vocabulary] | None = None

    def search(self, query: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        with self._reading() as reading:
            return reading.search(query, narrowing, offset, limit)

    def complete(
        self, before: Query, beginning: str, narrowing: Narrowing, limit: int
    ) -> list[str]:
        with self._reading() as reading:
            words = self._words(reading)
            return reading.complete(words, before, beginning, narrowing, limit)

    def suggest(self, word: str) -> str | None:
        with self._reading() as reading:
            if reading.docs_with("stems", stem(word)):
                return None
            likely = self._words(reading).like(word)
            return next((other for other in likely if reading.docs_with("word", other)), None)

    def is_there(self) -> bool:
        folder = _folder()
        name = _name_if_any(folder)
        return bool(name) and (folder / name).is_dir() and not (folder / "doubt").exists()

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        folder = _folder()
        with _locked(folder, "lock"), _in_use(folder) as index, _writing_to(index) as writer:
            yield writer

    def follow(self, differences: Differences) -> None:
        folder = _folder()
        with _locked(folder, "lock"), _in_use(folder) as index:
            _follow(index, differences)

    def rebuild(self, entries: Iterable[Entry], differences: Differences) -> None:
        folder = _folder()
        with _locked(folder, "rebuild-lock"):
            _remove_all_but(folder, _name_if_any(folder))
            name = f"{NAME}-{secrets.token_hex(4)}"
            (folder / name).mkdir()
            index = FileStorage(str(folder / name)).create_index(SCHEMA)
            with _writing_to(index) as writer:
                writer.upsert(entries)
            with _locked(folder, "lock", wait=True):
                _follow(index, differences)
                _switch(folder, name)

    def tidy(self) -> None:
        folder = _folder()
        with (
            _locked(folder, "rebuild-lock"),
            _locked(folder, "lock"),
            _in_use(folder) as index,
        ):
            _remove_all_but(folder, _read_name(folder))
            if len(index._segments()) > 1 or index.reader().has_deletions():
                _writer(index).commit(optimize=True)

    @contextmanager
    def _reading(self) -> Iterator["_Reading"]:
        """Give this thread's reader, opened anew where the index has changed."""
        folder = _folder()
        try:
            reading = self._reading_of(folder)
            reading.begin()
            yield reading
        except NoIndex:
            raise
        except Exception:
            self._thread.reading = None
            _doubt(folder)
            raise

    def _reading_of(self, folder: Path) -> "_Reading":
        reading: _Reading | None = getattr(self._thread, "reading", None)
        path = folder / _read_name(folder)
        if reading and reading.path == path and reading.is_up_to_date():
            return reading
        if reading:
            self._thread.reading = None
            reading.close()
        self._thread.reading = _Reading(path)
        return self._thread.reading

    def _words(self, reading: "_Reading") -> Vocabulary:
        """Return the words of the index, read once per process and state of it."""
        known = self._vocabulary
        if known is None or known[0] != reading.columns.state:
            known = self._vocabulary = reading.columns.state, Vocabulary(reading.word_counts())
        return known[1]


@dataclass(frozen=True, slots=True)
class _Posted:
    """Which entries have a term, and how often; of deleted ones too only the number is known."""

    docs: array
    counts: array
    frequency: int

    def among(self, wanted: set[int] | dict[int, float]) -> Iterator[tuple[int, float]]:
        """Yield those wanted that have it, each with how often."""
        if len(wanted) * 16 > len(self.docs):
            for doc, count in zip(self.docs, self.counts, strict=True):
                if doc in wanted:
                    yield doc, count
            return
        for doc in wanted:
            place = bisect.bisect_left(self.docs, doc)
            if place < len(self.docs) and self.docs[place] == doc:
                yield doc, self.counts[place]


@dataclass(frozen=True, slots=True)
class _Way:
    """An alternative whose every stem is known, and the entries met by it."""

    alternative: Alternative
    docs: set[int]


class _Leaf:
    """One segment as one thread reads it."""

    def __init__(self, reader: SegmentReader, offset: int) -> None:
        self.offset = offset
        self.end = offset + reader.doc_count_all()
        self.terms = reader.codec().terms_reader(reader.storage(), reader.segment())
        self._said = reader.column_reader("said", translate=False)

    def frequency(self, field: str, term: bytes) -> int:
        try:
            return self.terms.doc_frequency(field, term)
        except KeyError:
            return 0

    def saying(self, phrase: bytes, docs: list[int]) -> Iterator[int]:
        """Yield which of the documents, which are in their order, say a phrase."""
        first, last = bisect.bisect_left(docs, self.offset), bisect.bisect_left(docs, self.end)
        said, offset = self._said.__getitem__, self.offset
        return (doc for doc in docs[first:last] if phrase in said(doc - offset))

    def add_postings(self, field: str, term: bytes, docs: array, counts: array) -> None:
        try:
            matcher = self.terms.matcher(field, term, SCHEMA[field].format)
        except TermNotFound:
            return
        # Block by block: posting by posting, as its public methods do, takes twenty times as long.
        while matcher.is_active():
            matcher._read_data()
            matcher._read_weights()
            first, *steps = matcher._data[0]
            docs.extend(accumulate(steps, initial=self.offset + first))
            counts.extend(matcher._weights)
            matcher._next_block()


class _Reading:
    """One state of the index, as one thread reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = _open(path)
        self._reader = self._index.reader()
        self.columns = _columns_of(path, self._reader)
        readers = _segment_readers(self._reader)
        self._leaves = [_Leaf(reader, offset) for reader, offset in readers]
        self._deleted = {
            offset + doc for reader, offset in readers for doc in reader.segment().deleted_docs()
        }

    def begin(self) -> None:
        """Take up a new question."""
        self._read: dict[tuple[str, str], _Posted] = {}

    def is_up_to_date(self) -> bool:
        is_newest = self._index.latest_generation() == self._reader.generation()
        return is_newest and self.columns.today == date.today()

    def close(self) -> None:
        for leaf in self._leaves:
            leaf.terms.close()
        self._reader.close()

    def search(self, asked: Query, narrowing: Narrowing, offset: int, limit: int) -> Found:
        met, ways = self._meeting(asked)
        seen = self._seen(met, narrowing)
        found = self._chosen(seen, narrowing.chosen)
        counts: Counts = {}
        for facet in FACETS:
            others = {one: value for one, value in narrowing.chosen.items() if one != facet}
            is_chosen = facet in narrowing.chosen
            docs = self._chosen(seen, others) if is_chosen else found
            counts[facet] = self.columns.facets[facet].count(docs)
        refs: list[str] = []
        if offset < len(found):
            best = self._best(found, ways, offset + limit)
            refs = [self._reader.stored_fields(doc)["ref"] for doc in best[offset:]]
        return Found(len(found), refs, counts)

    def complete(
        self,
        words: Vocabulary,
        before: Query,
        beginning: str,
        narrowing: Narrowing,
        limit: int,
    ) -> list[str]:
        met = self._meeting(before)[0] if before else None
        together: dict[str, int] = {}
        enough = 0
        for word in words.beginning(beginning, COMPLETIONS_WEIGHED):
            if words.counts[word] <= enough:
                break
            docs = self.docs_with("word", word)
            if met is not None:
                docs = met.intersection(docs)
            if count := len(self._chosen(self._seen(docs, narrowing), narrowing.chosen)):
                together[word] = count
                if len(together) >= limit:
                    enough = heapq.nlargest(limit, together.values())[-1]
        return sorted(together, key=lambda word: -together[word])[:limit]

    def docs_with(self, field: str, term: str) -> array:
        return self._posted(field, term).docs

    def word_counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for reader, _offset in _segment_readers(self._reader):
            counts.update(self.columns.segments[reader.segment().segment_id()].words(reader))
        return counts

    def _posted(self, field: str, term: str) -> _Posted:
        """Return who has a term; read once per question."""
        if (field, term) not in self._read:
            self._read[field, term] = self._postings(field, term)
        return self._read[field, term]

    def _postings(self, field: str, term: str) -> _Posted:
        docs, counts = array("I"), array("f")
        for leaf in self._leaves:
            leaf.add_postings(field, term.encode(), docs, counts)
        frequency = len(docs)
        if self._deleted and not self._deleted.isdisjoint(docs):
            alive = [place for place, doc in enumerate(docs) if doc not in self._deleted]
            docs = array("I", map(docs.__getitem__, alive))
            counts = array("f", map(counts.__getitem__, alive))
        return _Posted(docs, counts, frequency)

    def _meeting(self, asked: Query) -> tuple[set[int], list[_Way]]:
        """Return what meets a query, and how each of its terms is met."""
        met: set[int] | None = None
        ways: list[_Way] = []
        for term in asked.terms:
            known = self._ways(term.alternatives, met)
            docs = known[0].docs if len(known) == 1 else set().union(*(way.docs for way in known))
            met = docs if met is None else met & docs
            ways += known
            if not met:
                return set(), []
        unwanted = (way.docs for way in self._ways(asked.unwanted, met))
        return (met or set()).difference(*unwanted), ways

    def _ways(
        self, alternatives: Iterable[Alternative], among: set[int] | None = None
    ) -> list[_Way]:
        """Return the alternatives that can be met, by entries among those one looks at."""
        return [
            _Way(alternative, self._docs(alternative.stems, frequencies, among))
            for alternative in alternatives
            if (frequencies := self._frequencies(alternative.stems))
        ]

    def _frequencies(self, stems: tuple[str, ...]) -> dict[str, int]:
        """Return how many entries have each, deleted ones counted; nothing if one is nowhere."""
        frequencies = {}
        for one in stems:
            term = one.encode()
            frequencies[one] = sum(leaf.frequency("stems", term) for leaf in self._leaves)
            if not frequencies[one]:
                return {}
        return frequencies

    def _docs(
        self, stems: tuple[str, ...], frequencies: dict[str, int], among: set[int] | None
    ) -> set[int]:
        """Return which entries say stems in a row."""
        rarest, *others = sorted(frequencies, key=frequencies.__getitem__)
        docs = self.docs_with("stems", rarest)
        found = set(docs) if among is None else among.intersection(docs)
        if len(stems) == 1:
            return found
        for term in others:
            if frequencies[term] < POSTINGS_PER_TEXT * len(found):
                found.intersection_update(self.docs_with("stems", term))
        phrase, in_order = f" {' '.join(stems)} ".encode(), sorted(found)
        return {doc for leaf in self._leaves for doc in leaf.saying(phrase, in_order)}

    def _seen(self, docs: Iterable[int], narrowing: Narrowing) -> list[int]:
        """Keep to what is looked through at all."""
        seen = list(docs)
        if narrowing.kinds:
            seen = self.columns.facets["kind"].narrow(seen, narrowing.kinds)
        owners = self.columns.owners
        if narrowing.hidden:
            hidden = {object_term(ref) for ref in narrowing.hidden}
            seen = [doc for doc in seen if owners[doc] not in hidden]
        if narrowing.within is not None:
            within = {object_term(ref) for ref in narrowing.within}
            seen = [doc for doc in seen if owners[doc] in within]
        return seen

    def _chosen(self, docs: list[int], chosen: Mapping[str, str]) -> list[int]:
        for facet, value in chosen.items():
            docs = self.columns.facets[facet].narrow(docs, [value])
        return docs

    def _best(self, docs: list[int], ways: list[_Way], limit: int) -> list[int]:
        scores = dict.fromkeys(docs, 0.0)
        for way in ways:
            for term in way.alternative.stems:
                self._add_scores(scores, way.alternative.weight, "stems", term, way.docs)
        single = {way.alternative.stems[0] for way in ways if len(way.alternative.stems) == 1}
        for term in sorted(single):
            self._add_scores(scores, TITLE_BOOST, "title", term)
        days, factors = self.columns.days, self.columns.factors
        ranked = ((score * factors[doc], days[doc], -doc) for doc, score in scores.items())
        best = heapq.nlargest(max(limit, LOOKED_OVER), ranked)
        owners, titled = self.columns.owners, self.columns.lengths["title"]
        return spread(
            [-doc for _score, _day, doc in best],
            lambda doc: None if titled[doc] else owners[doc],
        )[:limit]

    def _add_scores(
        self,
        scores: dict[int, float],
        weight: float,
        field: str,
        stem: str,
        only: set[int] | None = None,
    ) -> None:
        """Add what a stem is worth by BM25, as Whoosh reckons it."""
        posted = self._posted(field, stem)
        rareness = math.log(len(self.columns.days) / (posted.frequency + 1)) + 1
        most = weight * rareness * (FREQUENCY_COUNTS + 1)
        lengths, halves = self.columns.lengths[field], self.columns.halves[field]
        for doc, count in posted.among(scores):
            if only is None or doc in only:
                scores[doc] += most * count / (count + halves[lengths[doc]])


def _segment_readers(reader: IndexReader) -> list[tuple[SegmentReader, int]]:
    """Return the reader of each segment and the number of its first entry."""
    leaves = reader.leaf_readers()
    return [(leaf, offset) for leaf, offset in leaves if isinstance(leaf, SegmentReader)]


class _Columns:
    """What is looked up of every document that is found; read once per process and state."""

    def __init__(
        self, path: Path, reader: IndexReader, today: date, known: dict[str, "_Segment"]
    ) -> None:
        leaves = [leaf for leaf, _offset in _segment_readers(reader)]
        names = [leaf.segment().segment_id() for leaf in leaves]
        self.today = today
        self.state = path, reader.generation(), today
        self.segments = {
            name: known.get(name) or _Segment(leaf, today)
            for name, leaf in zip(names, leaves, strict=True)
        }
        self.facets = {facet: _Facet(facet) for facet in FACETS}
        self.days, self.factors = array("i"), array("f")
        self.lengths = {"stems": array("H"), "title": array("H")}
        self.owners: list[str] = []
        for name in names:
            segment = self.segments[name]
            for facet, facts in zip(FACETS, segment.facts, strict=True):
                self.facets[facet].numbers += facts
            self.days += segment.days
            self.factors += segment.factors
            self.owners += segment.owners
            for field, lengths in self.lengths.items():
                lengths += segment.lengths[field]
        self.halves = {field: _halves(lengths) for field, lengths in self.lengths.items()}


def _halves(lengths: array) -> list[float]:
    """Return, by length, how often a word must be said to be worth half of the most it can be."""
    average = (sum(lengths) / len(lengths) if lengths else 0) or 1
    return [
        FREQUENCY_COUNTS * (1 - LENGTH_COUNTS + LENGTH_COUNTS * length / average)
        for length in range(max(lengths, default=0) + 1)
    ]


class _Segment:
    """The columns of one segment, which never change but for their age."""

    def __init__(self, reader: SegmentReader, today: date) -> None:
        def column(name: str) -> Iterator:
            return iter(reader.column_reader(name, translate=False))

        self.today = today
        self.facts = [array("I") for _facet in FACETS]
        for packed in column("facts"):
            for facet, facts, values in zip(FACETS, self.facts, packed.split(b"\t"), strict=True):
                facts.append(_number(facet, values))
        self.days = array("i", column("day"))
        self.factors = array("f")
        for weight, day in zip(column("weight"), self.days, strict=True):
            years = max(0, today.toordinal() - day) / 365
            self.factors.append(weight * (1 + RECENT_BOOST / (1 + years)))
        self.owners = [sys.intern(owner.decode()) for owner in column("owner")]
        self.lengths = {
            "stems": array("H", column("length")),
            "title": array("H", column("title_length")),
        }
        self._words: dict[str, int] | None = None

    def words(self, reader: SegmentReader) -> dict[str, int]:
        """Return how many entries have each word, deleted ones counted; read at the first call."""
        if self._words is None:
            found = reader.iter_field("word")
            self._words = {term.decode(): info.doc_frequency() for term, info in found}
        return self._words


class _Writer:
    def __init__(self, writer: SegmentWriter, written: IndexReader) -> None:
        self._writer = writer
        self._written = _segment_readers(written)

    def delete(self, objects: Iterable[ObjectRef]) -> None:
        for ref in objects:
            self._delete("object", object_term(ref))

    def upsert(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._delete("ref", entry.ref)
            self._writer.add_document(**_document(entry))

    def _delete(self, field: str, term: str) -> None:
        for reader, offset in self._written:
            if (field, term) in reader:
                for doc in reader.postings(field, term).all_ids():
                    self._writer.delete_document(offset + doc)


class _Pool:
    """What is being written: eight bytes of memory a posting, where Whoosh sorts tuples on disk."""

    def __init__(self) -> None:
        self._postings: dict[tuple[str, bytes], array] = {}

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        field, term, doc, count, _nothing = item
        posted = self._postings.get((field, term))
        if posted is None:
            posted = self._postings[field, term] = array("I")
        posted.append(doc)
        posted.append(int(count))

    def iter_postings(self) -> Iterator[tuple[str, bytes, int, int, bytes]]:
        """Yield them as a segment holds them; documents of a term come in their order already."""
        for (field, term), posted in sorted(self._postings.items()):
            for doc, count in zip(posted[::2], posted[1::2], strict=True):
                yield field, term, doc, count, b""

    def cleanup(self) -> None:
        self._postings.clear()


def _document(entry: Entry) -> dict:
    hosts, tags = entry.values_of("host"), entry.values_of("tag")
    year = str(entry.year) if entry.year else ""
    stems, title = entry.stems.split(), entry.title_stems.split()
    values = [[entry.kind], [year] if year else [], hosts, tags]
    return {
        "ref": entry.ref,
        "object": object_term(entry.object_ref),
        "digest": entry.digest,
        "stems": Counter(stems),
        "title": Counter(title),
        "word": Counter(offered_words(entry)),
        "said": entry.stems.encode(),
        "facts": "\t".join(",".join(sorted(several)) for several in values).encode(),
        "owner": object_term(entry.object_ref).encode(),
        "day": entry.date.toordinal() if entry.date else 0,
        "weight": entry.weight,
        "length": min(len(stems), LONGEST),
        "title_length": min(len(title), LONGEST),
    }


class _Facet:
    """The values of each document, as the number of their combination."""

    def __init__(self, facet: str) -> None:
        self.numbers = array("I")
        self._combinations = _combinations[facet]

    def narrow(self, docs: list[int], values: Iterable[str]) -> list[int]:
        """Keep those that have one of the values."""
        numbers = self.numbers
        apart = map(set(values).isdisjoint, self._combinations)
        fitting = {number for number, is_apart in enumerate(apart) if not is_apart}
        return [doc for doc in docs if numbers[doc] in fitting]

    def count(self, docs: list[int]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for number, count in Counter(map(self.numbers.__getitem__, docs)).items():
            for value in self._combinations[number]:
                counts[value] = counts.get(value, 0) + count
        return counts


_combinations: dict[str, list[tuple[str, ...]]] = {facet: [] for facet in FACETS}
_numbers: dict[tuple[str, bytes], int] = {}
_numbering = threading.Lock()


def _number(facet: str, packed: bytes) -> int:
    """Return the number by which this process knows a combination of values."""
    key = facet, packed
    if key not in _numbers:
        with _numbering:
            if key not in _numbers:
                values = dict.fromkeys(filter(None, packed.decode().split(",")))
                _combinations[facet].append(tuple(values))
                _numbers[key] = len(_combinations[facet]) - 1
    return _numbers[key]


_columns: list[_Columns] = []


def _columns_of(path: Path, reader: IndexReader) -> _Columns:
    newest = _columns[-1] if _columns else None
    today = date.today()
    if newest is None or newest.state != (path, reader.generation(), today):
        is_older = newest is not None and newest.state[::2] == (path, today)
        newest = _Columns(path, reader, today, newest.segments if is_older else {})
        _columns[:] = [newest]
    return newest


def _folder() -> Path:
    folder = Path(settings.SEARCH_INDEX)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _read_name(folder: Path) -> str:
    """Return the name of the index in use. Raises NoIndex."""
    try:
        name = (folder / "current").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError as error:
        raise NoIndex from error
    if not name.startswith(f"{NAME}-"):
        raise NoIndex
    return name


def _name_if_any(folder: Path) -> str:
    try:
        return _read_name(folder)
    except NoIndex:
        return ""


def _sound_name(folder: Path) -> str:
    """Return the name of the index in use, looked over if it is in doubt. Raises NoIndex."""
    name = _read_name(folder)
    doubt = folder / "doubt"
    if doubt.exists():
        if not (_is_recent(folder / name) and _can_be_read(folder / name)):
            raise NoIndex
        doubt.unlink(missing_ok=True)
    return name


def _doubt(folder: Path) -> None:
    """Leave word that reading or writing failed: whoever writes next will look."""
    try:
        (folder / "doubt").touch()
    except OSError:
        logger.exception("The search index cannot be marked as in doubt.")


def _is_recent(path: Path) -> bool:
    try:
        return time.time() - (path / MADE).stat().st_mtime < REBUILT_AGAIN_AFTER
    except FileNotFoundError:
        return False


def _can_be_read(path: Path) -> bool:
    try:
        with _open(path).reader() as reader:
            for _doc, _stored in reader.iter_docs():
                pass
            for field, term in reader.all_terms():
                for _doc in reader.postings(field, term).all_ids():
                    pass
    except Exception:
        logger.exception("The search index is damaged.")
        return False
    return True


def _open(path: Path) -> FileIndex:
    """Open an index. Raises NoIndex where there is none."""
    try:
        return FileStorage(str(path)).open_index(schema=SCHEMA)
    except (FileNotFoundError, EmptyIndexError) as error:
        raise NoIndex from error


@contextmanager
def _in_use(folder: Path) -> Iterator[FileIndex]:
    """Open the index in use, to write; where that fails, leave it in doubt. Raises NoIndex."""
    try:
        yield _open(folder / _sound_name(folder))
    except (NoIndex, DatabaseError):
        raise
    except Exception:
        _doubt(folder)
        raise


@contextmanager
def _writing_to(index: FileIndex) -> Iterator[_Writer]:
    writer = _writer(index)
    try:
        with writer.reader() as written:
            yield _Writer(writer, written)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge_small)


def _writer(index: FileIndex) -> SegmentWriter:
    codec = W3Codec(blocklimit=POSTINGS_AT_ONCE)
    # Scores are told from lengths of our own.
    codec.length_stats = False
    writer = index.writer(codec=codec)
    writer.pool = _Pool()
    return writer


def _merge_small(writer: SegmentWriter, segments: list[W3Segment]) -> list[W3Segment]:
    """Take small segments into the one being written once there are many; return the others."""
    small = [segment for segment in segments if segment.doc_count_all() <= SMALL]
    if len(small) < MOST_SMALL_SEGMENTS:
        return segments
    for segment in small:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return [segment for segment in segments if segment not in small]


def _follow(index: FileIndex, differences: Differences) -> None:
    with index.reader() as reader:
        known = {
            stored["ref"]: (object_ref(stored["object"]), stored["digest"])
            for _doc, stored in reader.iter_docs()
        }
    objects, entries = differences(known)
    if objects:
        with _writing_to(index) as writer:
            writer.delete(objects)
            writer.upsert(entries)


def _switch(folder: Path, name: str) -> None:
    """Let everybody read another index from now on, in one step."""
    (folder / name / MADE).touch()
    pointer = folder / "current.new"
    pointer.write_text(name, encoding="ascii")
    pointer.replace(folder / "current")
    (folder / "doubt").unlink(missing_ok=True)


def _remove_all_but(folder: Path, name: str) -> None:
    for other in folder.iterdir():
        if other.is_dir() and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def _locked(folder: Path, name: str, wait: bool = False) -> Iterator[None]:
    """Hold a lock that ends with the process. Raises Busy."""
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise Busy from error
        yield
