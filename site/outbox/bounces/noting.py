"""What mail that came back means for it and its address."""

import re

from django.db import transaction
from django.utils import timezone

from outbox.addresses import note_bounce
from outbox.batches import look_after
from outbox.models import Mail, MailState
from outbox.transports import NOT_THE_MAILBOX

STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
"""RFC 3463, section 2."""
REPLY = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
"""RFC 5321, section 4.2."""
SAYS_NOTHING = ".0.0"
PASSES = {"5.2.2", "5.4.7"}
"""A full mailbox, a server that was away for days: final for the mail, not for the address."""
LONGEST_REASON = 500


def is_for_good(*said: str) -> bool | None:
    """Say whether a mailbox will take later mail no more than this one; None where no code tells.

    `said` goes from what is most to be believed to what is least.
    """
    statuses = [status for words in said for status in STATUS.findall(words)]
    telling = [status for status in statuses if not status.endswith(SAYS_NOTHING)]
    codes = telling or statuses or [code for words in said for code in REPLY.findall(words)]
    if not codes:
        return None
    code = codes[0]
    return code.startswith("5") and not NOT_THE_MAILBOX.match(code) and code not in PASSES


def note_returned(mail: Mail, answer: str, *, permanent: bool) -> bool:
    """Note once that a mail came back; return whether it was news.

    A notice may come before the worker has marked the mail: its Message-ID, which nobody can
    guess, shows that it left.
    """
    left = Mail.objects.filter(pk=mail.pk, state__in=[MailState.SENT, MailState.WAITING])
    with transaction.atomic():
        is_news = left.update(
            state=MailState.FAILED,
            reason=answer[:LONGEST_REASON],
            ended_at=timezone.now(),
            lease="",
            leased_until=None,
        )
        if is_news:
            note_bounce(mail.address, answer, permanent=permanent)
            look_after(mail.batch)
    return bool(is_news)
