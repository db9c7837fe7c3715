"""Production starts, or refuses with a sentence: in a process of its own, as on a server."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

STRONG = secrets.token_urlsafe(64)

SHOW = """
import django; django.setup()
from django.conf import settings
for name in {names!r}:
    print(name, repr(getattr(settings, name, None)))
"""


def run(tmp_path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(settings.ROOT / "site"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path / "data"),
        **environment,
    }
    return subprocess.run(
        [sys.executable, *command], env=given, cwd=settings.ROOT, capture_output=True, text=True
    )


def shown(tmp_path, *names: str, **environment: str) -> dict[str, str]:
    done = run(tmp_path, "-c", SHOW.format(names=names), **{"SECRET_KEY": STRONG, **environment})
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "The site has no secret."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak for a public site"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too weak for a public site"),
        ({"SECRET_KEY": f"django-insecure-{STRONG}"}, "SECRET_KEY is one of development"),
        ({"DEBUG": "1"}, "DEBUG is on."),
        ({"DEBUG": "true"}, "DEBUG is on."),
        ({"SITE_URL": "http://ill.example.org"}, "Sign-in over plain http can be read"),
        ({"SITE_URL": "http://192.0.2.7:8000"}, "Sign-in over plain http can be read"),
        ({"SITE_URL": "http://localhost.example.org"}, "Sign-in over plain http can be read"),
        ({"SITE_URL": "ill.example.org"}, "it must be the address of the site"),
        ({"SITE_URL": "ftp://ill.example.org"}, "it must be the address of the site"),
        ({"SITE_URL": "https://"}, "it must be the address of the site"),
        ({"SITE_URL": "https://[::1"}, "it must be the address of the site"),
        ({"SITE_URL": "https://ill.example.org:port"}, "it must be the address of the site"),
        ({"SITE_URL": "https://ill.example.org/chats"}, "it must be the address of the site"),
        ({"SITE_URL": "https://me@ill.example.org"}, "it must be the address of the site"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has a '*'"),
    ],
)
def test_it_refuses_what_is_unsafe(tmp_path, environment, sentence):
    done = run(tmp_path, "-c", SHOW.format(names=()), **{"SECRET_KEY": STRONG, **environment})
    assert done.returncode != 0
    assert sentence in done.stderr.splitlines()[-1]
    assert STRONG not in done.stderr


def test_it_passes_its_own_checks(tmp_path):
    done = run(
        tmp_path,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level=WARNING",
        SECRET_KEY=STRONG,
        SITE_URL="https://ill.example.org",
    )
    assert done.returncode == 0, done.stderr


def test_the_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    assert run(tmp_path, "-m", "config.secret").returncode == 0
    file = tmp_path / "data" / "secret-key"
    made = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "-m", "config.secret").returncode == 0
    assert file.read_text() == made
    assert shown(tmp_path, "SECRET_KEY", SECRET_KEY="")["SECRET_KEY"] == repr(made)


NAMES = (
    "ALLOWED_HOSTS",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
)


def test_https_brings_secure_cookies_and_hsts(tmp_path):
    assert shown(tmp_path, *NAMES, SITE_URL="https://ill.example.org/") == {
        "ALLOWED_HOSTS": "['ill.example.org']",
        "CSRF_COOKIE_SECURE": "True",
        "CSRF_TRUSTED_ORIGINS": "['https://ill.example.org']",
        "DEBUG": "False",
        "SECURE_HSTS_SECONDS": "31536000",
        "SECURE_PROXY_SSL_HEADER": "None",
        "SECURE_SSL_REDIRECT": "True",
        "SESSION_COOKIE_SECURE": "True",
    }


def test_plain_http_is_for_this_machine(tmp_path):
    for address in ("http://localhost:8123", "http://127.0.0.1:8123", "http://[::1]:8123"):
        assert shown(tmp_path, *NAMES, SITE_URL=address) == {
            "ALLOWED_HOSTS": "['localhost', '127.0.0.1', '[::1]']",
            "CSRF_COOKIE_SECURE": "False",
            "CSRF_TRUSTED_ORIGINS": f"['{address}']",
            "DEBUG": "False",
            "SECURE_HSTS_SECONDS": "0",
            "SECURE_PROXY_SSL_HEADER": "None",
            "SECURE_SSL_REDIRECT": "False",
            "SESSION_COOKIE_SECURE": "False",
        }


def test_a_forwarded_protocol_counts_behind_a_proxy_alone(tmp_path):
    found = shown(
        tmp_path, *NAMES, SITE_URL="https://ill.example.org", BEHIND_PROXY="1", ALLOWED_HOSTS="a,b"
    )
    assert found["SECURE_PROXY_SSL_HEADER"] == "('HTTP_X_FORWARDED_PROTO', 'https')"
    assert found["ALLOWED_HOSTS"] == "['a', 'b']"


def test_sqlite_waits_for_its_turn(tmp_path):
    options = shown(tmp_path, "DATABASES")["DATABASES"]
    assert "'transaction_mode': 'IMMEDIATE'" in options
    assert "journal_mode=WAL" in options
