"""`manage.py begin`: a site of one's own, without demonstration content."""

import sys
from collections.abc import Callable
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import DatabaseError
from wagtail.models import Site

from operate.beginning import Answers, NotBegun, env_file, run_settled, write_env
from operate.management.commands.prepare import LOGIN_FILE


class Command(BaseCommand):
    help = (
        "Make a site, after a few questions; each may be answered by its option instead. What is "
        "there already is left as it is, so it may be run again."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="of the site, as readers see it")
        parser.add_argument("--address", metavar="URL", help="as https://ill.example.org")
        parser.add_argument("--administrator", metavar="ADDRESS", help="of who signs in first")
        parser.add_argument("--sender", metavar="ADDRESS", help="that mail comes from")
        parser.add_argument("--time-zone", help="as America/New_York")

    def handle(self, **options) -> None:
        try:
            self._begin(options)
        except NotBegun as fault:
            raise CommandError(str(fault)) from fault

    def _begin(self, options: dict) -> None:
        if not env_file().exists():
            write_env(
                Answers(
                    site_url=self._answer(options, "address", "The site's address").rstrip("/"),
                    sender=self._answer(options, "sender", "Mail comes from", check=_is_address),
                    time_zone=self._answer(
                        options, "time_zone", "Time zone", settings.TIME_ZONE, _is_zone
                    ),
                )
            )
        prepare = ["manage.py", "prepare", "--empty", "--verbosity=0"]
        name = None
        if not _has_administrator():
            name = self._answer(options, "name", "The site's name", settings.WAGTAIL_SITE_NAME)
            email = self._answer(
                options, "administrator", "The first administrator's address", check=_is_address
            )
            prepare.append(f"--administrator={email}")
        run_settled(*prepare)
        if name:
            _name(name)
        self._tell()

    def _answer(
        self,
        options: dict,
        name: str,
        question: str,
        default: str = "",
        check: Callable[[str], None] = lambda said: None,
    ) -> str:
        """Return what its option says, or a person at the terminal; else the default."""
        said = options[name]
        while not said and sys.stdin.isatty():
            said = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
            try:
                check(said)
            except ValidationError as error:
                self.stderr.write(error.messages[0])
                said = ""
        said = said or default
        if not said:
            raise CommandError(f"{question} is not known: say --{name.replace('_', '-')}.")
        try:
            check(said)
        except ValidationError as error:
            raise CommandError(f"--{name.replace('_', '-')}: {error.messages[0]}") from error
        return said

    def _tell(self) -> None:
        kept = settings.DATA_DIR / LOGIN_FILE
        self.stdout.write(
            f"The site is ready in {settings.DATA_DIR}, its settings in {env_file()}."
        )
        if kept.exists():
            self.stdout.write(
                f"Sign in at /admin/ with what stands in {kept}, change the password, and delete "
                "that file."
            )
        self.stdout.write("Next: web server and worker, then manage.py doctor.")


def _is_address(said: str) -> None:
    validate_email(said)


def _is_zone(said: str) -> None:
    if said not in available_timezones():
        raise ValidationError(f"{said} is no time zone; one is America/New_York.")


def _has_administrator() -> bool:
    try:
        return get_user_model().objects.filter(is_superuser=True).exists()
    except DatabaseError:
        return False


def _name(name: str) -> None:
    site = Site.objects.get(is_default_site=True)
    site.site_name = name
    site.save()
