import pytest

from search.words import STOP_WORDS, fold, stem, stems_of, tokens, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("renew", "renewals"),
        ("renewing", "renewed"),
        ("delivery", "deliveries"),
        ("library", "libraries'"),
        ("label", "labels"),
        ("ill", "ILLs"),
        ("lose", "lost"),
        ("lending", "lent"),
        ("thesis", "theses"),
        ("ComCat", "comcat"),
        ("café", "CAFE"),
        ("cafe\u0301", "café"),
        ("straße", "STRASSE"),
        ("library's", "library’s"),
        ("library’s", "library"),
        ("don’t", "dont"),
        ("ﬁlm", "film"),
    ],
)
def test_forms_of_one_word(one, other):
    assert stems_of(one) == stems_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ILL", "illness"), ("ill", "illnesses"), ("lend", "lender"), ("new", "news")],
)
def test_words_that_only_look_alike(one, other):
    assert stems_of(one) != stems_of(other)


def test_the_forms_of_a_word_kept_apart_still_meet():
    assert stem("illness") == stem("illnesses")


def test_words_lie_between_signs_and_blanks():
    said = "OCLC#: e-book / «scan», 11:28\u00a0(3rd) under_score"
    assert words_of(said) == ["oclc", "e", "book", "scan", "11", "28", "3rd", "under", "score"]


def test_a_token_knows_its_place_in_the_text():
    text = "“Can we Renéw?”"
    assert [text[token.start : token.end] for token in tokens(text)] == ["Can", "we", "Renéw"]


@pytest.mark.parametrize("text", ["", " ", "\0", "—", "\u202e", "…!?", "😀", "__"])
def test_what_has_no_words(text):
    assert words_of(text) == []


def test_a_word_without_end_is_cut():
    assert words_of("a" * 5000) == ["a" * 40]


def test_other_scripts_are_words_too():
    assert words_of("Ανανέωση δανείου, השאלה") == ["ανανεωση", "δανειου", "השאלה"]


def test_no_stem_or_folded_word_holds_a_blank():
    for char in map(chr, range(0x80, 0x3000)):
        assert " " not in fold(f"a{char}b")


def test_words_that_only_make_a_question_are_as_they_are_folded():
    assert all(fold(word) == word for word in STOP_WORDS)
