"""Looking for notices in a mailbox, whose other mail stays as it is."""

import time
from contextlib import AbstractContextManager

from django.conf import settings
from django.utils.translation import gettext as _

from outbox import imap
from outbox.addresses import key_of, stop
from outbox.bounces.notices import Kind, Notice, Recipient, may_be_notice, read_notice
from outbox.bounces.noting import is_for_good, note_returned
from outbox.models import Mail, MailState, StopReason

SETTING = "BOUNCE_MAILBOX"
TURN = 20.0
"""Seconds until other work has its turn."""
NOTICES_AT_ONCE = 50
MOST_READ = 200_000
"""Bytes of a notice. What matters stands before the mail that is returned with it."""


def look_for_notices() -> bool:
    """Heed the notices in BOUNCE_MAILBOX; return whether there are more. Raises MailboxAway."""
    notices = imap.Wanted("CONTENT-TYPE", may_be_notice, _heed, MOST_READ)
    with open_mailbox() as mailbox:
        return mailbox.heed_unread(notices, NOTICES_AT_ONCE, time.monotonic() + TURN)


def open_mailbox() -> AbstractContextManager[imap.Mailbox]:
    """Sign in to BOUNCE_MAILBOX. Raises MailboxAway, ImproperlyConfigured."""
    return imap.open_mailbox(settings.BOUNCE_MAILBOX, SETTING)


def _heed(content: bytes) -> None:
    if notice := read_notice(content):
        heed(notice)


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
