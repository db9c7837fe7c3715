"""A mail server on this machine that takes, puts off, refuses and loses mail, as it is told."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Received:
    sender: str
    recipient: str
    content: bytes

    @property
    def message_id(self) -> str:
        return message_from_bytes(self.content)["Message-ID"]


@dataclass
class Behaviour:
    """What it does is told by the part of an address before the first point.

    `later` and `slow` are taken at the second attempt, `gone` never, `cut` and `lost` break the
    connection after all was said: `cut` has taken the mail, `lost` has not. `hangup` always breaks
    it before.
    """

    received: list[Received] = field(default_factory=list)
    attempts: Counter = field(default_factory=Counter)
    answers: dict[str, str] = field(default_factory=dict)
    """An answer of each command in place of 250: MAIL, RCPT, DATA."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if answer := self.answers.get("MAIL"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if answer := self.answers.get("RCPT"):
            return answer
        way = address.partition(".")[0]
        with self._lock:
            self.attempts[address] += 1
            attempt = self.attempts[address]
        if way == "hangup":
            server.transport.abort()
        if way == "gone":
            return "550 5.1.1 No such user here"
        if way == "later" and attempt == 1:
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        recipient = envelope.rcpt_tos[0]
        way, attempt = recipient.partition(".")[0], self.attempts[recipient]
        if way == "lost" and attempt == 1:
            server.transport.abort()
            return "250 OK"
        with self._lock:
            self.received.append(Received(envelope.mail_from, recipient, envelope.content))
        if way == "cut" and attempt == 1:
            server.transport.abort()
        return "250 2.0.0 Taken"

    def times_received(self) -> Counter:
        with self._lock:
            return Counter(mail.recipient for mail in self.received)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1, and give that."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(behaviour, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
