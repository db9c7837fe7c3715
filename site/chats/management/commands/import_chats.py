import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from chats.importers import ImportRefused, Parsed, detect, read_text
from chats.importing import Action, Plan, import_chats, plan_import
from chats.models import ChatArchivePage


class Command(BaseCommand):
    help = "Bring recorded chats in from a list. Running it twice changes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the list, as text or HTML")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, save nothing")
        parser.add_argument("--json", action="store_true", help="print what was read as JSON")

    def handle(self, *args, file: Path, dry_run: bool, **options) -> None:
        try:
            text = read_text(file.read_bytes())
            parsed = detect(text).parse(text)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except ImportRefused as error:
            raise CommandError(str(error)) from error

        archive = ChatArchivePage.objects.first()
        if archive is None:
            raise CommandError("There is no chat archive to import into: add the page first.")
        plan = (plan_import if dry_run else import_chats)(parsed, archive)
        if options["json"]:
            read = Parsed(parsed.chats, plan.warnings)
            self.stdout.write(json.dumps(read.as_json(), ensure_ascii=False, indent=2))
        else:
            self._report(plan, dry_run)

    def _report(self, plan: Plan, dry_run: bool) -> None:
        for planned in plan.chats:
            if planned.action == Action.UNCHANGED and not planned.kept:
                continue
            line = f"{planned.imported.date}  {planned.action.label}"
            if planned.changes:
                line += f": {planned.changes_label}"
            if planned.kept:
                line += f" (edited here, kept: {planned.kept_label})"
            self.stdout.write(line)
        for warning in plan.warnings:
            self.stderr.write(f"Line {warning.line}: {warning.reason}")
        counts = ", ".join(f"{label.lower()} {count}" for label, count in plan.counts)
        self.stdout.write(f"{'Would be' if dry_run else 'Done'}: {counts}.")
