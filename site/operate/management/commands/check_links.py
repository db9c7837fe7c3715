"""`manage.py check_links`: follow the links of public pages, list those that lead nowhere."""

import unicodedata

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from operate.links import rounds
from operate.models import PageLink

WIDTHS = (40, 30, 70)
HEADINGS = ("Page", "Words", "Leads to")


class Command(BaseCommand):
    help = (
        "Read all public pages, follow their links, and list those that lead nowhere; 1 if there "
        "are any. Addresses elsewhere are asked as the worker would ask them tonight: those that "
        "are due, up to 300 in a night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--inside-only", action="store_true", help="follow and list links to this site alone"
        )

    def handle(self, *args, inside_only: bool, **options) -> None:
        now = timezone.now()
        rounds.read_pages(now)
        rounds.follow_links(now, inside=inside_only)
        links = PageLink.objects.broken()
        if inside_only:
            links = links.inside()
        count = self._list(links)
        if not inside_only and (waiting := rounds.waiting_outside(rounds.tonight())):
            self.stdout.write(f"Addresses elsewhere that wait for the coming nights: {waiting}.")
        if count:
            raise CommandError(f"Links that lead nowhere: {count}.", returncode=1)
        self.stdout.write("Every link leads somewhere.")

    def _list(self, links) -> int:
        count = 0
        for link in links.for_listing().order_by("page__url_path", "pk").iterator():
            if not count:
                self._line(*HEADINGS, "What is wrong")
            count += 1
            since = timezone.localtime(link.failing_since)
            wrong = f"{link.get_fault_display()}, since {since:%Y-%m-%d}"
            self._line(link.page.url or link.page.title, link.words, link.leads_to, wrong)
        return count

    def _line(self, *cells: str) -> None:
        cut = [_cut(cell, width) for cell, width in zip(cells, WIDTHS, strict=False)]
        self.stdout.write("  ".join([*cut, cells[-1]]))


def _cut(words: str, width: int) -> str:
    # A terminal obeys what it is shown: no control may reach it.
    shown = "".join("?" if unicodedata.category(sign)[0] == "C" else sign for sign in words)
    return (shown if len(shown) <= width else f"{shown[: width - 1]}…").ljust(width)
