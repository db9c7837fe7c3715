"""Whether mail can leave, be trusted and come back, for `manage.py doctor`; and a test mail."""

from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.doctor import Check, Finding, bad, good, warn
from outbox.bounces.mailbox import SETTING, open_mailbox
from outbox.headers import mail_host
from outbox.imap import LOOPBACK, MailboxAddress, MailboxAway
from outbox.messages import Message, compose
from outbox.models import Batch, Letterhead, Mail, Outlet
from outbox.status import LATE_AFTER
from outbox.transports import ServerAway, open_transport
from outbox.writing import envelope_sender

TEST_MAIL = Message(
    name="test_mail",
    label=_("Test mail"),
    example=lambda: _told_in_test_mail(),
)


def state() -> Iterator[Finding]:
    outlet = Outlet.objects.filter(pk=1).first() or Outlet()
    now = timezone.now()
    waiting = Mail.objects.waiting()
    paused = Batch.objects.paused().values("name")
    if outlet.held_at:
        yield bad(
            f"All mail is held, {waiting.count()} waiting: {outlet.held_because}",
            "Run manage.py release_mail; with --drop-waiting where what waits may have left "
            "already, from the site this one was restored or copied from.",
        )
    elif outlet.paused_until and outlet.paused_until > now:
        yield bad(
            f"The mail server does not take our mail: {outlet.problem}",
            "It is tried again by itself. If the server is well, look at the sign-in and the "
            "limits of your account there.",
        )
    elif waiting.filter(due_at__lt=now - LATE_AFTER).exclude(batch__in=paused).exists():
        yield bad(
            f"Mail has been due for more than {LATE_AFTER.seconds // 60} minutes and waits.",
            "See that manage.py worker runs.",
        )
    else:
        yield good("Mail may leave.")
    for batch in Batch.objects.paused():
        yield warn(
            f"The batch “{batch.name}” is paused: {batch.reason}",
            "Look at what failed in the admin, and let the rest go or not.",
        )


def server() -> Iterator[Finding]:
    if open_transport().stays_here:
        if _is_public():
            yield bad(
                "There is no mail server: mail is kept in files and reaches nobody.",
                "Set EMAIL_URL, as smtp+tls://user:password@smtp.example.org:587.",
            )
        else:
            yield good(f"Mail stays on this machine, in {settings.MAIL_FOLDER}.")
        return
    name = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if settings.EMAIL_HOST in LOOPBACK:
        yield good(f"Mail goes to the server on this machine, {name}.")
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield bad(
            f"Mail goes to {name} in the clear, the password of the account too.",
            "Let EMAIL_URL begin with smtp+tls:// (port 587) or smtp+ssl:// (port 465).",
        )
    elif not settings.EMAIL_HOST_USER:
        yield warn(
            f"Mail goes to {name} without signing in.",
            "Put user and password into EMAIL_URL, unless the server knows this machine.",
        )
    else:
        yield good(f"Mail goes to {name}, encrypted and signed in.")


def server_answers() -> Iterator[Finding]:
    transport = open_transport()
    if transport.stays_here:
        return
    try:
        transport.connect()
    except ServerAway as error:
        yield bad(
            f"The mail server {settings.EMAIL_HOST} cannot be used: {error}",
            "Check host, port, user and password in EMAIL_URL, and that a firewall lets it pass.",
        )
    else:
        yield good(f"The mail server {settings.EMAIL_HOST} answers and lets us in.")
    finally:
        transport.close()


def sender() -> Iterator[Finding]:
    if not _is_public():
        return
    _name, email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if "." not in email.rpartition("@")[2]:
        yield bad(
            f"Mail comes from {email or 'nobody'}, where nobody can answer.",
            "Set DEFAULT_FROM_EMAIL to an address of your domain.",
        )
    else:
        yield good(f"Mail comes from {email}.")
    letterhead = Letterhead.load()
    if not letterhead.reply_to:
        yield warn(
            "Answers go to the address mail comes from.",
            "Name the team's mailbox in the admin, at Settings, Letterhead of mails.",
        )
    if not letterhead.postal_address.strip():
        yield warn(
            "Mail has no postal address at its foot; many countries ask for one by law.",
            "Write it in the admin, at Settings, Letterhead of mails.",
        )


def bounces() -> Iterator[Finding]:
    secret, mailbox = settings.ANYMAIL.get("WEBHOOK_SECRET"), settings.BOUNCE_MAILBOX
    if secret:
        if ":" in secret:
            yield good("Bounces are told by the mail service's webhook.")
        else:
            yield bad(
                "ANYMAIL_WEBHOOK_SECRET has no colon, so no service can sign in with it.",
                "Make it a name and a random password, as hook:…",
            )
    if mailbox:
        yield from _mailbox_address(mailbox)
    if not (secret or mailbox) and _is_public():
        yield warn(
            "Nobody reads what comes back, so dead addresses are written to for ever.",
            "Set BOUNCE_MAILBOX, or ANYMAIL_WEBHOOK_SECRET and the webhook of your mail service.",
        )


def _mailbox_address(url: str) -> Iterator[Finding]:
    try:
        address = MailboxAddress.parse(url, SETTING)
    except ImproperlyConfigured as error:
        yield bad(str(error), "Set it as docs/operate.md says.")
    else:
        yield good(
            f"What cannot be delivered comes back to {envelope_sender()}, "
            f"and is read in {address.folder} at {address.host}."
        )


def bounces_are_read() -> Iterator[Finding]:
    if not settings.BOUNCE_MAILBOX:
        return
    try:
        with open_mailbox():
            yield good("The mailbox of bounces lets us in.")
    except ImproperlyConfigured:
        return
    except MailboxAway as error:
        yield bad(
            f"The mailbox of bounces cannot be read: {error}",
            "Check BOUNCE_MAILBOX: host, user, password, folder.",
        )


def our_domain() -> Iterator[Finding]:
    # The worker and the web have no use for a resolver.
    from outbox.domain import of_our_mail

    if not open_transport().stays_here or _is_public():
        yield from of_our_mail()


CHECKS = [
    Check("mail", state),
    Check("mail server", server),
    Check("mail server's answer", server_answers, asks_others=True),
    Check("sender of mail", sender),
    Check("bounces", bounces),
    Check("bounces' mailbox", bounces_are_read, asks_others=True),
    Check("domain of mail", our_domain, asks_others=True),
]


def send_test(to: str) -> str:
    """Hand over a test mail at once, though mail be held; return what the server said.

    Raises ValidationError for what is no address, NotDelivered.
    """
    validate_email(to)
    content = compose(TEST_MAIL, to, _told_in_test_mail()).message().as_bytes(linesep="\r\n")
    transport = open_transport()
    try:
        return transport.deliver(envelope_sender(), to, content)
    finally:
        transport.close()


def _told_in_test_mail() -> dict:
    return {
        "written_at": date_format(timezone.localtime(), "DATETIME_FORMAT"),
        "host": mail_host(),
        "envelope_sender": envelope_sender(),
    }


def _is_public() -> bool:
    return urlsplit(settings.SITE_URL).scheme == "https"
