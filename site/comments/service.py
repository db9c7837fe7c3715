"""The spam service, as far as one is set."""

from django.conf import settings

from comments.akismet_client import AkismetClient
from outbox.mailbox import is_of_this_machine


def is_in_use() -> bool:
    """Say whether there is a key. Without one the rules alone decide."""
    return bool(settings.AKISMET_KEY)


def open_client() -> AkismetClient:
    return AkismetClient(
        settings.AKISMET_KEY,
        settings.SITE_URL,
        base_url=settings.AKISMET_URL,
        is_test=settings.DEBUG or is_of_this_machine(settings.SITE_URL),
    )
