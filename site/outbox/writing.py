"""Putting mail into the outbox: a row for each address, in the transaction of whoever writes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import charset
from email.generator import BytesGenerator
from email.message import Message
from email.utils import parseaddr
from io import BytesIO

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.addresses import address_of
from outbox.headers import headers_for, on_one_line
from outbox.models import Address, Mail, Priority

LONGEST_LINE = 998
"""RFC 5322, 2.1.1."""

# Survives every server: lines stay short and of ASCII.
QUOTED_PRINTABLE = charset.Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = charset.QP


@dataclass(frozen=True)
class Terms:
    """What is to be heeded in sending; the fields are those of `Mail`."""

    kind: str = ""
    priority: Priority = Priority.SOON
    is_secret: bool = False
    about: str = ""
    once: str = ""
    batch: str = ""
    due_at: datetime | None = None
    expires_at: datetime | None = None


def write(message: EmailMessage, terms: Terms) -> list[Mail]:
    """Write a row for each address of the message that has not been told already.

    Raises ValidationError for what is no address, BadHeaderError for a line break in a header.
    """
    headers = {name.lower() for name in message.extra_headers}
    for name, value in headers_for().items():
        if name.lower() not in headers:
            message.extra_headers[name] = value
    parsed = message.message()
    content = _bytes(parsed)
    with transaction.atomic():
        written = [
            _row(address, message, parsed["Message-ID"], content, terms)
            for address in _addresses(message)
        ]
    return [mail for mail in written if mail]


def _bytes(message: Message) -> bytes:
    """Return a message as servers take it, long headers on one line: some readers need that."""
    into = BytesIO()
    generator = BytesGenerator(into, mangle_from_=False, maxheaderlen=LONGEST_LINE)
    generator.flatten(message, linesep="\r\n")
    return into.getvalue()


def _addresses(message: EmailMessage) -> Iterator[Address]:
    known = set()
    for recipient in message.recipients():
        address = address_of(parseaddr(recipient)[1])
        if address.pk not in known:
            known.add(address.pk)
            yield address


def _row(
    address: Address, message: EmailMessage, message_id: str, content: bytes, terms: Terms
) -> Mail | None:
    mail = Mail(
        address=address,
        sender=envelope_sender(),
        message_id=message_id,
        kind=terms.kind,
        subject=on_one_line(message.subject),
        is_secret=terms.is_secret,
        batch=terms.batch,
        about=terms.about,
        once=terms.once,
        priority=terms.priority,
        due_at=terms.due_at or timezone.now(),
        expires_at=terms.expires_at,
    )
    mail.content = content
    if not terms.once:
        mail.save()
        return mail
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:
        if not Mail.objects.filter(address=address, once=terms.once).exists():
            raise
        return None
    return mail


def envelope_sender() -> str:
    """Return where mail that cannot be delivered comes back to."""
    return settings.BOUNCE_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
