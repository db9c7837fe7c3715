"""What second steps are made of, encrypted where it is kept.

The key is made of the site's secret. Who reads the database alone, or a copy of it, makes no codes
of it; who has the secret as well, as a back-up does, can. Former secrets still open what they
sealed, and the worker seals that anew with the one of now, as it does what is from before.
"""

import base64
import logging
import secrets
from collections.abc import Iterator

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

SEALED = "sealed-"
PURPOSE = "accounts.sealing"
SEALED_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
FIELDS = ("secret", "seed")
"""Of an authenticator's data, those that hold one."""


class Unreadable(ValueError):
    """It was sealed with a secret that the site does not have."""


class SealingAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was sealed; where it cannot be read, what no code is made of."""
        try:
            return unseal(encrypted_text)
        except Unreadable:
            logger.error("A second step cannot be read: manage.py doctor tells what to do.")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def seal(text: str) -> str:
    mark, secret = next(_marked_secrets())
    return mark + _fernet(secret).encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """Return what was sealed, or the text itself if that is from before. Raises Unreadable."""
    from cryptography.fernet import InvalidToken

    if not text.startswith(SEALED):
        return text
    for mark, secret in _marked_secrets():
        if text.startswith(mark):
            try:
                return _fernet(secret).decrypt(text.removeprefix(mark)).decode()
            except InvalidToken as error:
                raise Unreadable from error
    raise Unreadable


def is_readable(authenticator: Authenticator) -> bool:
    """Say whether the site has the secrets that sealed it, by their marks."""
    known = tuple(mark for mark, _secret in _marked_secrets())
    texts = _texts_in(authenticator)
    return all(text.startswith(known) or not text.startswith(SEALED) for text in texts)


def is_up_to_date(authenticator: Authenticator) -> bool:
    """Say whether all of it is sealed, with the secret of now."""
    mark, _secret = next(_marked_secrets())
    return all(text.startswith(mark) for text in _texts_in(authenticator))


def seal_all() -> None:
    """Seal what is from before, or from under a former secret; leave what cannot be read."""
    for one in Authenticator.objects.filter(type__in=SEALED_TYPES):
        if not is_up_to_date(one) and is_readable(one):
            _seal_anew(one.pk)


@transaction.atomic
def _seal_anew(pk: int) -> None:
    # Read under a lock: of recovery codes it is written which were used.
    one = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if one and not is_up_to_date(one):
        sealed = {name: seal(unseal(one.data[name])) for name in FIELDS if name in one.data}
        Authenticator.objects.filter(pk=pk).update(data={**one.data, **sealed})


def _texts_in(authenticator: Authenticator) -> list[str]:
    return [authenticator.data[name] for name in FIELDS if name in authenticator.data]


def _marked_secrets() -> Iterator[tuple[str, str]]:
    """Yield the site's secrets, that of now first, and what tells which of them has sealed."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        of_it = salted_hmac(PURPOSE, "mark", secret=secret, algorithm="sha256").hexdigest()
        yield f"{SEALED}{of_it[:8]}:", secret


def _fernet(secret: str):
    # 10 MB, for who signs in by a code and for nobody else.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = HKDF(SHA256(), 32, salt=None, info=PURPOSE.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
