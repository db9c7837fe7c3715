"""Mail to the team's address becomes a submission, as the form makes one."""

import email
import hashlib
import re
import time
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from django.conf import settings
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from blog.models import Kind
from blog.models.submissions import LONGEST_TEXT, LONGEST_TITLE
from blog.submissions.sent_files import MB, clean_name, sift
from blog.submissions.submitting import Sent, take_mail
from comments.models import LONGEST_ADDRESS, LONGEST_NAME
from core.html import plain_text
from core.text import clean_line, clean_text
from outbox import imap

SETTING = "SUBMISSIONS_MAILBOX"
TURN = 20.0
"""Seconds until other work has its turn."""
AT_ONCE = 20
MOST_READ = 25 * MB
MOST_PARTS = 100
LONGEST_HEADER = 5000
LONGEST_READ = 400_000
"""Signs of a part that is text, its markup included."""
FIELDS = "AUTO-SUBMITTED PRECEDENCE LIST-ID RETURN-PATH CONTENT-TYPE"
FOR_MANY = {"bulk", "list", "junk"}
# Bounded: a mail must not make them look ahead again and again.
ENDS_BLOCK = re.compile(
    r"(?i)<br\b[^<>]{0,200}>|</(?:p|div|li|tr|h[1-6]|blockquote|pre|table)\s{0,9}>"
)
UNREAD = re.compile(r"(?is)<(style|script|head|title)\b.*?(?:</\1\s{0,9}>|\Z)")


def look_for_submissions() -> bool:
    """Take what came to SUBMISSIONS_MAILBOX; return whether there is more. Raises MailboxAway.

    Mail of machines and of lists stays there unread.
    """
    wanted = imap.Wanted(FIELDS, may_be_of_person, take_in, MOST_READ)
    with imap.open_mailbox(settings.SUBMISSIONS_MAILBOX, SETTING) as mailbox:
        return mailbox.heed_unread(wanted, AT_ONCE, time.monotonic() + TURN)


def may_be_of_person(head: bytes) -> bool:
    """Tell by lines of a mail's head (RFC 3834, 2919, 5321 4.5.5, 3464)."""
    head = email.message_from_bytes(head)
    submitted = _words(head, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted in ("", "no")
        and _words(head, "Precedence").lower() not in FOR_MANY
        and "List-Id" not in head
        and _words(head, "Return-Path") != "<>"
        and head.get_content_type() != "multipart/report"
    )


def take_in(content: bytes) -> None:
    """Keep a mail as a submission; what comes again is the same one."""
    mail = email.message_from_bytes(content)
    name, address = _sender(mail)
    text, attached = _text_and_files(mail)
    is_cut = len(content) >= MOST_READ
    if is_cut and attached:
        # The mail was not read to its end, where the last file ends.
        attached.pop()
    sifted = sift(attached)
    left_out = list(sifted.left_out)
    if is_cut:
        left_out.append(_("The mail is too large; what stands at its end was not read."))
    if len(text) > LONGEST_TEXT:
        left_out.append(_("The text is too long; its end was left out."))
    sent = Sent(
        kind=Kind.ENTRY if sifted.taken else Kind.COMMENT,
        title=clean_line(_words(mail, "Subject"))[:LONGEST_TITLE],
        text=text[:LONGEST_TEXT],
        name=name,
        email=address,
        files=sifted.taken,
        left_out=tuple(left_out),
    )
    is_spam = _words(mail, "X-Spam-Flag").lower().startswith("yes")
    take_mail(sent, _digest(mail, text), is_spam)


def _digest(mail: Message, text: str) -> str:
    """Return what a mail is known by. The Message-ID alone will not do: some use one twice."""
    names = ("Message-ID", "Date", "From", "Subject")
    said = "\0".join([*(_words(mail, name) for name in names), text])
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def _sender(mail: Message) -> tuple[str, str]:
    """Return name and address; the latter blank where it is none."""
    # The parser of the standard library calls itself for each bracket that opens.
    shown, bracket, address = _raw(mail, "From").rpartition("<")
    address = clean_line(address.partition(">")[0] if bracket else address.partition("(")[0])
    shown = shown.strip().removeprefix('"').removesuffix('"').replace("\\", "")
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if len(address) > LONGEST_ADDRESS:
        address = ""
    name = clean_line(_decoded(shown)) or address.partition("@")[0] or _("Somebody")
    return name[:LONGEST_NAME], address


def _text_and_files(mail: Message) -> tuple[str, list[SimpleUploadedFile]]:
    plain, html, files = "", "", []
    for number, part in enumerate(_leaves(mail)):
        if number == MOST_PARTS:
            break
        kind = part.get_content_type()
        is_file = part.get_content_disposition() == "attachment" or part.get_filename()
        if kind == "text/plain" and not is_file:
            plain += f"\n\n{_decoded_text(part)[:LONGEST_READ]}"
        elif kind == "text/html" and not is_file:
            html += _decoded_text(part)[:LONGEST_READ]
        elif file := _file(part):
            files.append(file)
    text = clean_text(plain[:LONGEST_READ]) or clean_text(_read(html[:LONGEST_READ]))
    return text.strip(), files


def _leaves(part: Message) -> Iterator[Message]:
    """Yield the parts of a mail; a mail within is one part."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            yield from _leaves(inner)
    else:
        yield part


def _file(part: Message) -> SimpleUploadedFile | None:
    """Return what a part holds; None of what nobody sees as a file, as a signature."""
    filename = part.get_filename()
    if part.get_content_maintype() == "message":
        name, content = "mail.eml", b" "
    elif filename:
        name, content = _decoded(str(filename)), part.get_payload(decode=True) or b""
    else:
        return None
    file = SimpleUploadedFile("file", content)
    # Past the setter, which refuses some: ours makes a name of anything.
    file._name = clean_name(name)
    return file


def _decoded_text(part: Message) -> str:
    content = part.get_payload(decode=True) or b""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _read(html: str) -> str:
    """Return what is read of HTML, its blocks as lines of their own."""
    blocks = ENDS_BLOCK.split(UNREAD.sub(" ", html))
    return "\n\n".join(filter(None, map(_plain, blocks)))


def _plain(html: str) -> str:
    try:
        return plain_text(html)
    except SuspiciousOperation:
        # Made so that reading it takes long: people may read it as it stands.
        return html


def _words(mail: Message, name: str) -> str:
    return _decoded(_raw(mail, name)).strip()


def _raw(mail: Message, name: str) -> str:
    """Return a header as it stands, unfolded; bytes that should not be there as UTF-8."""
    found = (value for known, value in mail.raw_items() if known.lower() == name.lower())
    value = str(next(found, ""))[:LONGEST_HEADER]
    unfolded = "".join(value.splitlines())
    return unfolded.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(text: str) -> str:
    """Return a header's words (RFC 2047); as it stands where it is not as it should be."""
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text
