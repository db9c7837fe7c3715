"""Dealing with what readers say of guides."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from guides.models import Feedback
from guides.rights import feedback_policy

MOST_AT_ONCE = 1000


def settle(keys: Iterable[int], by: User) -> int:
    """Note that somebody has dealt with readers' words; return of how many this was new.

    Raises PermissionDenied for who may not.
    """
    _check(by)
    return _chosen(keys).open().update(settled_at=timezone.now(), settled_by=by)


def take_back(keys: Iterable[int], by: User) -> int:
    """Open again what was settled; return how many were. Raises PermissionDenied."""
    _check(by)
    return _chosen(keys).exclude(settled_at=None).update(settled_at=None, settled_by=None)


def _chosen(keys: Iterable[int]):
    return Feedback.objects.filter(pk__in=list(keys)[:MOST_AT_ONCE])


def _check(user: User) -> None:
    if not feedback_policy.user_has_permission(user, "change"):
        raise PermissionDenied
