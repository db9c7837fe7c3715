"""`manage.py rebuild_search`: make the search index anew while the one in use goes on answering."""

import sys
from collections.abc import Iterable, Iterator

from django.core.management.base import BaseCommand, CommandError

from search import following
from search.engines import Busy
from search.entries import sweep
from search.models import Entry

BAR = 40


class Command(BaseCommand):
    help = (
        "Read all pages for what can be found, make the search index anew beside the one in use, "
        "and switch. Readers notice nothing."
    )

    def handle(self, *args, **options) -> None:
        self.stdout.write("Reading what can be found ...")
        sweep()
        try:
            following.rebuild(self._count)
        except Busy as error:
            raise CommandError("The index is being made anew already.") from error
        self.stdout.write(f"The index is new: {Entry.objects.count()} entries.")

    def _count(self, entries: Iterator[Entry]) -> Iterable[Entry]:
        """Pass the entries on, with a bar where somebody looks on."""
        total = Entry.objects.count()
        shown = -1
        for number, entry in enumerate(entries, 1):
            yield entry
            percent = min(100, number * 100 // max(total, 1))
            if percent != shown and sys.stdout.isatty():
                shown = percent
                bar = "#" * (percent * BAR // 100)
                self.stdout.write(f"\r[{bar:<{BAR}}] {percent:3} %", ending="")
                self.stdout.flush()
        if shown >= 0:
            self.stdout.write("")
