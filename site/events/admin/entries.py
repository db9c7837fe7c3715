"""Registrations as organisers see them: with what else is known of each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, IntegerField, Q, Value, When

from core.text import folded
from events.models import LIVE, Answer, EventPage, Registration, RegistrationQuerySet
from outbox.models import Address

LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Entry:
    registration: Registration
    place: int | None
    """In the queue, from 1; None for who does not wait."""
    address: Address | None
    """What is known of where mail to them goes; None before the first was written."""
    answers: list[Answer]

    @property
    def is_proven(self) -> bool:
        return self.address is not None and self.address.proven_at is not None

    @property
    def is_stopped(self) -> bool:
        return self.address is not None and self.address.is_stopped

    @property
    def is_silent(self) -> bool:
        """Whether they were asked if they still come, and have not said."""
        one = self.registration
        return one.is_confirmed and one.asked_at is not None and one.coming_at is None


def entries_of(event: EventPage, registrations: Iterable[Registration]) -> list[Entry]:
    """Return registrations of an event with what is known of each, in three queries at most."""
    people = list(registrations)
    places = places_in_queue(event) if any(one.is_waiting for one in people) else {}
    keys = {one.email_key for one in people}
    addresses = {address.key: address for address in Address.objects.filter(key__in=keys)}
    answers: dict[int, list[Answer]] = {one.pk: [] for one in people}
    for answer in Answer.objects.filter(registration__in=answers).order_by("pk"):
        answers[answer.registration_id].append(answer)
    return [
        Entry(one, places.get(one.pk), addresses.get(one.email_key), answers[one.pk])
        for one in people
    ]


def places_in_queue(event: EventPage) -> dict[int, int]:
    """Return the place of each who waits, from 1, by the key of the registration."""
    waiting = Registration.objects.waiting().filter(event=event).in_order()
    return {pk: place for place, pk in enumerate(waiting.values_list("pk", flat=True), start=1)}


def listed(event: EventPage) -> RegistrationQuerySet:
    """Return all ever registered: who has a seat, who waits, who does not come, as they came."""
    rank = Case(
        *(When(state=state, then=Value(place)) for place, state in enumerate(LIVE)),
        default=Value(len(LIVE)),
        output_field=IntegerField(),
    )
    return Registration.objects.filter(event=event).order_by(rank, "pk")


def found(people: RegistrationQuerySet, words: str) -> RegistrationQuerySet:
    """Return those with words in the name, the address or the library."""
    words = words.strip()[:LONGEST_SEARCH].replace("\0", "")
    if not words:
        return people
    somewhere = Q(library__icontains=words) | Q(email__icontains=words)
    if name := folded(words):
        somewhere |= Q(folded_name__contains=name)
    return people.filter(somewhere)


def counts_by_state(event: EventPage) -> dict[str, int]:
    """Return how many are in each state that somebody is in."""
    people = Registration.objects.filter(event=event).order_by()
    return dict(people.values_list("state").annotate(Count("pk")))
