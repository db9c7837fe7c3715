"""`manage.py back_up`: the whole site in one file, made while it runs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from operate.back_ups import BackUpFault
from operate.back_ups.making import back_up


class Command(BaseCommand):
    help = (
        "Write the database, what was uploaded and the secret to one file, while the site runs. "
        "It lets its reader do anything on the site: keep it as safe as the server."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            help="a file or a folder; else DATA_DIR/back-ups, where old ones are thinned",
        )

    def handle(self, *args, path: Path | None, verbosity: int, **options) -> None:
        try:
            made = back_up(path and path.absolute())
        except BackUpFault as fault:
            raise CommandError(str(fault)) from fault
        if verbosity:
            self.stdout.write(f"{made} ({filesizeformat(made.stat().st_size)})")
