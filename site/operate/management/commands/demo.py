"""`manage.py demo`: show what the site is for before it has chats of its own."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chats.models import ChatArchivePage
from operate.demonstration import loading


class Command(BaseCommand):
    help = (
        "Load the demonstration: a made-up library network, its people, chats, guides, posts and "
        "events. "
        "It is loaded once; a second call changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--remove",
            action="store_true",
            help="take out all that was loaded, even if it was edited since; nothing else goes, "
            "and people, teams, libraries and tags that something else uses stay",
        )

    def handle(self, *args, remove: bool, **options) -> None:
        if remove:
            self._remove()
        else:
            self._load()

    def _load(self) -> None:
        try:
            chats = loading.load()
        except ChatArchivePage.DoesNotExist as error:
            raise CommandError("There is no chat archive to load it into.") from error
        if chats:
            self.stdout.write(f"Loaded the demonstration: {chats} chats.")
        else:
            self.stdout.write("The demonstration is here already; nothing changed.")

    def _remove(self) -> None:
        removal = loading.remove()
        if removal is None:
            self.stdout.write("There is no demonstration here; nothing changed.")
            return
        self.stdout.write(f"Took out the demonstration: {removal.chats} chats and what they named.")
        for kept in removal.kept:
            self.stdout.write(f"  kept, since it is used or being edited: {kept}")
