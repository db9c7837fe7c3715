"""Workers killed at any moment, two at a time: nobody is left out, and only what was on its way
goes twice."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import sending
from outbox.models import Address, Mail, MailState
from tests.outbox.smtp_server import Behaviour
from tests.search.processes import end, kill, start
from tests.soak import SOAK

MAILS = 1000
KILLS = 100 if SOAK else 5
WAYS = {0: "later", 1: "gone", 2: "cut", 3: "lost"}
"""One in ten of those that end so in a number is no ordinary address."""
SECONDS = 600 if SOAK else 90


def write_mails(count: int) -> None:
    now = timezone.now()
    emails = [f"{WAYS.get(number % 50, 'reader')}.{number}@example.org" for number in range(count)]
    addresses = Address.objects.bulk_create(Address(key=email, email=email) for email in emails)
    mails = []
    for address in addresses:
        message_id = f"<{address.pk}.test@ill.example.org>"
        mail = Mail(
            address=address,
            sender="desk@ill.example.org",
            message_id=message_id,
            subject="Your seat",
            due_at=now - timedelta(seconds=1),
        )
        mail.content = (
            f"Message-ID: {message_id}\r\nTo: {address.email}\r\nSubject: Your seat\r\n\r\nYes.\r\n"
        ).encode()
        mails.append(mail)
    Mail.objects.bulk_create(mails)


def work(until: float) -> None:
    while Mail.objects.waiting().exists() and time.monotonic() < until:
        sending.send_due()
        time.sleep(0.02)


@pytest.fixture
def quick_leases(monkeypatch):
    monkeypatch.setattr(sending, "CLAIM", timedelta(seconds=1))
    monkeypatch.setattr(sending, "IN_FLIGHT", timedelta(seconds=2))
    monkeypatch.setattr(sending, "RETRY_AFTER", [timedelta(seconds=0.2)])


def test_everybody_is_served_whatever_dies(transactional_db, mail_server: Behaviour, quick_leases):
    write_mails(MAILS)
    chance = random.Random(20261122)
    until = time.monotonic() + SECONDS
    workers = [start(lambda: work(until)) for _worker in range(2)]
    kills = 0
    while kills < KILLS:
        # Some die early, some amid their work; in a soak there is a time for each of them.
        time.sleep(chance.uniform(0.01, 0.25 if SOAK else 0.6))
        if not Mail.objects.waiting().exists():
            if not SOAK:
                break
            Mail.objects.filter(state=MailState.SENT).update(
                state=MailState.WAITING, once="", due_at=timezone.now()
            )
            mail_server.received.clear()
            mail_server.attempts.clear()
        unlucky = workers.pop(0)
        kill(unlucky)
        kills += 1
        workers.append(start(lambda: work(until)))
    assert [end(worker) for worker in workers] == [0, 0]
    assert kills == KILLS
    assert_served(mail_server, kills)


def assert_served(mail_server: Behaviour, kills: int) -> None:
    received = mail_server.times_received()
    states = Counter(Mail.objects.values_list("address__email", "state"))
    for (email, state), _count in states.items():
        if email.startswith("gone."):
            assert (state, received[email]) == (MailState.FAILED, 0)
        else:
            assert state == MailState.SENT
            assert received[email] >= 1
    allowed = Counter({email: 2 for email in received if email.startswith("cut.")})
    twice = [email for email, count in received.items() if count > max(1, allowed[email])]
    assert len(twice) <= kills
    assert max(received.values()) <= 3
    ids = {(mail.recipient, mail.message_id) for mail in mail_server.received}
    assert len(ids) == len(received)
    stopped = Address.objects.stopped()
    assert all(address.email.startswith("gone.") for address in stopped)
    assert stopped.count() == sum(email.startswith("gone.") for email, _state in states)


def test_two_workers_never_double(transactional_db, mail_server: Behaviour):
    write_mails(300)
    Mail.objects.exclude(address__email__startswith="reader.").delete()
    until = time.monotonic() + SECONDS
    workers = [start(lambda: work(until)) for _worker in range(2)]
    assert [end(worker) for worker in workers] == [0, 0]
    assert set(mail_server.times_received().values()) == {1}
    assert len(mail_server.received) == Mail.objects.count()
