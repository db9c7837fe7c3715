"""What follows in the search where persons, teams and subjects change."""

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from people.findable import COMMITTEES, PERSONS, TEAMS, persons_asked_about
from people.models import CommitteePage, Person, Subject, Team
from search.entries import refresh
from search.naming import follow_names


def connect() -> None:
    pre_save.connect(_person_to_be_saved, sender=Person)
    post_save.connect(_person_saved, sender=Person)
    post_delete.connect(_person_deleted, sender=Person)
    for subjects in (Person.answers, Person.mentors_in):
        m2m_changed.connect(_subjects_changed, sender=subjects.through)
    post_save.connect(_team_saved, sender=Team)
    follow_names(PERSONS, (Team,), _persons_in)
    follow_names(PERSONS, (Subject,), persons_asked_about)
    follow_names(COMMITTEES, (Person,), _committees_of)


def _person_to_be_saved(instance, **kwargs) -> None:
    was = Person.objects.filter(pk=instance.pk).values_list("team", flat=True)
    instance.was_in_teams = list(was) if instance.pk else []


def _person_saved(instance, raw=False, **kwargs) -> None:
    if not raw:
        refresh(PERSONS, [instance.pk])
        teams = {instance.team_id, *instance.was_in_teams} - {None}
        refresh(TEAMS, teams)


def _person_deleted(instance, **kwargs) -> None:
    if instance.team_id:
        refresh(TEAMS, [instance.team_id])


def _subjects_changed(instance, action, pk_set=None, **kwargs) -> None:
    """Refresh who is asked: `instance` is the person, or the subject whose persons are set."""
    if action in ("post_add", "post_remove", "post_clear"):
        refresh(PERSONS, [instance.pk] if isinstance(instance, Person) else pk_set or ())


def _team_saved(instance, raw=False, **kwargs) -> None:
    if not raw:
        refresh(TEAMS, [instance.pk])


def _persons_in(team: Team) -> list[int]:
    return list(team.people.values_list("pk", flat=True))


def _committees_of(person: Person) -> list[int]:
    return list(CommitteePage.objects.filter(terms__person=person).values_list("pk", flat=True))
