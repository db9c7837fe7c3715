"""Persons, teams, committees, and the pages on how to reach them, in the search."""

from collections.abc import Iterable, Iterator

from django.db.models import Prefetch, Q, QuerySet
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.findable import Addresses, Findable, FindableText, page_addresses
from people.models import (
    CommitteePage,
    CommitteeTerm,
    ContactPage,
    PeoplePage,
    Person,
    Subject,
    Team,
)
from search.models import EntryLabel
from search.showing import BETWEEN

PERSON, TEAM, COMMITTEE, PAGE = "person", "team", "committee", "page"


def _texts_of_persons(persons: QuerySet) -> Iterator[tuple[Person, list[FindableText]]]:
    terms = CommitteeTerm.objects.public()
    fetched = persons.select_related("team").prefetch_related(
        "answers", "mentors_in", Prefetch("terms", terms.select_related("page"))
    )
    for person in fetched:
        mentored = {subject: _("Ask about %s, as a mentor") for subject in person.mentors_in.all()}
        asked_about = {subject: _("Ask about %s") for subject in person.answers.all()} | mentored
        asked = [said % _named_and_told(subject) for subject, said in asked_about.items()]
        committees = dict.fromkeys(
            part for term in person.terms.all() for part in (term.office, term.page.title)
        )
        text = FindableText(
            PERSON,
            key=str(person.pk),
            title=person.name,
            text=BETWEEN.join(filter(None, [person.place, person.blurb, *asked])),
            context=BETWEEN.join(filter(None, committees)),
            hosts=(person.slug,),
        )
        yield person, [text]


def _named_and_told(subject: Subject) -> str:
    return ": ".join(filter(None, [subject.name, subject.blurb]))


def _texts_of_teams(teams: QuerySet) -> Iterator[tuple[Team, list[FindableText]]]:
    for team in teams:
        yield team, [FindableText(TEAM, key=str(team.pk), title=team.name, text=team.blurb)]


def _texts_of_committees(pages: QuerySet) -> Iterator[tuple[CommitteePage, list[FindableText]]]:
    for page in pages.prefetch_related("terms__person"):
        terms = list(page.terms.all())
        text = FindableText(
            COMMITTEE,
            key=str(page.pk),
            title=page.title,
            text=strip_tags(page.intro),
            context=BETWEEN.join(_words_of_terms(terms)),
            hosts=tuple(dict.fromkeys(term.person.slug for term in terms)),
        )
        yield page, [text]


def _words_of_terms(terms: Iterable[CommitteeTerm]) -> list[str]:
    said = (part for term in terms for part in (term.person.name, term.office, term.library))
    return list(dict.fromkeys(filter(None, said)))


def _text_of_people(page: PeoplePage) -> FindableText:
    return FindableText(PAGE, key=str(page.pk), title=page.title, text=page.abstract)


def _text_of_contact(page: ContactPage) -> FindableText:
    said = [page.abstract, page.telephone, page.hours, *page.postal_address.splitlines()]
    return FindableText(
        PAGE, key=str(page.pk), title=page.title, text=BETWEEN.join(filter(None, said))
    )


def _addresses_of_named(named: QuerySet) -> Addresses:
    return {one.pk: one.get_absolute_url() for one in named.only("slug")}


def _hanging_on_committees(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    return [(PERSONS, persons_of(COMMITTEES, pks, Q(terms__page__in=pks)))]


def persons_of(findable: Findable, pks: Iterable[int], now: Q) -> list[int]:
    """Return the persons that objects name: those of `now`, and those whom their entries name yet.

    For the `depending` of what names persons: who is seen hangs on who is named.
    """
    known = EntryLabel.objects.filter(
        facet="host", entry__model=findable.label, entry__object_id__in=list(pks)
    )
    persons = Person.objects.filter(now | Q(slug__in=known.values("value")))
    return list(persons.order_by().values_list("pk", flat=True).distinct())


PERSONS = Findable(
    model=Person,
    kinds={PERSON: gettext_lazy("Person")},
    plurals={PERSON: gettext_lazy("People")},
    visible=lambda: Person.objects.public(),
    texts=_texts_of_persons,
    addresses=_addresses_of_named,
)
TEAMS = Findable(
    model=Team,
    kinds={TEAM: gettext_lazy("Team")},
    plurals={TEAM: gettext_lazy("Teams")},
    visible=lambda: Team.objects.public(),
    texts=_texts_of_teams,
    addresses=_addresses_of_named,
)
COMMITTEES = Findable(
    model=CommitteePage,
    kinds={COMMITTEE: gettext_lazy("Committee")},
    plurals={COMMITTEE: gettext_lazy("Committees")},
    visible=lambda: CommitteePage.objects.published().written(),
    texts=_texts_of_committees,
    addresses=page_addresses,
    depending=_hanging_on_committees,
)
PEOPLE = Findable(
    model=PeoplePage,
    kinds={PAGE: gettext_lazy("Page")},
    plurals={PAGE: gettext_lazy("Pages")},
    visible=lambda: PeoplePage.objects.published().written(),
    texts=lambda pages: ((page, [_text_of_people(page)]) for page in pages),
    addresses=page_addresses,
)
CONTACT = Findable(
    model=ContactPage,
    kinds={PAGE: gettext_lazy("Page")},
    plurals={PAGE: gettext_lazy("Pages")},
    visible=lambda: ContactPage.objects.published().written(),
    texts=lambda pages: ((page, [_text_of_contact(page)]) for page in pages),
    addresses=page_addresses,
)
FINDABLES = (PERSONS, TEAMS, COMMITTEES, PEOPLE, CONTACT)


def persons_asked_about(subject: Subject) -> list[int]:
    """Return the persons whose entries say the words of a subject."""
    asked = Q(answers=subject) | Q(mentors_in=subject)
    return list(Person.objects.filter(asked).values_list("pk", flat=True).distinct())
