"""Forms that anybody may send.

Pages are stored and shown to many, so such a form holds neither a token nor a time: what is sent
first leads to a fresh preview, and that holds both.
"""

import time

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

SALT = "core.public_forms"
SHORTEST = 1
LONGEST = 24 * 3600


class PublicForm(forms.Form):
    """A form with a trap for programs that fill in whatever they find."""

    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("website"))

    @property
    def is_confirmed(self) -> bool:
        """Whether it comes from a preview shown a second to a day ago."""
        try:
            shown_at = signing.loads(self.data.get("stamp", ""), salt=SALT, max_age=LONGEST)
        except signing.BadSignature:
            return False
        return time.time() - shown_at >= SHORTEST


def new_stamp() -> str:
    """Return what a preview holds, and no stored page."""
    return signing.dumps(time.time(), salt=SALT)
