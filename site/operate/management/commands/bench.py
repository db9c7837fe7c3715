"""Measure how long pages and searches take, in a database of its own."""

import tempfile
from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from operate.benchmarks import corpus, mail, pages, search

SIZES = [2000, 20000]
HOURS = 100


class Command(BaseCommand):
    help = (
        "Load the demonstration into an empty database and measure home, archive, a chat and a "
        "tag, one request at a time. Then fill the archive with made-up entries, and the smallest "
        "of these with transcripts too, measure searches beside SQLite's FTS5, and send mail to a "
        "server of this machine. `make bench` gives it a database of its own."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--requests", type=_some, default=50, help="of each page (50)")
        parser.add_argument("--questions", type=_some, default=210, help="of each kind (210)")
        parser.add_argument(
            "--sizes", type=_some, nargs="*", default=SIZES, help="how many entries to search in"
        )
        parser.add_argument(
            "--hours", type=_any, default=HOURS, help="of transcripts beside the fewest (100)"
        )
        parser.add_argument("--mails", type=_some, default=5000, help="to send (5,000)")

    def handle(
        self,
        *,
        requests: int,
        questions: int,
        sizes: list[int],
        hours: int,
        mails: int,
        **options,
    ) -> None:
        if connection.introspection.table_names():
            raise CommandError("The database is not empty. Use `make bench`: it brings its own.")
        self.stdout.write("Loading the demonstration ...")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("demo", verbosity=0, stdout=self.stdout)
        self._pages(requests)
        corpus.clear()
        with tempfile.TemporaryDirectory() as folder:
            self._searches(sizes, questions, hours, Path(folder))
        self.stdout.write(f"\nWriting and sending {mails:,} mails ...")
        self._mail(mail.measure(mails))
        self.stdout.write(f"\nAnnouncing to {mails:,} subscribers ...")
        self._announced(mail.measure_announcement(mails))

    def _pages(self, requests: int) -> None:
        self.stdout.write(f"{'':10}{'median':>9}{'p95':>9}{'queries':>9}{'size':>9}")
        for name, address in pages.main_pages().items():
            found = pages.measure(address, requests)
            self.stdout.write(
                f"{name:10}{found.times.median:6.1f} ms{found.times.p95:6.1f} ms"
                f"{found.queries:9}{found.size / 1024:6.1f} KB"
            )

    def _searches(self, sizes: list[int], questions: int, hours: int, folder: Path) -> None:
        runs = [(size, 0) for size in sorted(sizes)]
        if runs and hours:
            runs.insert(1, (runs[0][0], hours))
        for size, spoken in runs:
            beside = f" and {spoken:,} hours of transcripts" if spoken else ""
            self.stdout.write(f"\nWriting {size:,} entries{beside} ...")
            self._search(search.measure(size, questions, folder, spoken))

    def _search(self, found: search.Measure) -> None:
        self.stdout.write(
            f"{f'{found.entries:,}':10}{'median':>9}{'p95':>9}{'FTS5':>9}{'p95':>9}{'p95 is':>11}"
        )
        for kind, compared in found.kinds.items():
            line = f"{kind:10}{compared.ours}"
            if compared.fts5:
                times = compared.ours.p95 / compared.fts5.p95
                line += f"{compared.fts5}{times:6.2f} times"
            self.stdout.write(line)
        seconds, megabytes = found.seconds, found.megabytes
        self.stdout.write(
            f"{'find':10}{found.whole}   a single word, with rows and highlights\n"
            f"{'FTS5 list':10}{found.vocabulary}   of terms that begin so, without a page\n"
            f"made in {seconds['ours']:.1f} s (FTS5 {seconds['fts5']:.1f} s), "
            f"entries written in {seconds['entries']:.1f} s\n"
            f"{megabytes['ours']:.1f} MB on disk (FTS5 {megabytes['fts5']:.1f} MB), "
            f"{megabytes['memory']:.1f} MB in each process\n"
            f"a changed chat is found after {found.published:.0f} ms of the worker's time\n"
            f"{found.corrected:.0%} of slips corrected to the word meant"
        )

    def _mail(self, found: mail.Measure) -> None:
        self.stdout.write(
            f"{found.written:,.0f} a second written, {found.sent:,.0f} sent, "
            f"of {found.size:,} bytes\n"
            f"the server alone takes {found.ceiling:,.0f} a second\n"
            f"the process grew by {found.grown:.1f} MB"
        )

    def _announced(self, found: mail.Announced) -> None:
        total = found.delivered + found.written + found.sent
        self.stdout.write(
            f"{found.mails:,} mails of {found.size:,} bytes in {total:.0f} s: who gets it "
            f"{found.delivered:.1f} s, written {found.written:.1f} s, sent {found.sent:.1f} s\n"
            f"{found.mails / total:,.0f} a second in all; the process grew by {found.grown:.1f} MB"
        )


def _any(text: str) -> int:
    if (number := int(text)) < 0:
        raise ArgumentTypeError("at least 0")
    return number


def _some(text: str) -> int:
    if (number := int(text)) < 2:
        raise ArgumentTypeError("at least 2")
    return number
