"""What is kept of those who follow something, by address."""

from django.db import transaction
from django.db.models import QuerySet

from outbox.addresses import key_of
from updates.models import Request, Subscriber, Subscription


def export_person(email: str) -> list[dict]:
    """Return all that is kept under an address, as plain values."""
    subscribers = Subscriber.objects.filter(email_key=key_of(email))
    return [
        *map(_subscriber, subscribers.prefetch_related("subscriptions")),
        *map(_request, _requests(email).order_by("pk")),
    ]


def erase_person(email: str) -> int:
    """Erase all that is kept under an address; return how much it was.

    Mail that waits for it is not wanted any more (`updates.mails`).
    """
    with transaction.atomic():
        # First: what the worker takes in at this moment is then the subscriber's, and found there.
        erased, _by_model = _requests(email).delete()
        subscribers = Subscriber.objects.filter(email_key=key_of(email))
        _rows, by_model = subscribers.delete()
    return erased + sum(by_model.get(model._meta.label, 0) for model in (Subscriber, Subscription))


def _requests(email: str) -> QuerySet[Request]:
    """Return what forms asked for in its name; few, for the worker takes them in at once."""
    key = key_of(email)
    written = Request.objects.values_list("pk", "email")
    return Request.objects.filter(pk__in=[pk for pk, asked in written if key_of(asked) == key])


def _subscriber(subscriber: Subscriber) -> dict:
    return {
        "email": subscriber.email,
        "first_asked": subscriber.created_at.isoformat(),
        "time_zone": subscriber.time_zone,
        "weekday": str(subscriber.get_weekday_display()),
        "subscriptions": [
            {
                "kind": one.kind,
                "title": one.title,
                "pace": one.pace,
                "asked": one.created_at.isoformat(),
                "since": one.confirmed_at and one.confirmed_at.isoformat(),
                "ended": one.ended_at and one.ended_at.isoformat(),
                "ended_by": one.ended_by,
            }
            for one in sorted(subscriber.subscriptions.all(), key=lambda one: one.pk)
        ],
    }


def _request(request: Request) -> dict:
    return {
        "email": request.email,
        "asked": request.created_at.isoformat(),
        "asked_for": request.wants,
        "pace": request.pace,
        "time_zone": request.time_zone,
    }
