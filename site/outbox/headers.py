"""What the head of a mail says to machines."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class ListHeaders:
    """Of mail that one follows: whose it is, and where to stop it with one click (RFC 8058)."""

    name: str
    """As list, in letters, digits and hyphens: "announcements"."""
    label: str
    stop_url: str
    """Takes a POST without cookie or token, and shows a page to whoever comes with GET."""


def headers_for(mailing_list: ListHeaders | None = None) -> dict[str, str]:
    """Return the headers of a mail that the site writes by itself.

    Those of lists (RFC 2919, 2369, 8058) stand only where they do something.
    """
    headers = {
        "Message-ID": new_message_id(),
        "Date": format_datetime(datetime.now(UTC)),
        # RFC 3834: an out-of-office reply to this is not wanted.
        "Auto-Submitted": "auto-generated",
    }
    if mailing_list:
        headers |= {
            "List-Id": _list_id(mailing_list),
            "List-Unsubscribe": f"<{mailing_list.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def _list_id(mailing_list: ListHeaders) -> str:
    label, name = on_one_line(mailing_list.label), f"{mailing_list.name}.{mail_host()}"
    if label.isascii():
        return formataddr((label, name))
    # `formataddr` makes one word of it all. None that is encoded has more than 75 signs
    # (RFC 2047, 2).
    words = Header(label, "utf-8", maxlinelen=75).encode(linesep="")
    return f"{words} <{name}>"


def new_message_id() -> str:
    return f"<{secrets.token_hex(16)}@{mail_host()}>"


def mail_host() -> str:
    """Return the domain mails come from."""
    _name, email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return email.rpartition("@")[2] or urlsplit(settings.SITE_URL).hostname or "localhost"


def on_one_line(text: str) -> str:
    return " ".join(CONTROL.sub(" ", text).split())
