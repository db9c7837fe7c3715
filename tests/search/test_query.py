import pytest

from search.query import MAX_LENGTH, MAX_TERMS, parse, tidy, widen

COMCAT = [["ComCat", "Commonwealth Catalog"]]


def stems(query):
    return [term.alternatives[0].stems for term in query.terms]


def ways(query, place=0):
    return {alternative.stems for alternative in query.terms[place].alternatives}


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("renewing loans", [("renew",), ("loan",)]),
        ('"rhode island" slips', [("rhode", "island"), ("slip",)]),
        ("“rhode island”", [("rhode", "island")]),
        ("«rhode island»", [("rhode", "island")]),
        ("How do I renew a loan?", [("renew",), ("loan",)]),
        ("who are we", [("who",), ("are",), ("we",)]),
        ("e-book", [("e", "book")]),
        ("OCLC#", [("oclc",)]),
        ("renew AND loan", [("renew",), ("loan",)]),
        ('"open quote', [("open",), ("quot",)]),
        ("title:map date:[2024 TO *] ma?s", [("titl", "map"), ("date", "2024"), ("ma", "s")]),
    ],
)
def test_what_is_asked(typed, terms):
    assert stems(parse(typed))[: len(terms)] == terms


@pytest.mark.parametrize(
    ("typed", "unwanted"),
    [
        ("map -scan", [("scan",)]),
        ('map -"color scan"', [("color", "scan")]),
        ("map NOT scan", [("scan",)]),
        ("map self-check", []),
        ("map - scan", []),
        ("-scan", [("scan",)]),
    ],
)
def test_what_is_unwanted(typed, unwanted):
    assert [alternative.stems for alternative in parse(typed).unwanted] == unwanted


def test_or_joins_what_stands_beside_it():
    query = parse("renew OR extend loan")
    assert stems(query) == [("renew",), ("loan",)]
    assert ways(query) == {("renew",), ("extend",)}


@pytest.mark.parametrize("typed", ["", " ", "-", '""', "*", "OR", "NOT", "AND OR NOT", "\0", "()"])
def test_nothing_asked(typed):
    assert not parse(typed)


def test_a_query_is_capped():
    assert len(parse("word " * 500).terms) == MAX_TERMS
    assert len(tidy("é\u202e" * 5000)) <= MAX_LENGTH
    assert "\0" not in tidy("a\0b\u202ec")


@pytest.mark.parametrize(
    ("typed", "way"),
    [
        ("com cat", ("comcat",)),
        ("comcat", ("com", "cat")),
        ("ComCat", ("com", "cat")),
        ("ComCat", ("commonwealth", "catalog")),
        ("commonwealth catalogs", ("comcat",)),
        ('"Commonwealth Catalog"', ("comcat",)),
        ("ebook", ("e", "book")),
        ("e book", ("ebook",)),
        ("e-book", ("ebook",)),
        ("check-out", ("checkout",)),
    ],
)
def test_other_ways_to_say_it(typed, way):
    assert way in ways(widen(parse(typed), COMCAT))


def test_every_word_of_a_name_is_met_by_its_other_name():
    query = widen(parse("renew commonwealth catalog loan"), COMCAT)
    assert ("comcat",) in ways(query, 1) & ways(query, 2)
    assert ("comcat",) not in ways(query, 0) | ways(query, 3)


def test_quotes_take_a_phrase_as_it_is():
    assert ways(widen(parse('"com cat"'), [])) == {("com", "cat")}


def test_long_queries_are_not_split_for_want_of_time():
    query = widen(parse("one two three four checkout"), [])
    assert ("check", "out") not in ways(query, 4)
