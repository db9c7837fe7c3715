"""What is kept of persons by address: what editors wrote of those who host, write and answer."""

from people.models import Person


def export_person(email: str) -> list[dict]:
    """Return what the site says of whom an address belongs to, as plain values."""
    fields = ("name", "role", "library", "blurb", "extension", "email")
    return [
        {
            **{field: getattr(person, field) for field in fields},
            "team": person.team.name if person.team else "",
            "answers_for": [str(subject) for subject in person.answers.all()],
            "mentors_in": [str(subject) for subject in person.mentors_in.all()],
            "photo": person.photo_url,
        }
        for person in Person.objects.filter(email__iexact=email.strip()).order_by("pk")
    ]


def erase_person(email: str) -> int:
    """Erase how they are reached; return of how many persons that was.

    That they hosted or wrote stands on public pages, whose editors decide on that.
    """
    persons = list(Person.objects.filter(email__iexact=email.strip()))
    for person in persons:
        person.email = person.extension = ""
        person.save()
    return len(persons)
