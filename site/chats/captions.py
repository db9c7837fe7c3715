"""Whether those who do not hear can follow a recording."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Captions(models.TextChoices):
    """What is known of captions that lie with the recording itself, not in a transcript here."""

    NOT_KNOWN = "not known", _("Not known")
    THERE = "there", _("With the recording, checked by a person")
    MACHINE = "machine", _("With the recording, made by a machine and not yet checked")
    EXPECTED = "expected", _("Will follow")
