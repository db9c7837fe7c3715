"""Make a site ready to be served on this machine; change nothing on one that is."""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

import core.static
from core.picture_making import make_next

LOGIN_EMAIL = "staff@localhost"
LOGIN_FILE = "first-login.txt"
STATIC_FILE = "static.stamp"
PICTURE_STEPS = 30
"""How many at most: on a site that has long been in use, many may be due at once."""


class Command(BaseCommand):
    help = "Bring database, static files, demonstration content and a first login into place."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--empty", action="store_true", help="without demonstration content")
        parser.add_argument(
            "--administrator", default=LOGIN_EMAIL, metavar="ADDRESS", help="of the first login"
        )

    def handle(self, *, empty: bool, administrator: str, verbosity: int, **options) -> None:
        migrate()
        follow_site_url(settings.SITE_URL)
        if not settings.DEBUG:
            collect_static(settings.DATA_DIR / STATIC_FILE)
        if not empty:
            call_command("demo", verbosity=verbosity, stdout=self.stdout)
            make_pictures()
        password = make_first_login(settings.DATA_DIR / LOGIN_FILE, administrator)
        if verbosity:
            self._tell(password)

    def _tell(self, password: str | None) -> None:
        self.stdout.write(f"\nThe site:      {settings.SITE_URL}/")
        self.stdout.write(f"Staff sign in: {settings.SITE_URL}/admin/")
        kept = settings.DATA_DIR / LOGIN_FILE
        email = kept.read_text(encoding="utf-8").split()[0] if kept.exists() else ""
        if password:
            self.stdout.write(f"      address  {email}")
            self.stdout.write(f"     password  {password}  (kept in {kept})")
        elif email:
            self.stdout.write(f"      address  {email}, password in {kept}")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def follow_site_url(site_url: str) -> None:
    """Let Wagtail's full addresses begin as SITE_URL does."""
    address = urlsplit(site_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    site = Site.objects.get(is_default_site=True)
    if (site.hostname, site.port) != (address.hostname, port):
        site.hostname, site.port = address.hostname, port
        site.save()


def collect_static(stamp: Path) -> None:
    """Collect static files when one of them, or how they are collected, differs from last time."""
    state = _static_state()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(state, encoding="utf-8")


def _static_state() -> str:
    paths = [Path(core.static.__file__)]
    for finder in get_finders():
        paths += [Path(storage.path(name)) for name, storage in finder.list(ignore_patterns=[])]
    digest = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        digest.update(f"{path} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def make_pictures() -> None:
    """Make the sizes of the demonstration's pictures: a second each. The worker makes others."""
    for _step in range(PICTURE_STEPS):
        if not make_next():
            return


def make_first_login(path: Path, email: str) -> str | None:
    """Make an administrator on a site without one and return the password, also kept at `path`."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(12)
    users.create_superuser(email, password)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{email}\n{password}\n")
    return password
