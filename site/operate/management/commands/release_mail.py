"""`manage.py release_mail`: let mail leave that was held after a restore, a copy or a move."""

from django.core.management.base import BaseCommand, CommandParser

from outbox import outlet


class Command(BaseCommand):
    help = "Let mail leave again from where the site now is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--drop-waiting",
            action="store_true",
            help="give up what waits: it may have left already, before the restore or elsewhere",
        )

    def handle(self, *args, drop_waiting: bool, **options) -> None:
        count = outlet.release(drop_waiting=drop_waiting)
        fate = "given up" if drop_waiting else "waiting to leave"
        self.stdout.write(f"Mail may leave. Mails {fate}: {count}.")
