"""How often somebody may try to sign in. Counted for all processes together."""

from datetime import timedelta

from django.http import HttpRequest

from accounts.models import User
from core.throttling import allows, client_of
from outbox.addresses import key_of

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def may_try_password(request: HttpRequest, email: str) -> bool:
    """Count a try. One computer cannot lock an address for all others, but many can for an hour."""
    client, address = client_of(request), key_of(email)
    return (
        allows("password from", client, 30, QUARTER)
        and allows("password from for", f"{client} {address}", 10, QUARTER)
        and allows("password for", address, 100, HOUR)
    )


def may_try_step(user: User) -> bool:
    """Count a try of a code of the authenticator app, or one for recovery."""
    return allows("second step", str(user.pk), 10, QUARTER)


def may_ask_for_mail(request: HttpRequest) -> bool:
    """Count a mail that lets its reader in, asked for from one computer."""
    return allows("sign-in mail from", client_of(request), 20, HOUR)


def may_mail(email: str) -> bool:
    """Count such a mail to one address. Whoever asks is not told: it is not theirs to know."""
    return allows("sign-in mail to", key_of(email), 5, HOUR)
