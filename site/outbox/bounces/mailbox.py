"""Looking for notices in a mailbox (IMAP, RFC 3501), whose other mail stays as it is."""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from core.outside import forbid_in_transaction
from outbox.addresses import key_of, stop
from outbox.bounces.notices import Kind, Notice, Recipient, may_be_notice, read_notice
from outbox.bounces.noting import is_for_good, note_returned
from outbox.models import Mail, MailState, StopReason

logger = logging.getLogger(__name__)

PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TIMEOUT = 20
"""Seconds for each answer of the server."""
TURN = 20.0
"""Seconds until other work has its turn."""
HEADS_AT_ONCE = 500
NOTICES_AT_ONCE = 50
MOST_READ = 200_000
"""Bytes of a notice. What matters stands before the mail that is returned with it."""
UID = re.compile(rb"UID (\d+)")


class MailboxAway(Exception):
    """The mailbox cannot be read. Its server's words are the message."""


@dataclass(frozen=True)
class MailboxAddress:
    """imaps://user:password@host[:port]/Folder; user and password percent-encoded.

    imap+starttls:// begins in the clear, plain imap:// stays so and is for this machine alone.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def parse(cls, url: str) -> "MailboxAddress":
        """Raise ImproperlyConfigured for what is no such address; its words keep the password."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ImproperlyConfigured("BOUNCE_MAILBOX is no address.") from error
        if parts.scheme not in PORTS or not (parts.hostname and parts.username and parts.password):
            raise ImproperlyConfigured(
                "BOUNCE_MAILBOX must be like imaps://user:password@imap.example.org/INBOX."
            )
        if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
            raise ImproperlyConfigured(
                "BOUNCE_MAILBOX would send its password in the clear: use imaps://."
            )
        folder = unquote(parts.path.strip("/")) or "INBOX"
        user, password = unquote(parts.username), unquote(parts.password)
        if not (user + password + folder).isascii():
            raise ImproperlyConfigured("BOUNCE_MAILBOX: user, password, folder must be ASCII.")
        port = port or PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, user, password, folder)


def look_for_notices() -> bool:
    """Heed the notices in BOUNCE_MAILBOX; return whether there are more. Raises MailboxAway."""
    with open_mailbox() as mailbox:
        return mailbox.heed(read_until=time.monotonic() + TURN)


@contextmanager
def open_mailbox() -> Iterator["Mailbox"]:
    """Sign in to BOUNCE_MAILBOX. Raises MailboxAway, ImproperlyConfigured."""
    forbid_in_transaction()
    address = MailboxAddress.parse(settings.BOUNCE_MAILBOX)
    try:
        connection = _connect(address)
        try:
            connection.login(address.user, address.password)
            _ask(connection.select(_quoted(address.folder)))
            yield Mailbox(connection)
            connection.logout()
        finally:
            with suppress(OSError):
                connection.shutdown()
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxAway(f"{type(error).__name__}: {_words(error.args)}") from error


def _connect(address: MailboxAddress) -> imaplib.IMAP4:
    if address.scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=context, timeout=TIMEOUT)
    connection = imaplib.IMAP4(address.host, address.port, timeout=TIMEOUT)
    if address.scheme == "imap+starttls":
        try:
            connection.starttls(ssl.create_default_context())
        except BaseException:
            connection.shutdown()
            raise
    return connection


class Mailbox:
    """A folder that is open."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection

    def heed(self, read_until: float) -> bool:
        """Heed unread notices and mark them as read; return whether there are more."""
        found = self._unread_notices()
        for count, uid in enumerate(found):
            if count == NOTICES_AT_ONCE or time.monotonic() > read_until:
                return True
            try:
                content = self._fetch(uid, f"(BODY.PEEK[]<0.{MOST_READ}>)")
                notice = read_notice(content.get(uid, b""))
                if notice:
                    heed(notice)
            except (OperationalError, InterfaceError, imaplib.IMAP4.error, OSError):
                raise
            except Exception:
                logger.exception("Notice %s in the mailbox cannot be read; it is flagged", uid)
                self._mark(uid, r"(\Seen \Flagged)")
            else:
                self._mark(uid, r"(\Seen)")
        return False

    def _unread_notices(self) -> Iterator[str]:
        found = _ask(self._connection.uid("SEARCH", "UNSEEN"))[0]
        uids = (found or b"").decode().split()
        for start in range(0, len(uids), HEADS_AT_ONCE):
            some = ",".join(uids[start : start + HEADS_AT_ONCE])
            heads = self._fetch(some, "(BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE)])")
            yield from (uid for uid, head in heads.items() if may_be_notice(head))

    def _fetch(self, uids: str, what: str) -> dict[str, bytes]:
        """Return what the server has of each, without marking it as read."""
        answers = _ask(self._connection.uid("FETCH", uids, what))
        found = {}
        for place, answer in enumerate(answers):
            if isinstance(answer, tuple):
                # The UID may stand before the literal or after it.
                after = answers[place + 1] if place + 1 < len(answers) else b""
                around = answer[0] + (after if isinstance(after, bytes) else b"")
                if uid := UID.search(around):
                    found[uid[1].decode()] = answer[1]
        return found

    def _mark(self, uid: str, flags: str) -> None:
        _ask(self._connection.uid("STORE", uid, "+FLAGS.SILENT", flags))


def heed(notice: Notice) -> None:
    """Do what a notice asks for, where it quotes mail of ours: others may forge one."""
    mails = Mail.objects.filter(message_id__in=notice.message_ids).select_related("address")
    mails = [mail for mail in mails if mail.state != MailState.DROPPED]
    if notice.kind is Kind.SPAM:
        if len(mails) == 1:
            stop(mails[0].address, StopReason.COMPLAINED, _("Reported as spam."))
        return
    for recipient in notice.recipients:
        if mail := _meant(recipient, mails):
            permanent = is_for_good(recipient.status, recipient.diagnostic) is True
            note_returned(mail, recipient.answer, permanent=permanent)


def _meant(recipient: Recipient, mails: list[Mail]) -> Mail | None:
    """Return the mail that went to the recipient; the only one, where it was forwarded from it."""
    if len(mails) == 1:
        return mails[0]
    keys = {key_of(address) for address in recipient.addresses}
    return next((mail for mail in mails if mail.address.key in keys), None)


def _ask(answer: tuple[str, list]) -> list:
    kind, said = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(*said)
    return said


def _words(said: tuple) -> str:
    return " ".join(
        part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in said
    )


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
