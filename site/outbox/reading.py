"""What a mail says, read from its bytes."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.http import StreamingHttpResponse

SHOWN_HEADERS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID"]
SHOWN_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    ]
)
"""A mail is shown as it is, but runs nothing, fetches nothing and sends nothing."""


class Unreadable(ValueError):
    """The bytes are no mail that can be shown."""


@dataclass(frozen=True)
class Attached:
    name: str
    content: bytes


@dataclass(frozen=True)
class Reading:
    """A mail as a person reads it."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    """Those that matter to people, in a fixed order."""
    text: str = ""
    html: str = ""
    attachments: list[Attached] = field(default_factory=list)
    source: str = ""

    @property
    def subject(self) -> str:
        return dict(self.headers).get("Subject", "")

    @property
    def to(self) -> str:
        return dict(self.headers).get("To", "")


def read(content: bytes) -> Reading:
    """Read a message (RFC 5322). Raises Unreadable."""
    if not content.strip():
        raise Unreadable("empty")
    try:
        message = message_from_bytes(content, policy=policy.default)
        return Reading(
            headers=[(name, str(message[name])) for name in SHOWN_HEADERS if message[name]],
            text=_part(message, "plain"),
            html=_part(message, "html"),
            attachments=list(map(_attached, message.iter_attachments())),
            source=content.decode("utf-8", "replace"),
        )
    except Exception as error:
        # The standard library's parser raises what it likes where a mail is malformed.
        raise Unreadable(str(error)) from error


def show_html(html: str) -> StreamingHttpResponse:
    """Return the HTML of a mail as the whole of a frame."""
    # Streamed: to what is whole, the toolbar of development would add itself.
    return StreamingHttpResponse(
        [html],
        headers={"Content-Security-Policy": SHOWN_POLICY, "Cache-Control": "no-store, private"},
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body([kind])
    return part.get_content() if part else ""


def _attached(part: EmailMessage) -> Attached:
    content = part.get_content()
    if isinstance(content, str):
        content = content.encode()
    elif isinstance(content, EmailMessage):
        content = content.as_bytes()
    return Attached(part.get_filename() or "attachment", content)
