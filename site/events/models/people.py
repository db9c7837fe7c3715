"""Who takes part, as they say of themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.keys import random_key
from core.text import folded
from outbox.addresses import key_of
from outbox.models import LONGEST_ADDRESS

LONGEST_NAME = 100


def new_key() -> str:
    """Return a random name for an address, of 59 bits."""
    return random_key(12)


class Attendee(models.Model):
    """A name at an address. Several people of a library may share one address."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    folded_name = models.CharField(max_length=LONGEST_NAME)
    """As core.text.folded: by which names are compared."""
    email = models.CharField(_("email address"), max_length=LONGEST_ADDRESS)
    email_key = models.CharField(max_length=LONGEST_ADDRESS, db_index=True)
    """As outbox.addresses.key_of: by which addresses are compared."""
    library = models.CharField(_("library"), max_length=LONGEST_NAME, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.folded_name = folded(self.name)[:LONGEST_NAME]
        self.email_key = key_of(self.email)
        super().save(*args, **kwargs)
