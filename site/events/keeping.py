"""What is kept of people at events, and for how long.

Of who was erased the row stays without name and address: how many came is no secret.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.models import Answer, EndedBy, EventSettings, Follower, Registration
from events.registration import cancel, stop_following
from outbox.addresses import key_of

YEAR = timedelta(days=365)
AT_ONCE = 500


def clean() -> bool:
    """Erase private answers and old registrations that are due. Returns whether there are more."""
    settings, now = EventSettings.load(), timezone.now()
    private = Answer.objects.filter(
        is_private=True, registration__event__ends_at__lt=now - timedelta(settings.private_days)
    )
    private.delete()
    before = now - settings.years_kept * YEAR
    Follower.objects.filter(ended_at__lt=before).delete()
    old = Registration.objects.filter(event__ends_at__lt=before).exclude(email_key="")
    pks = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    _erase(Registration.objects.filter(pk__in=pks))
    return len(pks) == AT_ONCE


def export_person(email: str) -> list[dict]:
    """Return all that is kept under an address, as plain values."""
    key = key_of(email)
    registrations = Registration.objects.at_address(key).in_order()
    followers = Follower.objects.filter(email_key=key).select_related("series").order_by("pk")
    return [
        *map(_as_data, registrations.select_related("event").prefetch_related("answers")),
        *(
            {
                "series": follower.series.name,
                **{name: getattr(follower, name) for name in ("name", "email", "library")},
                "since": follower.created_at.isoformat(),
                "ended": follower.ended_at and follower.ended_at.isoformat(),
            }
            for follower in followers
        ),
    ]


def erase_person(email: str) -> int:
    """Erase all that is kept under an address, and cancel what lies ahead; return how much it was.

    The address is told of what it loses by that.
    """
    key = key_of(email)
    with transaction.atomic():
        followers = list(Follower.objects.filter(email_key=key))
        for follower in followers:
            stop_following(follower)
        registrations = Registration.objects.at_address(key)
        ahead = Q(event__starts_at__gt=timezone.now())
        for registration in registrations.live().filter(ahead).order_by("event_id", "pk"):
            cancel(registration, EndedBy.THEMSELVES)
        pks = list(registrations.values_list("pk", flat=True))
        _erase(Registration.objects.filter(pk__in=pks))
        Follower.objects.filter(pk__in=[follower.pk for follower in followers]).delete()
    return len(pks) + len(followers)


def _erase(registrations) -> None:
    with transaction.atomic():
        Answer.objects.filter(registration__in=registrations).delete()
        registrations.update(name="", folded_name="", email="", email_key="")


def _as_data(registration: Registration) -> dict:
    fields = ("name", "email", "library", "state", "attended", "minutes")
    return {
        "event": registration.event.title,
        "date": registration.event.date.isoformat(),
        "registered": registration.created_at.isoformat(),
        **{field: getattr(registration, field) for field in fields},
        "answers": {answer.label: answer.value for answer in registration.answers.all()},
    }
