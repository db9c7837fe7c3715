"""The way back in for staff who have lost password and second step.

The link is made on the server, by whoever runs it. It works once: using it changes what it names.
"""

import logging
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.mails import RESCUED, tell_change
from accounts.models import User

logger = logging.getLogger(__name__)

VALID_FOR = timedelta(minutes=15)
_SALT = "accounts.rescue"


def rescue_address(user: User) -> str:
    """Return a link that signs somebody in, once, within a quarter of an hour."""
    logger.warning("A rescue link was made for user %s", user.pk)
    token = signing.dumps([user.pk, _state(user)], salt=_SALT)
    return settings.SITE_URL + reverse("account_rescue", args=[token])


def rescued_by(token: str) -> User | None:
    """Return whom a link signs in; nobody once it was used, or they signed in otherwise."""
    try:
        pk, state = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and _state(user) == state else None


def use(token: str) -> User | None:
    """Use a link up and take out the second step; return whom to sign in."""
    user = rescued_by(token)
    if user is None:
        return None
    with transaction.atomic():
        unused = User.objects.filter(pk=user.pk, last_login=user.last_login)
        if not unused.update(last_login=timezone.now()):
            return None
        Authenticator.objects.filter(user=user).delete()
        tell_change(user, RESCUED)
    logger.warning("User %s signs in by a rescue link", user.pk)
    user.refresh_from_db()
    return user


def _state(user: User) -> str:
    return user.last_login.isoformat() if user.last_login else ""
