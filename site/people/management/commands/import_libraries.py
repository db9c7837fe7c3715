from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from people.libraries import Action, TableRefused, bring_in, plan, read


class Command(BaseCommand):
    help = (
        "Bring libraries in from a table (CSV) whose first line names its columns: name, and "
        "town, region, type. Running it twice changes nothing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, save nothing")

    def handle(self, *args, file: Path, dry_run: bool, **options) -> None:
        try:
            done = (plan if dry_run else bring_in)(read(file.read_bytes()))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except TableRefused as error:
            raise CommandError(str(error)) from error
        for row in done.of(Action.REFUSED):
            self.stderr.write(f"Line {row.line}: {row.reason}")
        counts = ", ".join(f"{label.lower()} {count}" for label, count in done.counts)
        self.stdout.write(f"{'Would be' if dry_run else 'Done'}: {counts or 'no rows'}.")
