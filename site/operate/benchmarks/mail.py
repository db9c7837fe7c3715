"""How fast mail leaves, beside what the server could take."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from operate.benchmarks.smtp_sink import serving
from operate.benchmarks.times import took
from outbox import sending
from outbox.messages import post
from outbox.models import Mail
from outbox.transports import SMTPTransport
from outbox.trouble import TROUBLE
from updates import letters, news
from updates.announcements import KIND, send
from updates.models import Announcement, AnnouncementList, Subscriber, Subscription

WARM_UP = 200
WRITTEN_AT_ONCE = 100
BODY = "<p>Requests wait until <b>Tuesday</b>. The courier comes on Wednesday.</p>" * 8


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
    with _server():
        _write(WARM_UP)
        _send_all()
        written = mails / took(lambda: _write(mails)) * 1000
        content = Mail.objects.waiting().first().content
        ceiling = mails / took(lambda: _hand_over(content, mails)) * 1000
        before = _memory()
        sent = mails / took(_send_all) * 1000
        return Measure(mails, written, sent, ceiling, _memory() - before, len(content))


@dataclass(frozen=True)
class Announced:
    subscribers: int
    delivered: float
    """Seconds until it was known who gets it, by which subscription and when."""
    written: float
    """Seconds until the mails were written."""
    sent: float
    """Seconds until the server had taken them."""
    grown: float
    """By how many MB the process grew from the first hundredth to the end."""
    mails: int
    """How many were sent."""
    size: int
    """Bytes of a mail."""


def measure_announcement(subscribers: int) -> Announced:
    """Announce something to a list of so many subscribers, and do all that the worker does then."""
    with _server():
        _announce(_list_of(max(2, subscribers // 100), "first"))
        _spread(), _write_letters(), _send_all()
        everybody = _list_of(subscribers, "reader")
        before, known = _memory(), Mail.objects.count()
        _announce(everybody)
        delivered = took(_spread) / 1000
        written = took(_write_letters) / 1000
        size = len(Mail.objects.waiting().first().content)
        sent = took(_send_all) / 1000
        mails = Mail.objects.exclude(ended_at=None).count() - known
        grown = _memory() - before
        return Announced(subscribers, delivered, written, sent, grown, mails, size)


@contextmanager
def _server() -> Iterator[None]:
    with (
        serving() as port,
        override_settings(
            MAIL_TRANSPORT="outbox.transports.SMTPTransport",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=port,
        ),
    ):
        yield


def _list_of(subscribers: int, name: str) -> AnnouncementList:
    one = AnnouncementList.objects.create(name=name, summary="Of the benchmark.")
    emails = [f"{name}{number}@example.org" for number in range(subscribers)]
    made = Subscriber.objects.bulk_create(
        Subscriber(email=email, email_key=email) for email in emails
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=subscriber,
            kind=KIND,
            what=str(one.pk),
            title=one.name,
            confirmed_at=timezone.now(),
        )
        for subscriber in made
    )
    return one


def _announce(one: AnnouncementList) -> None:
    announcement = Announcement.objects.create(subject="Closed on Monday", body=BODY)
    announcement.lists.set([one])
    send(announcement, None)


def _spread() -> None:
    while news.spread():
        pass


def _write_letters() -> None:
    while letters.write_due():
        pass


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
