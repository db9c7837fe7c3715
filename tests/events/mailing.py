"""What mails about events say, read from their bytes."""

import email
from collections.abc import Iterable
from email import policy
from email.message import EmailMessage

from icalendar import Calendar
from lxml import html

from events.models import EventPage
from outbox.models import Mail


def mails(kind: str = "") -> list[Mail]:
    """Return mails of a kind, without the beginning that all of them have; the first one first."""
    found = Mail.objects.filter(kind=f"event_{kind}") if kind else Mail.objects.all()
    return list(found.select_related("address").order_by("pk"))


def kinds() -> list[str]:
    return [mail.kind.removeprefix("event_") for mail in mails()]


def message(mail: Mail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=policy.default)


def text_of(mail: Mail) -> str:
    """Return the plain part, with plain blanks and ends of lines."""
    text = message(mail).get_body(("plain",)).get_content()
    return text.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")


def html_of(mail: Mail) -> html.HtmlElement:
    return html.document_fromstring(message(mail).get_body(("html",)).get_content())


def links_of(mail: Mail) -> list[str]:
    return [link.get("href") for link in html_of(mail).cssselect("a")]


def files_of(mail: Mail) -> list[EmailMessage]:
    return list(message(mail).iter_attachments())


def file_of(mail: Mail) -> bytes:
    """Return the bytes of the one calendar file of a mail."""
    (part,) = files_of(mail)
    return part.get_payload(decode=True)


def entry_of(mail: Mail):
    """Return the one event in the calendar file of a mail."""
    (entry,) = Calendar.from_ical(file_of(mail)).events
    return entry


def method_of(mail: Mail) -> str:
    """Return the method of a mail's calendar file, which its MIME type must say too (RFC 6047)."""
    (part,) = files_of(mail)
    method = str(Calendar.from_ical(file_of(mail))["method"])
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_param("charset")) == (method, "utf-8")
    return method


def edit(event: EventPage, **fields) -> EventPage:
    """Change an event as editors do: a revision, published."""
    page = EventPage.objects.get(pk=event.pk)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
    return EventPage.objects.get(pk=event.pk)


def addresses(found: Iterable[Mail]) -> list[str]:
    return [mail.address.email for mail in found]
