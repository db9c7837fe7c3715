"""A site that people use, `make run` included. Refuses to start where it would be unsafe."""

from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.secret import read_former, read_secret

from .base import *  # noqa: F403
from .base import DATA_DIR, SITE_URL, env

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def _secret() -> str:
    secret = env.str("SECRET_KEY", default="") or read_secret(DATA_DIR)
    if not secret:
        raise ImproperlyConfigured(
            f"The site has no secret. Set SECRET_KEY, or let `make run` make one in {DATA_DIR}."
        )
    if secret.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            "SECRET_KEY is one of development, known to everybody who has the code: "
            "take another, or remove it and let `make run` make one."
        )
    if len(secret) < 50 or len(set(secret)) < 10:
        raise ImproperlyConfigured(
            "SECRET_KEY is too weak for a public site: take one of at least 50 random "
            "characters, or remove it and let `make run` make one."
        )
    return secret


def _address() -> SplitResult:
    try:
        address = urlsplit(SITE_URL)
        whole = address.scheme in {"http", "https"} and address.hostname and address.port != 0
    except ValueError:
        whole = False
    if not whole or address.username is not None or any(address[2:]):
        raise ImproperlyConfigured(
            f"SITE_URL is {SITE_URL!r}; it must be the address of the site and no more, "
            "as https://ill.example.org."
        )
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise ImproperlyConfigured(
            f"SITE_URL is {SITE_URL}. Sign-in over plain http can be read along the way: use "
            "https. Plain http is for this machine alone (localhost)."
        )
    return address


DEBUG = False
if env.bool("DEBUG", default=False):
    raise ImproperlyConfigured(
        "DEBUG is on. It shows the site's secrets to every reader: "
        "take it out of the environment, or use `make dev` to work on the code."
    )

SECRET_KEY = _secret()
SECRET_KEY_FALLBACKS = [*env.list("SECRET_KEY_FALLBACKS", default=[]), *read_former(DATA_DIR)]

_site = _address()
_secure = _site.scheme == "https"

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or (
    [_site.hostname] if _secure else ["localhost", "127.0.0.1", "[::1]"]
)
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS has a '*': anybody could then choose the host that links in mail lead "
        "to. Name the hosts, or leave it out to allow that of SITE_URL."
    )
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_SSL_REDIRECT = _secure
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SILENCED_SYSTEM_CHECKS = [
    # Other hosts of the library's domain may have no https: its owner decides.
    "security.W005",
    "security.W021",
    # The editor shows its previews in a frame of this site.
    "security.W019",
]
