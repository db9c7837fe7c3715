"""What the world's name servers say of the domains our mail names."""

from collections.abc import Callable, Iterator
from email.utils import parseaddr

import dns.exception
import dns.nameserver
import dns.resolver
from django.conf import settings

from core.doctor import Finding, bad, good, warn
from core.outside import forbid_in_transaction
from outbox.headers import mail_host
from outbox.letterhead import letterhead
from outbox.writing import envelope_sender

SECONDS = 5.0
"""For each question, tries included."""
LOCAL = {"localhost", ""}
POLICIES = {"none", "quarantine", "reject"}
PASS_ALL = {"all", "+all"}
NO_MAIL = "."
"""RFC 7505: the name of the mail server of a domain that takes none."""


def of_our_mail() -> Iterator[Finding]:
    """Look up SPF, DKIM, DMARC, and whether answers and bounces arrive."""
    forbid_in_transaction()
    sender, envelope = mail_host(), _domain(envelope_sender())
    if sender in LOCAL:
        return
    replies = _domain(letterhead()["reply_to"])
    if envelope not in LOCAL:
        yield from _asked(f"SPF of {envelope}", _spf, envelope)
    yield from _asked(f"The DKIM key of {sender}", _dkim, sender)
    yield from _asked(f"DMARC of {sender}", _dmarc, sender)
    for domain in sorted({sender, envelope, replies} - LOCAL):
        yield from _asked(f"The mail servers of {domain}", _mail_servers, domain)


def _asked(what: str, look: Callable[[str], Finding], domain: str) -> Iterator[Finding]:
    try:
        yield look(domain)
    except dns.exception.DNSException as error:
        yield warn(
            f"{what} could not be looked up ({type(error).__name__}).",
            "Try again; if it stays so, look at the name servers of this machine.",
        )


def _spf(domain: str) -> Finding:
    """RFC 7208, of the domain that mail comes back to."""
    records = [text for text in _texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return bad(
            f"{domain} has no SPF record: servers take our mail for anybody's.",
            f"Add a TXT record to {domain}: v=spf1, what your mail service tells you, -all.",
        )
    if len(records) > 1:
        return bad(
            f"{domain} has {len(records)} SPF records, so none counts (RFC 7208, 4.5).",
            "Make one of them.",
        )
    terms = records[0].lower().split()
    if PASS_ALL & set(terms):
        return bad(
            f"SPF of {domain} lets everybody send in its name: {records[0]}",
            "End it with -all or ~all.",
        )
    if not any(term in {"-all", "~all"} or term.startswith("redirect=") for term in terms):
        return warn(
            f"SPF of {domain} says nothing of other senders: {records[0]}",
            "End it with -all or ~all.",
        )
    return good(f"SPF of {domain} is {records[0]}; the host of EMAIL_URL must be in it.")


def _dkim(domain: str) -> Finding:
    """RFC 6376, 3.6."""
    selector = settings.DKIM_SELECTOR
    if not selector:
        return warn(
            f"Whether mail of {domain} is signed (DKIM) is not known here.",
            "Set DKIM_SELECTOR to the selector your mail service signs with.",
        )
    name = f"{selector}._domainkey.{domain}"
    tags = [_tags(text) for text in _texts(name)]
    keys = [found["p"] for found in tags if "p" in found and found.get("v", "DKIM1") == "DKIM1"]
    if not keys:
        return bad(
            f"There is no DKIM key at {name}: signatures of our mail cannot be proved.",
            "Publish the record that your mail service gives you, or set DKIM_SELECTOR right.",
        )
    if not keys[0]:
        return bad(f"The DKIM key at {name} is revoked.", "Publish the one in use.")
    return good(f"There is a DKIM key at {name}.")


def _dmarc(domain: str) -> Finding:
    """RFC 7489, 6.3. The record may stand at a domain above."""
    labels = domain.split(".")
    for first in range(max(len(labels) - 1, 1)):
        above = ".".join(labels[first:])
        records = [tags for tags in map(_tags, _texts(f"_dmarc.{above}")) if _is_dmarc(tags)]
        if len(records) > 1:
            return bad(
                f"_dmarc.{above} has {len(records)} records, so none counts.", "Make one of them."
            )
        if records:
            policy = records[0].get("p", "").lower()
            if policy in POLICIES:
                return good(f"DMARC of {above} is p={policy}.")
            return bad(f"DMARC of {above} has no policy.", "Give it p=none, quarantine or reject.")
    return warn(
        f"{domain} has no DMARC record; large providers refuse mail to many without one.",
        f"Add a TXT record to _dmarc.{domain}: v=DMARC1; p=none",
    )


def _is_dmarc(tags: dict[str, str]) -> bool:
    return tags.get("v") == "DMARC1"


def _mail_servers(domain: str) -> Finding:
    """RFC 5321, 5.1."""
    servers = [str(record.exchange) for record in _records(domain, "MX")]
    if servers == [NO_MAIL]:
        return bad(f"{domain} takes no mail, so answers and bounces are lost.", _MAILBOXES)
    if servers:
        return good(f"Mail to {domain} goes to {servers[0].rstrip('.')}.")
    if _records(domain, "A") or _records(domain, "AAAA"):
        return warn(
            f"{domain} names no mail server (MX); mail is tried at the host itself.", _MAILBOXES
        )
    return bad(f"{domain} has no mail server: answers and bounces are lost.", _MAILBOXES)


_MAILBOXES = (
    "Take addresses that have a mailbox: DEFAULT_FROM_EMAIL, BOUNCE_ADDRESS, the letterhead's."
)


def _texts(name: str) -> list[str]:
    return [b"".join(record.strings).decode("utf-8", "replace") for record in _records(name, "TXT")]


def _tags(text: str) -> dict[str, str]:
    """Read tag=value; … (RFC 6376, 3.2)."""
    pairs = [part.partition("=") for part in text.split(";")]
    return {name.strip(): "".join(value.split()) for name, _equals, value in pairs if name.strip()}


def _records(name: str, kind: str) -> list:
    """Return the records of a name, none where there is none. Raises DNSException."""
    try:
        return list(_resolver().resolve(name, kind, lifetime=SECONDS, search=False))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []


def _resolver() -> dns.resolver.Resolver:
    """Ask the name servers of this machine, or DNS_NAMESERVERS ("192.0.2.1", "192.0.2.1:5353")."""
    if not settings.DNS_NAMESERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    pairs = [server.partition(":") for server in settings.DNS_NAMESERVERS]
    resolver.nameservers = [
        dns.nameserver.Do53Nameserver(host, int(port or 53)) for host, _colon, port in pairs
    ]
    return resolver


def _domain(email: str) -> str:
    return parseaddr(email)[1].rpartition("@")[2].lower()
