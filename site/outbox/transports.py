"""The way out: how the bytes of a mail are handed over, and what the other side answers."""

import re
import secrets
import smtplib
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.module_loading import import_string

from core.outside import forbid_in_transaction

MOST_PER_CONNECTION = 100
"""Many servers take no more of one visitor."""
NOT_THE_MAILBOX = re.compile(r"5\.[3567]\.\d")
"""RFC 3463: it is of the mail system, the protocol, the content or a policy."""
TOO_LARGE = 552
CLOSING = 421
LOST = (smtplib.SMTPServerDisconnected, OSError)


class NotDelivered(Exception):
    """The server did not take it. Its words are the message."""


class AddressRefused(NotDelivered):
    """It takes nothing for this address, now or later."""


class MessageRefused(NotDelivered):
    """It does not take this message, now or later."""


class TryLater(NotDelivered):
    """It may take this message another time. It may even have taken it, and could not say so."""


class ServerAway(NotDelivered):
    """It takes nothing at all for the time being, or nothing of ours."""


class Transport(Protocol):
    stays_here: bool
    """Whether mail leaves this machine at all."""

    def connect(self) -> None:
        """Connect and sign in, if it has to. Raises ServerAway."""

    def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        """Hand over one mail; return what was said to it. Raises NotDelivered."""

    def close(self) -> None:
        """End politely, if it can be done."""


def open_transport() -> Transport:
    return import_string(settings.MAIL_TRANSPORT)()


class SMTPTransport:
    """RFC 5321, as EMAIL_URL says; connects when there is something to hand over."""

    stays_here = False

    def __init__(self) -> None:
        self._backend: EmailBackend | None = None
        self._handed_over = 0

    def connect(self) -> None:
        forbid_in_transaction()
        self._server()

    def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        forbid_in_transaction()
        recipient = _ascii(recipient)
        if self._handed_over >= MOST_PER_CONNECTION:
            self.close()
        is_fresh = self._backend is None
        try:
            self._begin(sender, recipient, content)
        except LOST as error:
            self._drop()
            if is_fresh:
                raise ServerAway(_said(error)) from error
            # The server tired of waiting for the next; nothing of this one has been said.
            return self.deliver(sender, recipient, content)
        said = self._hand_over(content)
        self._handed_over += 1
        return said

    def close(self) -> None:
        if self._backend:
            with suppress(smtplib.SMTPException, OSError):
                self._backend.connection.quit()
        self._drop()

    def _begin(self, sender: str, recipient: str, content: bytes) -> None:
        """Say who it is from and for. Raises LOST, and NotDelivered for an answer."""
        server = self._server()
        options = [f"size={len(content)}"] if server.has_extn("size") else []
        if not content.isascii() and server.has_extn("8bitmime"):
            options.append("body=8bitmime")
        code, answer = server.mail(sender, options)
        if code != 250:
            said = self._refused(code, answer)
            raise MessageRefused(said) if code == TOO_LARGE else ServerAway(said)
        code, answer = server.rcpt(recipient)
        if code not in {250, 251}:
            raise _of(code, self._refused(code, answer))

    def _hand_over(self, content: bytes) -> str:
        try:
            code, answer = self._server().data(content)
        except smtplib.SMTPDataError as error:
            raise _of(error.smtp_code, self._refused(error.smtp_code, error.smtp_error)) from error
        except LOST as error:
            self._drop()
            raise TryLater(_said(error)) from error
        if code != 250:
            raise _of(code, self._refused(code, answer))
        return f"{code} {answer.decode('utf-8', 'replace')}"

    def _server(self) -> smtplib.SMTP:
        """Return the connection, made and signed in to. Raises ServerAway."""
        if self._backend is None:
            backend = EmailBackend()
            try:
                backend.open()
                backend.connection.ehlo_or_helo_if_needed()
            except (smtplib.SMTPException, OSError) as error:
                if backend.connection:
                    backend.connection.close()
                raise ServerAway(_said(error)) from error
            self._backend, self._handed_over = backend, 0
        return self._backend.connection

    def _refused(self, code: int, answer: bytes) -> str:
        """Make the connection ready for the next, and return what was said."""
        said = f"{code} {answer.decode('utf-8', 'replace')}"
        if code == CLOSING:
            self._drop()
            raise ServerAway(said)
        try:
            self._backend.connection.rset()
        except LOST:
            self._drop()
        return said

    def _drop(self) -> None:
        if self._backend:
            self._backend.connection.close()
        self._backend = None


def _of(code: int, said: str) -> NotDelivered:
    if not 500 <= code < 600:
        return TryLater(said)
    return MessageRefused(said) if NOT_THE_MAILBOX.search(said) else AddressRefused(said)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        return f"{error.smtp_code} {words}"
    return f"{type(error).__name__}: {error}"


def _ascii(email: str) -> str:
    local, _at, domain = email.rpartition("@")
    return f"{local}@{punycode(domain)}"


class FolderTransport:
    """Keeps each mail as a file, for a machine that has no mail server; /mailbox/ shows them."""

    stays_here = True

    def connect(self) -> None:
        """There is nobody to connect to."""

    def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        forbid_in_transaction()
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{timezone.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        half = folder / f".{name}"
        half.write_bytes(envelope + content)
        half.rename(folder / name)
        return f"kept as {folder / name}"

    def close(self) -> None:
        """Nothing is open."""
