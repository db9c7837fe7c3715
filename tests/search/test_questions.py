"""Thirty questions as colleagues type them, with the topic that must come first.

They are put to the archive of the demonstration.
"""

import pytest

from chats.hits import KINDS
from operate.demonstration import loading
from search import following
from search.engines import Narrowing
from search.models import GlossaryTerm
from search.results import find
from search.words import STOP_WORDS, words_of

IN_OTHER_FORMS = {
    "libraries lending microfilms": "Who lends microfilm, and how many reels at once?",
    "are maps copyrighted": "Is a hundred-year-old map still under copyright?",
    "insuring books": "Insurance on a forty-dollar book?",
    "paying lenders in currencies": "How do we pay a lender in another currency?",
    "damaging transits, what forms": "Books damaged in transit: whose form, whose money?",
    "overfilling a bin": "Overfilled bins and the forty-pound rule",
    "may I repair what I borrow": "Repairing a borrowed book: please don't",
    "recalling": 'Recalled: how fast is "at once"?',
    "suspend a hold": "Frozen holds, suspended holds, stuck holds",
    "obituaries requested weekly": "Obituary requests, twelve a week",
    "conditionally lending for postages": 'Conditional: "will lend if you pay return postage"',
    "how is it wrapped for mails": "Wrapping for the mail: when the bin is not an option",
    "bug returning": "Bed bugs in a returned book",
    "scanning a thesis or lending it": "Theses: scanned, lent, or neither?",
    "overdues noticed by the library": (
        "Overdue notices to libraries, without spoiling a friendship"
    ),
    "photos of damages": (
        "Checking the book before it leaves: a photo of the damage that is already there"
    ),
    "losing lockers": "Lost in a locker: charging a twelve-year-old",
}
WITH_TYPOS = {
    "recieved loan period": (
        "Loan period starts when: shipped, received, or checked out?",
        "received loan period",
    ),
    "homebuond patrons": (
        "Homebound patrons and ILL: do you lend what is not yours?",
        "homebound patrons",
    ),
    "interstat delivry permanent": (
        "Interstate delivery to Carrick becomes permanent",
        "interstat delivery permanent",
    ),
    "micorfilm reels": ("Who lends microfilm, and how many reels at once?", "microfilm reels"),
    "statistcs boxes": ("Statistics report: which boxes are ILL?", "statistics boxes"),
    "encyclopdia": ("Multi-volume encyclopedias on TamCat", "encyclopedias"),
}
BY_SYNONYM = {
    "Tamarack Catalog handbook": "Do we need a TamCat handbook?",
    "van for a map": "Can a map travel by courier at all?",
    "one person interlibrary loan": (
        "One person, thirty hours: ILL when you are also everything else"
    ),
    "braille mailing": "Free Matter for the Blind: who may use it?",
    "extend a set": "Loan period for sets, and can a set be renewed?",
}
GLOSSARY = {
    "TamCat": "Tamarack Catalog",
    "courier": "van\ndelivery service",
    "ILL": "interlibrary loan",
    "Free Matter for the Blind": "braille mailing",
    "renew": "extend",
}
IN_ONE_WORD_OR_TWO = {
    "tam cat handbook": "Do we need a TamCat handbook?",
    "screenreader": "Scans for a reader who uses a screen reader",
    "multivolume": "Multi-volume encyclopedias on TamCat",
    "ebook chapter by email": "E-book chapter by e-mail: one reader, one copy",
}


ASKED = {
    **IN_OTHER_FORMS,
    **{words: title for words, (title, _meant) in WITH_TYPOS.items()},
    **BY_SYNONYM,
    **IN_ONE_WORD_OR_TWO,
}


@pytest.mark.any_database
@pytest.mark.django_db
def test_what_was_asked_comes_first(settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path
    loading.load()
    for term, also in GLOSSARY.items():
        GlossaryTerm.objects.update_or_create(term=term, defaults={"also": also})
    following.rebuild()
    answers = {words: find(words, Narrowing(KINDS)) for words in ASKED}
    first = {
        words: answer.hits[0].entry.title if answer.hits else "nothing"
        for words, answer in answers.items()
    }
    assert first == ASKED
    meant = {words: answers[words].suggestion for words in WITH_TYPOS}
    assert meant == {words: meant for words, (_title, meant) in WITH_TYPOS.items()}
    assert not [words for words in ASKED.keys() - WITH_TYPOS.keys() if answers[words].suggestion]


def test_they_are_thirty_and_of_every_sort():
    assert len(ASKED) >= 30
    assert len(IN_OTHER_FORMS) >= 15
    assert len(WITH_TYPOS) >= 5
    assert len(BY_SYNONYM) >= 5
    for words, title in IN_OTHER_FORMS.items():
        assert not (set(words_of(words)) - STOP_WORDS) & set(words_of(title))
