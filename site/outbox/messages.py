"""Our own messages: each a folder in templates/email/ with subject.txt, body.txt and body.html.

`post` is the one way to send them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.mail import EmailAlternative, EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context, engines
from django.utils.functional import Promise

from core.offers import Offers
from outbox.addresses import address_of
from outbox.headers import ListHeaders, headers_for
from outbox.letterhead import letterhead
from outbox.models import Mail, Priority
from outbox.writing import QUOTED_PRINTABLE, Terms, write

BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


@dataclass(frozen=True)
class Message:
    """A kind of mail. Its texts extend email/base.txt and email/base.html."""

    name: str
    """That of its folder; kept with each mail."""
    label: str | Promise
    """What staff call it."""
    example: Callable[[], dict]
    """A context to show it with; reads nothing private."""
    priority: Priority = Priority.SOON
    is_secret: bool = False
    """Whether it lets its reader in, as a code does: nobody else may read it."""
    still_wanted: Callable[[str], bool] | None = None
    """Given what a mail is about: whether it is to be sent. Asked right before it is."""


messages: Offers[Message] = Offers()
"""Every kind of mail that the site writes."""


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    mime_type: str
    """With its parameters: text/calendar; method=REQUEST."""


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def message_named(name: str) -> Message | None:
    return next((message for message in messages if message.name == name), None)


def render(message: Message, context: Mapping, head: dict[str, str] | None = None) -> Rendered:
    """Render the parts of a message: a subject on one line, plain text, HTML."""
    whole = {**(head or letterhead()), **context, "message": message}
    folder = f"email/{message.name}"
    subject = whole["subject"] = " ".join(_plain(f"{folder}/subject.txt", whole).split())
    text = _plain(f"{folder}/body.txt", whole)
    html = _template(f"{folder}/body.html").render(whole)
    return Rendered(subject, BLANK_LINES.sub("\n\n", text).strip() + "\n", html)


def post(
    message: Message,
    to: str,
    context: Mapping,
    *,
    about: str = "",
    once: str = "",
    batch: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    mailing_list: ListHeaders | None = None,
    attachments: tuple[Attachment, ...] = (),
    reply_to: str = "",
) -> Mail | None:
    """Write a mail, in the transaction of the deed it speaks of; the worker sends it.

    `once`: what an address is told of a single time, whatever message says it. `batch`: mails of
    one occasion, which pause together. `about`: what `still_wanted` is asked. `reply_to`: whom an
    answer goes to, where not to the team. Returns None where the address has been told already.
    Raises ValidationError for what is no address.
    """
    mail = compose(message, address_of(to).email, context, mailing_list, attachments, reply_to)
    terms = Terms(
        kind=message.name,
        priority=message.priority,
        is_secret=message.is_secret,
        about=about,
        once=once,
        batch=batch,
        due_at=due_at,
        expires_at=expires_at,
    )
    return next(iter(write(mail, terms)), None)


def post_if_address(message: Message, to: str, context: Mapping, **terms) -> Mail | None:
    """Write a mail, as `post` does; None too for what is no address, or is gone."""
    try:
        return post(message, to, context, **terms)
    except ValidationError:
        return None


def compose(
    message: Message,
    to: str,
    context: Mapping,
    mailing_list: ListHeaders | None = None,
    attachments: tuple[Attachment, ...] = (),
    reply_to: str = "",
) -> EmailMultiAlternatives:
    """Return a mail as it would be written. Raises ValidationError for answers to no address."""
    head = letterhead()
    if reply_to:
        validate_email(reply_to)
        head["reply_to"] = reply_to
    if mailing_list:
        head["stop_url"] = mailing_list.stop_url
    rendered = render(message, context, head)
    mail = EmailMultiAlternatives(
        rendered.subject,
        rendered.text,
        head["sender"],
        [to],
        reply_to=[head["reply_to"]] if head["reply_to"] else None,
        headers=headers_for(mailing_list),
    )
    mail.encoding = QUOTED_PRINTABLE
    mail.alternatives = [EmailAlternative(rendered.html, "text/html")]
    for attachment in attachments:
        mail.attach(attachment.name, attachment.content, attachment.mime_type)
    return mail


def _template(name: str):
    return engines["django"].get_template(name)


def _plain(name: str, context: dict) -> str:
    return _template(name).template.render(Context(context, autoescape=False))
