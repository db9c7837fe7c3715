"""Libraries as people typed them when they registered."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count

from events.models import Follower, Registration

KEPT_IN = (Registration, Follower)


def counts() -> Counter[str]:
    """Return how often each library stands in registrations and among followers of series."""
    counted: Counter[str] = Counter()
    for model in KEPT_IN:
        named = model.objects.exclude(library="").order_by().values_list("library")
        counted.update(dict(named.annotate(Count("pk"))))
    return counted


@transaction.atomic
def rename(texts: Iterable[str], name: str) -> int:
    """Write a library's name in place of some texts; return how often that was."""
    return sum(
        model.objects.filter(library__in=list(texts)).exclude(library=name).update(library=name)
        for model in KEPT_IN
    )
