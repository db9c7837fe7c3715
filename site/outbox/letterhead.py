"""Who mails come from, and what stands on all of them."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from wagtail.models import Site

from outbox.headers import on_one_line
from outbox.models import Letterhead


def letterhead() -> dict[str, str]:
    """Return what every message may say of its sender."""
    site = Site.objects.filter(is_default_site=True).first()
    name = (site and site.site_name) or settings.WAGTAIL_SITE_NAME
    own_name, email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    kept = Letterhead.load()
    return {
        "site_name": name,
        "site_url": settings.SITE_URL,
        "sender": formataddr((on_one_line(own_name or name), email)),
        "reply_to": kept.reply_to,
        "postal_address": kept.postal_address.strip(),
    }
