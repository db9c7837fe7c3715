"""Reading notices: mail that came back (RFC 3464), mail that was reported as spam (RFC 5965)."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from enum import Enum

from outbox.headers import on_one_line

REPORT = "multipart/report"
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
FEEDBACK_PART = "message/feedback-report"
HEADER_PARTS = {"text/rfc822-headers", "message/global-headers"}
MESSAGE_PARTS = {"message/rfc822", "message/global"}
NOTICES = {"delivery-status", "feedback-report", ""}
"""The `report-type` of what may be one; that of some is missing."""
SPAM = {"abuse", "fraud"}
"""Other types of feedback (RFC 5965, 7.3; RFC 6591) say nothing of what the reader wants."""
MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f]+>")
BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
TYPED = re.compile(r"[^;]*;")
"""Before an address or a code: what kind it is, as "rfc822;"."""


class Kind(Enum):
    CAME_BACK = "came back"
    SPAM = "reported as spam"


@dataclass(frozen=True)
class Recipient:
    """What a notice says of one address. Codes and words as they stand there."""

    addresses: tuple[str, ...]
    """Where the mail was sent, where it was forwarded to."""
    status: str
    diagnostic: str

    @property
    def answer(self) -> str:
        return on_one_line(f"{self.status} {self.diagnostic}")


@dataclass(frozen=True)
class Notice:
    kind: Kind
    message_ids: frozenset[str]
    """Of the mail it speaks of, with angle brackets."""
    recipients: list[Recipient] = field(default_factory=list)
    """Those that failed, where mail came back; a reader who complains is not named as a rule."""


def may_be_notice(head: bytes) -> bool:
    """Tell from the Content-Type line of a message, as it came."""
    return _is_report(email.message_from_bytes(head))


def read_notice(content: bytes) -> Notice | None:
    """Read a message, whole or cut short; None where it is no notice of failure or spam."""
    message = email.message_from_bytes(content)
    if not _is_report(message):
        return None
    parts = list(message.walk())
    ids = frozenset(_message_ids(message, parts))
    for part in parts:
        if part.get_content_type() == FEEDBACK_PART:
            types = {str(block.get("Feedback-Type", "")).strip().lower() for block in _blocks(part)}
            return Notice(Kind.SPAM, ids) if types & SPAM else None
        if part.get_content_type() in STATUS_PARTS:
            failed = [_recipient(block) for block in _blocks(part) if _has_failed(block)]
            return Notice(Kind.CAME_BACK, ids, failed) if failed else None
    return None


def _is_report(message: Message) -> bool:
    kind = str(message.get_param("report-type", "")).lower()
    return message.get_content_type() == REPORT and kind in NOTICES


def _blocks(part: Message) -> Iterator[Message]:
    """Yield groups of fields, which a blank line parts (RFC 3464, 2.1)."""
    for block in BLANK_LINE.split(part.as_string()):
        yield HeaderParser().parsestr(block.lstrip("\r\n"))


def _has_failed(block: Message) -> bool:
    return str(block.get("Action", "")).strip().lower().startswith("failed")


def _recipient(block: Message) -> Recipient:
    names = ("Original-Recipient", "Final-Recipient")
    addresses = [_bare(str(block.get(name, ""))).strip("<>") for name in names]
    return Recipient(
        addresses=tuple(address for address in addresses if address),
        status=str(block.get("Status", "")).strip(),
        diagnostic=_bare(str(block.get("Diagnostic-Code", ""))),
    )


def _bare(value: str) -> str:
    return on_one_line(TYPED.sub("", value, count=1))


def _message_ids(message: Message, parts: list[Message]) -> Iterator[str]:
    """Yield what is quoted of the mail, and what the notice itself answers to (RFC 5322, 3.6.4)."""
    for name in ("In-Reply-To", "References"):
        yield from MESSAGE_ID.findall(str(message.get(name, "")))
    for part in parts:
        kind = part.get_content_type()
        if kind in MESSAGE_PARTS and part.is_multipart():
            quoted = part.get_payload(0)
        elif kind in HEADER_PARTS:
            quoted = email.message_from_bytes(_bytes(part))
        else:
            continue
        yield from MESSAGE_ID.findall(str(quoted.get("Message-ID", "")))


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        return part.get_payload(0).as_bytes()
    return part.get_payload(decode=True) or b""
