"""Whether the mailbox of what is sent in can be read, for `manage.py doctor`."""

from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from blog.submissions.mailed import SETTING
from core.doctor import Check, Finding, bad, good
from outbox.imap import MailboxAway, open_mailbox


def _look() -> Iterator[Finding]:
    if not settings.SUBMISSIONS_MAILBOX:
        return
    if settings.SUBMISSIONS_MAILBOX == settings.BOUNCE_MAILBOX:
        yield bad(f"{SETTING} is the mailbox of bounces.", "Give each a folder of its own.")
    try:
        with open_mailbox(settings.SUBMISSIONS_MAILBOX, SETTING):
            yield good("The mailbox for what readers send in lets us in.")
    except ImproperlyConfigured as error:
        yield bad(str(error), "Set it as docs/operate.md says.")
    except MailboxAway as error:
        yield bad(
            f"The mailbox for what readers send in cannot be read: {error}",
            f"Check {SETTING}: host, user, password, folder.",
        )


MAILBOX = Check("mailbox of submissions", _look, asks_others=True)
