"""What the settings say of signing in elsewhere, each in a process of its own."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parents[2]
HEAVY = ("oauthlib", "jwt", "cryptography", "fido2", "qrcode", "allauth.socialaccount.models")
LOADED = f"""
import sys, django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver
WSGIHandler()
get_resolver().url_patterns
print(*(name for name in {HEAVY} if name in sys.modules))
"""
OIDC = {
    "OIDC_URL": "https://sso.example.org",
    "OIDC_CLIENT_ID": "the site",
    "OIDC_CLIENT_SECRET": "a secret",
    "OIDC_NAME": "the consortium",
}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    ours = {
        "DATA_DIR": str(folder),
        "ENV_FILE": os.devnull,
        "SITE_URL": "https://ill.example.org",
        "SECRET_KEY": "0123456789abcdef-0123456789abcdef-0123456789abcdef-0123456789",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
        "PATH": os.environ["PATH"],
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(
        command, env=ours | environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.mark.any_database
def test_nothing_of_it_is_loaded_where_nobody_is_named(tmp_path):
    came = run(tmp_path, "-c", LOADED)
    assert came.returncode == 0, came.stderr
    assert came.stdout.split() == []


@pytest.mark.any_database
def test_a_provider_without_its_secret_stops_the_start(tmp_path):
    without = {name: value for name, value in OIDC.items() if name != "OIDC_CLIENT_SECRET"}
    came = run(tmp_path, "-c", LOADED, **without)
    assert came.returncode != 0
    assert "OIDC_CLIENT_SECRET" in came.stderr


@pytest.mark.any_database
def test_readers_may_be_let_in_by_others(tmp_path):
    said = "from django.urls import reverse; print(reverse('google_login'))"
    named = {"SIGN_IN_WITH": "google", "GOOGLE_CLIENT_ID": "a", "GOOGLE_CLIENT_SECRET": "b"}
    came = run(tmp_path, "-c", f"import django; django.setup(); {said}", **named)
    assert came.stdout.strip() == "/account/elsewhere/google/login/", came.stderr


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_organisation_lets_its_people_in(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("begins with a copy of SQLite's file")
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as made,
        closing(sqlite3.connect(tmp_path / "site.sqlite3")) as copy,
    ):
        made.backup(copy)
    # Production would want its static files collected.
    development = {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
    came = run(tmp_path, "-m", "tests.accounts.elsewhere", **OIDC, **development)
    assert came.returncode == 0, came.stderr
    told = json.loads(came.stdout)
    let_in = {"offered": True, "signed_in": True, "page": 200}
    assert told["INES@ill.example.org"] == {**let_in, "admin": 200}
    assert told["new@ill.example.org"] == {**let_in, "admin": 302}
    assert told[""] == {"offered": True, "signed_in": False, "page": 302, "admin": 302}
    assert told["users"] == 3
    # Who came from there needs no app besides.
    assert told["lacking"] == ["mo@ill.example.org"]
    assert "the consortium" in told["do"]
