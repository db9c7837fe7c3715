"""How fast mail leaves, beside what the server could take."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.test import override_settings

from operate.benchmarks.smtp_sink import serving
from operate.benchmarks.times import took
from outbox import sending
from outbox.messages import post
from outbox.models import Mail
from outbox.transports import SMTPTransport
from outbox.trouble import TROUBLE

WARM_UP = 200
WRITTEN_AT_ONCE = 100


@dataclass(frozen=True)
class Measure:
    mails: int
    """Of each of the three that follow, mails a second."""
    written: float
    sent: float
    ceiling: float
    """Of the server, given the same bytes one after the other, without a database."""
    grown: float
    """By how many MB the process grew from the first mails to the last."""
    size: int
    """Bytes of a mail."""


def measure(mails: int) -> Measure:
    """Write and send so many mails, by a server of this machine."""
    with (
        serving() as port,
        override_settings(
            MAIL_TRANSPORT="outbox.transports.SMTPTransport",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
        ),
    ):
        _write(WARM_UP)
        _send_all()
        written = mails / took(lambda: _write(mails)) * 1000
        content = Mail.objects.waiting().first().content
        ceiling = mails / took(lambda: _hand_over(content, mails)) * 1000
        before = _memory()
        sent = mails / took(_send_all) * 1000
        return Measure(mails, written, sent, ceiling, _memory() - before, len(content))


def _write(mails: int) -> None:
    context = TROUBLE.example()
    for first in range(0, mails, WRITTEN_AT_ONCE):
        with transaction.atomic():
            for number in range(first, min(first + WRITTEN_AT_ONCE, mails)):
                post(TROUBLE, f"reader{number}@example.org", context)


def _send_all() -> None:
    while sending.send_due():
        pass


def _hand_over(content: bytes, mails: int) -> None:
    transport = SMTPTransport()
    for number in range(mails):
        transport.deliver("desk@example.org", f"reader{number}@example.org", content)
    transport.close()


def _memory() -> float:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
