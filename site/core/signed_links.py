"""Links that let whoever has them do one thing, as mail hands them over; they work for ever.

Signed, not hidden: a link holds a key of the database, which says nothing to a reader.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse


@dataclass(frozen=True)
class SignedLink:
    """Links of one kind: no other kind's opens what these do."""

    view: str
    """Its name among the addresses; the token is the only argument."""
    salt: str
    """Never to change: links in old mails are signed with it."""

    def path(self, value: str) -> str:
        """Return the link on this host, whatever its name, as a browser is sent there by a form
        (CSP's form-action)."""
        return reverse(self.view, args=[signing.Signer(salt=self.salt).sign(value)])

    def address(self, value: str) -> str:
        return settings.SITE_URL + self.path(value)

    def value_of(self, token: str) -> str:
        """Return what was signed; blank for what is not ours, or cut off."""
        try:
            return signing.Signer(salt=self.salt).unsign(token)
        except signing.BadSignature:
            return ""
