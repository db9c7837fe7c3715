"""Reading mail in a mailbox (IMAP, RFC 3501). What is not wanted there stays as it is."""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

from core.outside import forbid_in_transaction

logger = logging.getLogger(__name__)

PORTS = {"imaps": 993, "imap+starttls": 143, "imap": 143}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TIMEOUT = 20
"""Seconds for each answer of the server."""
HEADS_AT_ONCE = 500
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
    def parse(cls, url: str, setting: str) -> "MailboxAddress":
        """Raise ImproperlyConfigured for what is no such address.

        Its words name the setting and keep the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ImproperlyConfigured(f"{setting} is no address.") from error
        if parts.scheme not in PORTS or not (parts.hostname and parts.username and parts.password):
            raise ImproperlyConfigured(
                f"{setting} must be like imaps://user:password@imap.example.org/INBOX."
            )
        if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
            raise ImproperlyConfigured(
                f"{setting} would send its password in the clear: use imaps://."
            )
        folder = unquote(parts.path.strip("/")) or "INBOX"
        user, password = unquote(parts.username), unquote(parts.password)
        if not (user + password + folder).isascii():
            raise ImproperlyConfigured(f"{setting}: user, password, folder must be ASCII.")
        port = port or PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, user, password, folder)


@dataclass(frozen=True)
class Wanted:
    """Which mails of a mailbox are read, and what is done with each."""

    fields: str
    """Of their heads, by which they are told apart: "CONTENT-TYPE LIST-ID"."""
    is_wanted: Callable[[bytes], bool]
    """Given those lines of a head."""
    heed: Callable[[bytes], None]
    """Given a mail. One may come again, where it could not be marked."""
    most_bytes: int
    """As much is read of a mail."""


@contextmanager
def open_mailbox(url: str, setting: str) -> Iterator["Mailbox"]:
    """Sign in to the mailbox that a setting names. Raises MailboxAway, ImproperlyConfigured."""
    forbid_in_transaction()
    address = MailboxAddress.parse(url, setting)
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

    def heed_unread(self, wanted: Wanted, most: int, read_until: float) -> bool:
        """Heed unread mails that are wanted and mark them as read; return whether there are more.

        One that fails is flagged for people, and the next is read.
        """
        for count, uid in enumerate(self._unread(wanted)):
            if count == most or time.monotonic() > read_until:
                return True
            try:
                content = self._fetch(uid, f"(BODY.PEEK[]<0.{wanted.most_bytes}>)")
                wanted.heed(content.get(uid, b""))
            except (OperationalError, InterfaceError, imaplib.IMAP4.error, OSError):
                raise
            except Exception:
                logger.exception("Mail %s in the mailbox cannot be read; it is flagged", uid)
                self._mark(uid, r"(\Seen \Flagged)")
            else:
                self._mark(uid, r"(\Seen)")
        return False

    def _unread(self, wanted: Wanted) -> Iterator[str]:
        found = _ask(self._connection.uid("SEARCH", "UNSEEN"))[0]
        uids = (found or b"").decode().split()
        for start in range(0, len(uids), HEADS_AT_ONCE):
            some = ",".join(uids[start : start + HEADS_AT_ONCE])
            heads = self._fetch(some, f"(BODY.PEEK[HEADER.FIELDS ({wanted.fields})])")
            yield from (uid for uid, head in heads.items() if wanted.is_wanted(head))

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
