"""`manage.py worker`: what happens without anybody asking for it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.autoreload import StatReloader, get_child_arguments

from core.due import DueWork, due_work
from operate.worker import Worker


class Command(BaseCommand):
    help = (
        "Do what is due, as publishing pages at their time and cleaning up, until ended with "
        "Ctrl-C or SIGTERM. Several may run; what one is doing when it is killed is done again."
    )
    # They load every view and form, and the worker has no use for these.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="do all that is due now, and end (for cron)"
        )

    def handle(self, *args, once: bool, **options) -> None:
        offered = [*due_work]
        if settings.DEBUG and not once:
            code = _Code()
            offered.append(DueWork("changed code", code.follow, every=timedelta(seconds=2)))
        # It stays for months, and a night's work needs a third more memory than the rest.
        worker = Worker(offered, nights_apart=not once)
        with _signals_end(worker):
            if not once:
                worker.run()
            elif failed := worker.run_once():
                raise CommandError(f"Failed: {', '.join(failed)}")


@contextmanager
def _signals_end(worker: Worker) -> Iterator[None]:
    """Let the first SIGTERM or SIGINT end it after the piece at hand, a second one at once."""

    def leave(number: int, frame: object) -> None:
        worker.leave()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Code:
    """The modules that are loaded, as they were on disk when this was made."""

    def __init__(self) -> None:
        self._changed_at = dict(StatReloader().snapshot_files())

    def follow(self) -> None:
        """Start this process anew when a module has changed."""
        for path, changed_at in StatReloader().snapshot_files():
            if changed_at > self._changed_at.setdefault(path, changed_at):
                sys.stdout.flush()
                os.execv(sys.executable, get_child_arguments())  # noqa: S606
