import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from chats.importers import (
    DIALECTS_OF_CHATS,
    MAX_TRANSCRIPT_BYTES,
    ImportRefused,
    Parsed,
    detect,
    read_text,
)
from chats.importing import Action, Plan, import_chats, plan_import
from chats.models import ChatArchivePage, ChatPage
from chats.noting import TopicPlan, bring_in_topics, plan_topics
from chats.transcribing import PlannedLines, bring_in_lines, plan_lines


class Command(BaseCommand):
    help = (
        "Bring recorded chats in from a list, or topics, a transcript or a text chat into one of "
        "them. Running it twice changes nothing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="as text or HTML")
        parser.add_argument("--chat", help="the chat it belongs to: its date (2024-03-06) or slug")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, save nothing")
        parser.add_argument("--json", action="store_true", help="print what was read as JSON")

    def handle(self, *args, file: Path, chat: str, dry_run: bool, **options) -> None:
        try:
            text = read_text(file.read_bytes(), limit=MAX_TRANSCRIPT_BYTES)
            parsed = detect(text, None if chat else DIALECTS_OF_CHATS).parse(text)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except ImportRefused as error:
            raise CommandError(str(error)) from error
        if chat:
            self._into(_find(chat), parsed, dry_run)
            return

        if parsed.topics:
            raise CommandError("These are topics of one chat: name it with --chat.")
        archive = ChatArchivePage.objects.first()
        if archive is None:
            raise CommandError("There is no chat archive to import into: add the page first.")
        plan = (plan_import if dry_run else import_chats)(parsed, archive)
        if options["json"]:
            read = Parsed(parsed.chats, plan.warnings)
            self.stdout.write(json.dumps(read.as_json(), ensure_ascii=False, indent=2))
        else:
            self._report(plan, dry_run)

    def _into(self, chat: ChatPage, parsed: Parsed, dry_run: bool) -> None:
        """Bring what was read into one chat; of a list, the topics of that day."""
        of_day = [one for one in parsed.chats if one.date == chat.date]
        topics = parsed.topics or (of_day[0].topics if len(of_day) == 1 else ())
        for warning in parsed.warnings:
            self.stderr.write(f"Line {warning.line}: {warning.reason}")
        if topics:
            self._report_topics((plan_topics if dry_run else bring_in_topics)(chat, topics))
        elif parsed.lines:
            if parsed.tells_time_of_day:
                raise CommandError(
                    "This text chat tells the time of day. Bring it in on the chat's page in the "
                    "admin, where you can say when the recording began."
                )
            self._report_lines((plan_lines if dry_run else bring_in_lines)(chat, parsed.lines))
        else:
            raise CommandError("There is nothing in it for this chat.")
        self.stdout.write("Nothing was saved." if dry_run else "Done.")

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

    def _report_topics(self, plan: TopicPlan) -> None:
        for planned in plan.topics:
            if planned.action != Action.UNCHANGED:
                line = f"{planned.action.label}: {planned.imported.stamp} {planned.imported.title}"
                self.stdout.write(f"{line} ({planned.reason})" if planned.reason else line)
        counts = ", ".join(f"{label.lower()} {count}" for label, count in plan.counts)
        self.stdout.write(f"Topics: {counts}.")

    def _report_lines(self, plan: PlannedLines) -> None:
        for one in plan.corrections:
            self.stdout.write(f"Corrected: {one.heard} -> {one.term} ({one.times})")
        for doubt in plan.doubts:
            self.stderr.write(f"Line {doubt.place} of it {doubt.reason}.")
        struck = f", struck out before and still {len(plan.struck)}" if plan.struck else ""
        self.stdout.write(f"Lines: {len(plan.lines)}, in place of {plan.replaced}{struck}.")


def _find(named: str) -> ChatPage:
    """Return the chat of that date or slug. Raises CommandError."""
    chats = ChatPage.objects.filter(slug=named)
    try:
        date = parse_date(named)
    except ValueError:
        date = None
    if not chats and date:
        chats = ChatPage.objects.filter(date=date)
    if len(chats) != 1:
        raise CommandError(f"{len(chats)} chats are called {named}: name one by its slug.")
    return chats[0]
