"""What every engine must do: the same for each of them."""

import datetime
import random

import pytest
from django.utils import timezone

from search import following
from search.engines import FACETS, Narrowing, SearchEngine
from search.models import Entry
from search.query import Alternative, Query, parse, widen
from search.words import stems_of
from tests.search.corpus import Corpus, found_in, keys, look
from tests.soak import SOAK


@pytest.fixture
def desk(engine, corpus) -> Corpus:
    """A corpus with some things of a desk that lends."""
    corpus.put_all(
        [
            "Renewals of a loan",
            "How to renew by phone",
            "Renewing twice: who asks whom?",
            "A loan from Québec",
            "Weekly totals in ComCat",
            "Com Cat handbook",
            "E-book lending",
            "eBooks for two readers",
            "Which ebook may travel",
            "The OCLC# of a serial",
            "The library’s own form",
            "Our libraries' forms",
            "ILL statistics",
            "Staff illness and closed desks",
            "Ill-fitting straps",
            "Courier bins",
            "Bins of the courier",
            "Don't fold maps",
        ]
    )
    corpus.put("in text", "Delivery days", "The courier brings bins on Mondays, never a strap.")
    corpus.put("in context", "Holidays", context="Courier · Mara Lindqvist")
    corpus.tell()
    return corpus


RENEWALS = {"Renewals of a loan", "How to renew by phone", "Renewing twice: who asks whom?"}
FOUND = {
    "courier": {"Courier bins", "Bins of the courier", "in text", "in context"},
    "bins courier": {"Courier bins", "Bins of the courier", "in text"},
    "courier monday": {"in text"},
    "courier snow": set(),
    "renewal": RENEWALS,
    "RENEWED": RENEWALS,
    "loan renewals": {"Renewals of a loan"},
    "quebec": {"A loan from Québec"},
    "QUÉBEC": {"A loan from Québec"},
    "que\u0301bec": {"A loan from Québec"},
    '"courier bins"': {"Courier bins"},
    "“courier bins”": {"Courier bins"},
    '"bins courier"': set(),
    '"bins of the courier"': {"Bins of the courier"},
    '"mondays never"': {"in text"},
    '"delivery days the courier"': set(),
    '"holidays courier"': set(),
    "courier -monday": {"Courier bins", "Bins of the courier", "in context"},
    "courier NOT monday": {"Courier bins", "Bins of the courier", "in context"},
    'courier -"courier bins"': {"Bins of the courier", "in text", "in context"},
    "courier -bins -holiday": set(),
    "québec OR monday": {"A loan from Québec", "in text"},
    "snow OR monday": {"in text"},
    "loan AND renewals": {"Renewals of a loan"},
    "bins OR straps courier": {"Courier bins", "Bins of the courier", "in text"},
    "what do we do about the courier bins?": {"Courier bins", "Bins of the courier", "in text"},
    "how do I renew": RENEWALS,
    "how to": {"How to renew by phone"},
    "whom": {"Renewing twice: who asks whom?"},
    "com cat": {"Weekly totals in ComCat", "Com Cat handbook"},
    "ComCat": {"Weekly totals in ComCat", "Com Cat handbook"},
    "comcat": {"Weekly totals in ComCat", "Com Cat handbook"},
    "COM-CAT": {"Weekly totals in ComCat", "Com Cat handbook"},
    "e-book": {"E-book lending", "eBooks for two readers", "Which ebook may travel"},
    "ebook": {"E-book lending", "eBooks for two readers", "Which ebook may travel"},
    "e book": {"E-book lending", "eBooks for two readers", "Which ebook may travel"},
    "OCLC#": {"The OCLC# of a serial"},
    "oclc": {"The OCLC# of a serial"},
    "library's form": {"The library’s own form", "Our libraries' forms"},
    "library’s form": {"The library’s own form", "Our libraries' forms"},
    "dont fold": {"Don't fold maps"},
    "DON’T fold": {"Don't fold maps"},
    "ILL": {"ILL statistics", "Ill-fitting straps"},
    "illness": {"Staff illness and closed desks"},
    "illnesses": {"Staff illness and closed desks"},
}  # fmt: skip


def test_what_is_found(engine, desk):
    assert {words: found_in(engine, words) for words in FOUND} == FOUND


def test_a_phrase_does_not_go_on_from_one_part_into_the_next(engine, corpus):
    corpus.put("one", "Courier", "bins", context="straps")
    corpus.tell()
    assert found_in(engine, "courier bins straps") == {"one"}
    assert found_in(engine, '"courier bins"') == set()
    assert found_in(engine, '"bins straps"') == set()


def test_names_that_mean_the_same_find_each_other(engine, corpus):
    corpus.put_all(["Commonwealth Catalog at night", "A catalog", "ComCat by day", "Courier"])
    corpus.tell()
    names = [["ComCat", "Commonwealth Catalog"]]
    both = {"Commonwealth Catalog at night", "ComCat by day"}
    assert found_in(engine, "ComCat", synonyms=names) == both
    assert found_in(engine, '"commonwealth catalog"', synonyms=names) == both
    assert found_in(engine, "comcat day", synonyms=names) == {"ComCat by day"}


@pytest.fixture
def labelled(engine, corpus) -> Corpus:
    corpus.put("a", "Map loans", date="2024-03-06", hosts=("mara",), tags=("maps", "loans"))
    corpus.put("b", "Map loans", date="2023-05-03", hosts=("mara", "theo"), tags=("maps",))
    corpus.put("c", "Map loans", date="2023-01-18", kind="chat", hosts=("theo",))
    corpus.put("d", "Map loans", kind="person")
    corpus.put("e", "Snow days", date="2024-03-06", hosts=("mara",), tags=("maps",))
    corpus.tell()
    return corpus


NARROWED = [
    ({}, "abcd"),
    ({"chosen": {"kind": "topic"}}, "ab"),
    ({"chosen": {"year": "2023"}}, "bc"),
    ({"chosen": {"host": "theo"}}, "bc"),
    ({"chosen": {"tag": "maps"}}, "ab"),
    ({"chosen": {"year": "2023", "host": "theo", "kind": "topic", "tag": "maps"}}, "b"),
    ({"chosen": {"year": "2024", "host": "theo"}}, ""),
    ({"chosen": {"year": "1999"}}, ""),
    ({"chosen": {"year": "snow"}}, ""),
    ({"chosen": {"host": "ma"}}, ""),
    ({"chosen": {"tag": "maps,loans"}}, ""),
    ({"kinds": ("topic",)}, "ab"),
    ({"kinds": ("topic", "chat")}, "abc"),
    ({"kinds": ("topic",), "chosen": {"kind": "chat"}}, ""),
    ({"kinds": ("guide",)}, ""),
]


def test_results_can_be_narrowed(engine, labelled):
    found = [(n, "".join(sorted(found_in(engine, "map loans", **n)))) for n, _found in NARROWED]
    assert found == NARROWED


def test_counts_say_what_each_value_would_leave(engine, labelled):
    counts = look(engine, "map loans", chosen={"year": "2023", "host": "theo"}).counts
    assert counts == {
        "kind": {"topic": 1, "chat": 1},
        "year": {"2023": 2},
        "host": {"mara": 1, "theo": 2},
        "tag": {"maps": 1},
    }


def test_counts_are_of_the_kinds_looked_through(engine, labelled):
    counts = look(engine, "map loans", kinds=("topic",), chosen={"kind": "topic"}).counts
    assert counts == {
        "kind": {"topic": 2},
        "year": {"2024": 1, "2023": 1},
        "host": {"mara": 2, "theo": 1},
        "tag": {"maps": 2, "loans": 1},
    }


def test_nothing_found_has_no_counts(engine, labelled):
    found = look(engine, "locusts")
    assert (found.total, found.refs) == (0, [])
    assert found.counts == {facet: {} for facet in FACETS}


def test_objects_can_be_kept_to_and_hidden(engine, labelled):
    a, b, c = (labelled.ref(name) for name in "abc")
    assert found_in(engine, "map", within=frozenset([a, b])) == {"a", "b"}
    assert found_in(engine, "map", within=frozenset()) == set()
    assert found_in(engine, "map", hidden=frozenset([a, c])) == {"b", "d"}
    assert found_in(engine, "map", within=frozenset([a, b]), hidden=frozenset([b])) == {"a"}
    hidden = look(engine, "map", hidden=frozenset([a]))
    assert hidden.counts["year"] == {"2023": 2}
    kept_to = look(engine, "map", within=frozenset([a, b]))
    assert kept_to.counts["host"] == {"mara": 2, "theo": 1}


def test_pages_have_everything_once(engine, corpus):
    """Most of them score the same: what is equal must have an order of its own too."""
    for number in range(260):
        corpus.put(f"{number}", "Map loans" if number % 3 else "Loans", "Maps.", date="2024-03-06")
    corpus.tell()
    seen = []
    for offset in range(0, 280, 20):
        page = look(engine, "maps", offset=offset, limit=20)
        assert page.total == 260
        seen += keys(page)
    assert len(seen) == 260
    assert len(set(seen)) == 260
    assert look(engine, "maps", offset=260, limit=20).refs == []
    assert look(engine, "maps", offset=10**6, limit=20).refs == []


def test_the_title_counts_more_than_the_text(engine, corpus):
    corpus.put("text", "On delivery days", "What the courier brings.", date="2024-03-06")
    corpus.put("title", "What the courier brings", "On delivery days.", date="2024-03-06")
    corpus.put("context", "Snow days", context="courier", date="2024-03-06")
    corpus.tell()
    assert keys(look(engine, "courier"))[0] == "title"


def test_of_equals_the_recent_one_comes_first(engine, corpus):
    for key, date in [("old", "2014-03-05"), ("new", "2024-03-06"), ("middle", "2019-03-06")]:
        corpus.put(key, "What the courier brings", date=date)
    corpus.put("undated", "What the courier brings")
    corpus.tell()
    assert keys(look(engine, "courier")) == ["new", "middle", "old", "undated"]


def test_a_lower_weight_ranks_lower(engine, corpus):
    corpus.put("aside", "What the courier brings", date="2024-03-06", weight=0.4)
    corpus.put("topic", "What the courier brings", date="2014-03-05")
    corpus.put("chat", "What the courier brings", date="2024-03-06", weight=0.8)
    corpus.tell()
    assert keys(look(engine, "courier"))[-1] == "aside"


def test_sections_come_before_what_was_only_said(engine, corpus):
    said = "Then the courier came."
    corpus.put("said", "", said, kind="said", date="2024-03-06", weight=0.5)
    corpus.put("section", "Delivery", said, kind="section", date="2019-03-06")
    corpus.put("title", "The courier", said, kind="section", date="2014-03-06")
    corpus.tell()
    assert keys(look(engine, "courier")) == ["title", "section", "said"]


def test_no_object_floods_the_list_with_what_was_said_in_it(engine, corpus):
    for n in range(8):
        said = "courier " * (9 - n)
        corpus.put(f"said {n}", "", said, kind="said", of="long", date="2024-03-06", weight=0.5)
    for n in range(2):
        corpus.put(f"other {n}", "", "A courier among many other words.", kind="said", weight=0.5)
    for n in range(5):
        corpus.put(f"topic {n}", "The courier", of="talk", date="2014-03-06", weight=0.9)
    corpus.tell()
    found = keys(look(engine, "courier"))
    assert all(key.startswith("topic") for key in found[:5])
    assert [key.split()[0] for key in found[5:]] == [*["said"] * 3, *["other"] * 2, *["said"] * 5]
    pages = [keys(look(engine, "courier", offset=offset, limit=4)) for offset in range(0, 16, 4)]
    assert [key for page in pages for key in page] == found


def test_what_is_written_again_takes_the_place_of_what_was(engine, corpus):
    corpus.put("a", "Map loans", tags=("maps",), of="chat")
    corpus.put("b", "Map straps", of="chat")
    corpus.tell()
    corpus.put("a", "Atlas loans", tags=("atlases",), of="chat")
    corpus.tell()
    assert found_in(engine, "map") == {"b"}
    assert found_in(engine, "atlas") == {"a"}
    assert found_in(engine, "atlas straps") == set()
    assert look(engine, "loans OR straps").counts["tag"] == {"atlases": 1}


def test_an_object_goes_with_all_its_texts(engine, corpus):
    corpus.put("a", "Map loans", of="chat")
    corpus.put("b", "Map straps", of="chat")
    corpus.put("c", "Map bins", of="another")
    corpus.tell()
    corpus.take_out("chat")
    corpus.tell()
    assert found_in(engine, "map") == {"c"}
    assert engine.complete(Query(), "str", Narrowing(), 8) == []


class Interrupted(Exception):
    pass


def test_writing_is_done_whole_or_not_at_all(engine, corpus):
    corpus.put("a", "Map loans")
    corpus.put("b", "Map straps")
    corpus.tell()
    before = look(engine, "map")
    entries = list(Entry.objects.prefetch_related("labels"))
    with pytest.raises(Interrupted), engine.writing() as writer:
        writer.delete([corpus.ref("a")])
        writer.upsert(entries[1:])
        raise Interrupted
    assert look(engine, "map") == before
    with engine.writing() as writer:
        writer.upsert(entries)
    assert look(engine, "map") == before


def test_an_index_made_anew_says_the_same(engine, desk):
    before = {words: found_in(engine, words) for words in ("courier", "renewal", "ILL")}
    following.rebuild()
    assert {words: found_in(engine, words) for words in before} == before
    engine.tidy()
    assert {words: found_in(engine, words) for words in before} == before


def test_an_index_that_missed_something_follows(engine, desk):
    desk.put("late", "Courier strike")
    desk.take_out("Courier bins")
    desk.put("in text", "Delivery days", "The van comes on Mondays.")
    desk.write()
    engine.follow(following.differences)
    assert found_in(engine, "courier") == {"Bins of the courier", "late", "in context"}
    assert found_in(engine, "van") == {"in text"}


def complete(engine: SearchEngine, words: str, **narrowing) -> list[str]:
    before, _blank, beginning = words.rpartition(" ")
    query = widen(parse(before), []) if before else Query()
    return engine.complete(query, beginning, Narrowing(**narrowing), 8)


def test_beginnings_are_completed_the_commonest_first(engine, corpus):
    corpus.put_all(["Renewal", "Renewals by phone", "Renewals and fines", "Rent", "Maps"])
    corpus.tell()
    assert complete(engine, "ren") == ["renewals", "renewal", "rent"]
    assert complete(engine, "renewa") == ["renewals", "renewal"]
    assert complete(engine, "snow") == []
    assert engine.complete(Query(), "ren", Narrowing(), 2) == ["renewals", "renewal"]


def test_words_are_completed_to_what_stands_beside_those_before(engine, corpus):
    corpus.put_all(["Renewals by phone", "Fines and photos", "Phone bills"])
    corpus.tell()
    assert complete(engine, "renew pho") == ["phone"]
    assert complete(engine, "fines ph") == ["photos"]
    assert complete(engine, "maps ph") == []


def test_words_are_completed_within_what_is_looked_through(engine, corpus):
    corpus.put("a", "Renewals", kind="topic", tags=("loans",), date="2024-03-06")
    corpus.put("b", "Rent", kind="person")
    corpus.tell()
    assert complete(engine, "ren", kinds=("topic",)) == ["renewals"]
    assert complete(engine, "ren", within=frozenset([corpus.ref("b")])) == ["rent"]
    assert complete(engine, "ren", hidden=frozenset([corpus.ref("b")])) == ["renewals"]
    assert complete(engine, "ren", chosen={"tag": "loans"}) == ["renewals"]
    assert complete(engine, "ren", chosen={"year": "2023"}) == []


def test_no_word_of_what_is_gone_is_offered(engine, corpus):
    corpus.put("a", "Secret renovation")
    corpus.put("b", "Renewals")
    corpus.tell()
    corpus.take_out("a")
    corpus.put("b", "Rent")
    corpus.tell()
    assert complete(engine, "ren") == ["rent"]
    assert complete(engine, "sec") == []


MEANT = {
    "corier": "courier",
    "courierr": "courier",
    "kourier": "courier",
    "cuorier": "courier",
    "microflims": "microfilms",
    "mcirofilsm": "microfilms",
    "micrfilsms": "microfilms",
    "microf": "microfilms",
    "bnis": "bins",
    "courier": None,
    "couriers": None,
    "microfilm": None,
    "bxxs": None,
    "locusts": None,
    "2024": None,
    "ab": None,
}


def test_a_slip_is_told_from_a_word(suggesting_engine, corpus):
    corpus.put_all(["Courier bins", "Courier straps", "Microfilms"])
    corpus.tell()
    assert {word: suggesting_engine.suggest(word) for word in MEANT} == MEANT


def test_no_word_of_what_is_gone_is_suggested(suggesting_engine, corpus):
    corpus.put("a", "Renovation")
    corpus.put("b", "Courier bins")
    corpus.tell()
    assert suggesting_engine.suggest("renovatoin") == "renovation"
    corpus.take_out("a")
    corpus.tell()
    assert suggesting_engine.suggest("renovatoin") is None


WORDS = (  # noqa: SIM905
    "map maps loan loans renew renewals renewing courier bin bins strap ComCat com cat comcat "
    "e-book ebook ILL illness ill Québec library’s libraries OCLC# phone fine fines snow of the a"
).split()
HOSTS = ("mara", "theo", "ines")
TAGS = ("maps", "loans", "delivery", "snow-days")
KINDS = ("topic", "chat", "person")
YEARS = ("2021", "2022", "2023", "2024")


class Chance:
    """Texts and questions at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, values, most: int) -> tuple[str, ...]:
        return tuple(self.random.sample(values, self.random.randint(0, most)))

    def words(self, fewest: int, most: int) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(fewest, most)))

    def say(self, corpus: Corpus, name: str) -> None:
        """Say one to three things of an object, in place of what was said of it."""
        corpus.said[corpus.pk(name)] = []
        for number in range(self.random.randint(1, 3)):
            year = self.random.choice([*YEARS, None])
            corpus.put(
                f"{name}.{number}",
                self.words(1, 4),
                self.words(0, 12),
                of=name,
                kind=self.random.choice(KINDS),
                context=self.words(0, 3),
                date=f"{year}-03-06" if year else None,
                hosts=self.some(HOSTS, 2),
                tags=self.some(TAGS, 3),
            )

    def question(self) -> str:
        parts = []
        for _part in range(self.random.randint(1, 3)):
            word = self.random.choice(WORDS)
            forms = [word, word, word, f'"{self.words(1, 3)}"', f"-{word}", f"OR {word}"]
            parts.append(self.random.choice([*forms, f'-"{self.words(2, 2)}"', f"NOT {word}"]))
        return " ".join(parts)

    def narrowing(self, corpus: Corpus) -> Narrowing:
        values = {"kind": KINDS, "year": YEARS, "host": HOSTS, "tag": TAGS}
        chosen = {facet: self.random.choice(values[facet]) for facet in self.some(FACETS, 2)}
        refs = [("people.library", pk) for pk in corpus.said]
        within = frozenset(self.random.sample(refs, len(refs) // 2))
        hidden = frozenset(self.random.sample(refs, 3))
        return Narrowing(
            kinds=self.random.choice([(), (), KINDS[:2]]),
            chosen=chosen,
            within=self.random.choice([None, None, within]),
            hidden=self.random.choice([frozenset(), frozenset(), hidden]),
        )


class PlainReading:
    """Answers by reading everything: what an engine must say is found and counted."""

    def __init__(self, corpus: Corpus) -> None:
        self.texts = [
            (("people.library", pk), text, [*map(stems_of, (text.title, text.text, text.context))])
            for pk, texts in corpus.said.items()
            for text in texts
        ]

    def answer(self, query: Query, narrowing: Narrowing) -> tuple[set[str], dict]:
        found, counts = set(), {facet: {} for facet in FACETS}
        for ref, text, parts in self.texts:
            if not (self._is_meant(query, parts) and self._is_looked_at(ref, text, narrowing)):
                continue
            values = {
                "kind": [text.kind],
                "year": [str(text.date.year)] if text.date else [],
                "host": text.hosts,
                "tag": text.tags,
            }
            failed = {
                facet for facet, value in narrowing.chosen.items() if value not in values[facet]
            }
            if not failed:
                found.add(text.key)
            for facet in FACETS:
                if not failed - {facet}:
                    for value in values[facet]:
                        counts[facet][value] = counts[facet].get(value, 0) + 1
        return found, counts

    def _is_looked_at(self, ref, text, narrowing: Narrowing) -> bool:
        return (
            ref not in narrowing.hidden
            and (narrowing.within is None or ref in narrowing.within)
            and (not narrowing.kinds or text.kind in narrowing.kinds)
        )

    def _is_meant(self, query: Query, parts: list[list[str]]) -> bool:
        return all(
            any(self._is_said(way, parts) for way in term.alternatives) for term in query.terms
        ) and not any(self._is_said(way, parts) for way in query.unwanted)

    def _is_said(self, way: Alternative, parts: list[list[str]]) -> bool:
        asked, size = list(way.stems), len(way.stems)
        return any(
            part[begin : begin + size] == asked
            for part in parts
            for begin in range(len(part) - size + 1)
        )


@pytest.mark.parametrize("seed", range(20) if SOAK else [1])
def test_totals_and_counts_are_those_of_reading_everything(engine, corpus, seed):
    chance = Chance(seed)
    names = [f"object {number}" for number in range(40)]
    for name in names:
        chance.say(corpus, name)
    corpus.tell()
    for _round in range(4):
        plain = PlainReading(corpus)
        for _question in range(50):
            words, narrowing = chance.question(), chance.narrowing(corpus)
            query = widen(parse(words), [["ComCat", "courier bins"]])
            if not query:
                continue
            found = engine.search(query, narrowing, 0, 1000)
            wanted, counts = plain.answer(query, narrowing)
            assert (set(keys(found)), found.total) == (wanted, len(wanted)), (words, narrowing)
            assert found.counts == counts, (words, narrowing)
        for name in chance.random.sample(names, 8):
            chance.say(corpus, name)
        for name in chance.random.sample(names, 4):
            if corpus.pk(name) in corpus.said:
                corpus.take_out(name)
        corpus.tell()


def test_what_is_past_its_time_is_hidden_by_the_caller(engine, corpus):
    """An index does not know the time: `search.results` hides what is past it."""
    corpus.put("a", "Map loans")
    corpus.tell()
    Entry.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert found_in(engine, "map", hidden=frozenset([corpus.ref("a")])) == set()
