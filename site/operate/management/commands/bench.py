"""Measure what pages cost, and how long searches and mail take, on sites of its own."""

import tempfile
from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from operate.benchmarks import mail, pages, search
from operate.benchmarks.reference.names import BARE, EMPTY, EMPTY_IN_FRAME
from operate.benchmarks.serving import Place, free_port

SIZES = [2000, 20000]
HOURS = 100
PARTS = ["pages", "searches", "mail"]


class Command(BaseCommand):
    help = (
        "Serve the demonstration from a folder of its own as production does, and measure what "
        "each page, a comment and a registration cost the server, with its memory and its start. "
        "Then fill the empty database here with made-up entries, and the fewest of these with "
        "transcripts too, measure searches beside SQLite's FTS5, and send mail to a server of this "
        "machine. `make bench` gives it a database of its own."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure (all)"
        )
        parser.add_argument("--requests", type=_some, default=50, help="of each page (50)")
        parser.add_argument(
            "--load", type=_any, default=0, help="made-up chats beside the demonstration (0)"
        )
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
        only: list[str],
        requests: int,
        load: int,
        questions: int,
        sizes: list[int],
        hours: int,
        mails: int,
        **options,
    ) -> None:
        if connection.introspection.table_names():
            raise CommandError("The database is not empty. Use `make bench`: it brings its own.")
        with tempfile.TemporaryDirectory() as folder:
            if "pages" in only:
                self._served(Place(Path(folder) / "site", free_port()), requests, load)
            if {"searches", "mail"}.intersection(only):
                call_command("migrate", verbosity=0, interactive=False)
            if "searches" in only:
                self._searches(sizes, questions, hours, Path(folder))
        if "mail" in only:
            self._mails(mails)

    def _served(self, place: Place, requests: int, load: int) -> None:
        beside = f" and {load:,} chats" if load else ""
        self.stdout.write(f"Serving the demonstration{beside} ...")
        self._pages(pages.measure(place, requests, load))

    def _mails(self, mails: int) -> None:
        self.stdout.write(f"\nWriting and sending {mails:,} mails ...")
        self._mail(mail.measure(mails))
        self.stdout.write(f"\nAnnouncing to {mails:,} subscribers ...")
        self._announced(mail.measure_announcement(mails))

    def _pages(self, found: pages.Measure) -> None:
        bare, empty, framed = map(found.of, (BARE, EMPTY, EMPTY_IN_FRAME))
        self.stdout.write(
            f"{'':18}{'rendered':>11}{'Wagtail':>8}{'frame':>7}{'queries':>9}{'beyond':>8}"
            f"{'first':>12}{'frame':>7}{'queries':>9}"
            f"{'anonymous':>12}{'bare':>7}{'queries':>9}{'size':>10}"
        )
        for one in found.costs:
            own, first, anonymous = one.rendered, one.first, one.anonymous
            line = (
                f"{one.name:18}{own.milliseconds:8.2f} ms"
                f"{own.milliseconds / empty.rendered.milliseconds:8.2f}"
                f"{own.milliseconds / framed.rendered.milliseconds:7.2f}"
                f"{own.queries:9}{own.queries - empty.rendered.queries:+8}"
            )
            if first and anonymous:
                line += (
                    f"{first.milliseconds:9.2f} ms"
                    f"{first.milliseconds / framed.first.milliseconds:7.2f}{first.queries:9}"
                    f"{anonymous.milliseconds:9.2f} ms"
                    f"{anonymous.milliseconds / bare.anonymous.milliseconds:7.2f}"
                    f"{anonymous.queries:9}{anonymous.size / 1024:7.1f} KB"
                )
            self.stdout.write(line)
        memory = found.memory
        self.stdout.write(
            f"all processes with one for the web {memory.one_web:.0f} MiB, "
            f"with two {memory.two_webs:.0f} MiB (PSS)"
        )
        starts = ", ".join(
            f"{one.seconds:.1f} s ({one.computed:.1f} s computed)" for one in found.starts
        )
        self.stdout.write(f"from the start to the first page: {starts}")

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
