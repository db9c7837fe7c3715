"""Signing in by a code that is mailed: the address shows who somebody is.

Nothing is written of an address until its code is typed in, and no answer tells whether it is
known: what is pending lies in the session of the browser that asked.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.limits import may_mail
from accounts.mails import SIGN_IN_CODE
from accounts.models import User
from core.throttling import allows
from outbox.addresses import prove
from outbox.messages import post

LIVES_FOR = timedelta(minutes=15)
TRIES = 5
DIGITS = 8

_KEPT = "mailed_code"


@dataclass(frozen=True)
class Pending:
    """A code that a browser waits for."""

    email: str
    digest: str
    nonce: str
    until: float
    """POSIX time."""
    next_url: str


def send_code(request: HttpRequest, email: str, next_url: str) -> None:
    """Mail a code to an address. Raises ValidationError for what is no address.

    Who was sent many has to do with the last one, and is not told.
    """
    if may_mail(email):
        code, nonce = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", secrets.token_urlsafe(16)
        expires_at = timezone.now() + LIVES_FOR
        kept = Pending(email, _digest(code, nonce), nonce, expires_at.timestamp(), next_url)
        context = {"code": f"{code[:4]} {code[4:]}", "minutes": int(LIVES_FOR.total_seconds() / 60)}
        post(SIGN_IN_CODE, email, context, expires_at=expires_at)
    elif (known := pending_in(request)) and known.email == email:
        return
    else:
        until = (timezone.now() + LIVES_FOR).timestamp()
        kept = Pending(email, "", secrets.token_urlsafe(16), until, next_url)
    request.session[_KEPT] = asdict(kept)


def pending_in(request: HttpRequest) -> Pending | None:
    """Return what a browser waits for; None if nothing, or if it has waited too long."""
    kept = request.session.get(_KEPT)
    pending = Pending(**kept) if kept else None
    return pending if pending and pending.until > timezone.now().timestamp() else None


def is_right(pending: Pending, typed: str) -> bool:
    """Say whether a code is the one that was mailed; after some tries, none is."""
    if not allows("mailed code", pending.nonce, TRIES, timedelta(days=1)):
        return False
    return constant_time_compare(_digest(_digits(typed), pending.nonce), pending.digest)


def forget_code(request: HttpRequest) -> None:
    request.session.pop(_KEPT, None)


def user_at(email: str) -> User:
    """Return whose address this is, now that it is shown to be theirs; made at the first time."""
    prove(email)
    try:
        with transaction.atomic():
            return User.objects.filter(email__iexact=email).first() or User.objects.create_user(
                email
            )
    except IntegrityError:
        return User.objects.get_by_natural_key(email)


def _digits(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isdecimal())


def _digest(code: str, nonce: str) -> str:
    return salted_hmac(f"accounts.codes.{nonce}", code, algorithm="sha256").hexdigest()
