"""`manage.py doctor`: is the site well, and what is to be done where it is not?"""

import logging
import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.doctor import Check, Finding, Level, bad, checks
from outbox.addresses import is_open
from outbox.checks import send_test
from outbox.transports import NotDelivered

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Look at what the site needs to work, say what is wrong and what to do about it. "
        "Ends with 1 if something is bad."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--send-test-to",
            metavar="ADDRESS",
            help="write there at once, past what waits or is held, and tell the server's answer",
        )
        parser.add_argument("--offline", action="store_true", help="ask no other machine")

    def handle(self, *args, send_test_to: str | None, offline: bool, **options) -> None:
        if send_test_to and offline:
            raise CommandError("A test mail cannot be sent --offline.")
        is_bad = False
        for check in checks:
            if not (offline and check.asks_others):
                for finding in findings_of(check):
                    self._tell(finding)
                    is_bad |= finding.level is Level.BAD
        if send_test_to:
            self._send_test(send_test_to)
        if is_bad:
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        style = {
            Level.GOOD: self.style.SUCCESS,
            Level.WARN: self.style.WARNING,
            Level.BAD: self.style.ERROR,
        }[finding.level]
        self.stdout.write(f"{style(f'{finding.level.value:4}')}  {finding.said}")
        for address in finding.of:
            self.stdout.write(f"      - {address}")
        if finding.do:
            self.stdout.write(f"      {finding.do}")

    def _send_test(self, address: str) -> None:
        if not is_open(address):
            raise CommandError(
                f"{address} is stopped: mail came back, was refused or reported as spam. "
                "Let mail go there again in the admin, or take another address."
            )
        try:
            answer = send_test(address)
        except ValidationError as error:
            raise CommandError(f"{address} is no address.") from error
        except NotDelivered as error:
            raise CommandError(f"The test mail was not taken: {error}") from error
        self.stdout.write(f"The test mail to {address} was taken: {answer}")


def findings_of(check: Check) -> list[Finding]:
    """Return what a check finds; that it failed, where it did."""
    try:
        return list(check.look())
    except Exception as error:
        logger.exception("The check of %s failed", check.name)
        return [
            bad(
                f"The check of {check.name} failed: {type(error).__name__}: {error}",
                "If the words above do not tell why, the log does.",
            )
        ]
