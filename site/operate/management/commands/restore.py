"""`manage.py restore`: a back-up becomes the site."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operate.back_ups import BackUpFault
from operate.back_ups.restoring import Restored, restore


class Command(BaseCommand):
    help = (
        "Put a back-up in place, in an empty DATA_DIR and database, and bring it up to this "
        "release. All mail is held until manage.py release_mail. Stop web server and worker first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--into", type=Path, metavar="DATA_DIR", help="in place of that of the settings"
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="where there is a site already; it is kept aside, in DATA_DIR/replaced-…",
        )

    def handle(self, *args, file: Path, into: Path | None, replace: bool, **options) -> None:
        if into and into.resolve() != settings.DATA_DIR:
            sys.exit(_run_in(into.resolve(), file, replace))
        try:
            restored = restore(file.absolute(), replace=replace)
        except BackUpFault as fault:
            raise CommandError(str(fault)) from fault
        self._tell(f"In place: the site of {restored.manifest.made:%d %B %Y, %H:%M} UTC.")
        call_command("prepare", empty=True, verbosity=0)
        call_command("rebuild_search", stdout=self.stdout)
        self._tell_what_next(restored)

    def _tell_what_next(self, restored: Restored) -> None:
        was = restored.manifest.site_url
        if was != settings.SITE_URL:
            self._tell(
                f"It was {was} and is {settings.SITE_URL} now: links in old mails lead to the "
                "former address, and work as long as that one is passed on to this."
            )
        if not restored.manifest.has_media:
            self._tell("What was uploaded is kept by another service, and was not in the back-up.")
        if restored.aside:
            self._tell(f"What was here before is in {restored.aside}; delete it when all is well.")
        self._tell(
            "Start the web server and the worker now. All mail is held: manage.py release_mail "
            "lets it leave, --drop-waiting gives up what waits."
        )

    def _tell(self, said: str) -> None:
        self.stdout.write(said)


def _run_in(data_dir: Path, file: Path, replace: bool) -> int:
    """Run this with another DATA_DIR, which settings read as they are loaded.

    There lies all of the back-up then: a try must not touch the bucket of the site.
    """
    command = [sys.executable, settings.ROOT / "manage.py", "restore", file.absolute()]
    environment = {**os.environ, "DATA_DIR": str(data_dir), "MEDIA_S3_BUCKET": ""}
    command += ["--replace"] if replace else []
    return subprocess.run(command, env=environment).returncode  # noqa: S603
