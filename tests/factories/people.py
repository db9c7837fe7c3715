"""Persons and committees to test with, made as the site makes them."""

import datetime
from collections.abc import Iterable

from people.models import CommitteePage, CommitteeTerm, Person, Subject, Team


def make_subject(name: str = "Copyright", blurb: str = "", **fields) -> Subject:
    return Subject.objects.create(name=name, blurb=blurb, **fields)


def make_person(
    name: str = "Nell Cho",
    team: str = "",
    answers: Iterable[str] = (),
    mentors_in: Iterable[str] = (),
    **fields,
) -> Person:
    """Return a person, with the team and the subjects of those names."""
    person = Person(name=name, **fields)
    if team:
        person.team = Team.objects.get_or_create_named(team)[0]
    person.answers = [Subject.objects.get_or_create_named(one)[0] for one in answers]
    person.mentors_in = [Subject.objects.get_or_create_named(one)[0] for one in mentors_in]
    person.save()
    return person


def make_term(
    person: Person,
    begins_on: str = "2024-01-01",
    ends_on: str = "",
    page: CommitteePage | None = None,
    **fields,
) -> CommitteeTerm:
    """Return a term of office on the site's committee, published with the others there."""
    page = CommitteePage.objects.get(pk=page.pk) if page else CommitteePage.objects.get()
    term = CommitteeTerm(
        person=person,
        begins_on=datetime.date.fromisoformat(begins_on),
        ends_on=datetime.date.fromisoformat(ends_on) if ends_on else None,
        sort_order=page.terms.count(),
        **fields,
    )
    page.terms.add(term)
    page.save_revision().publish()
    return CommitteeTerm.objects.get(page=page, person=person, begins_on=term.begins_on)
