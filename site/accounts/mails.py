"""The kinds of mail about signing in."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from outbox.messages import Message, post_if_address
from outbox.models import Priority

SIGN_IN_CODE = Message(
    "sign_in_code",
    _("A code to sign in"),
    lambda: {"code": "4821 9037", "minutes": 15},
    priority=Priority.AT_ONCE,
    is_secret=True,
)
PASSWORD_RESET = Message(
    "password_reset",
    _("A new password"),
    lambda: {"reset_url": f"{settings.SITE_URL}/account/password/reset/example/"},
    priority=Priority.AT_ONCE,
    is_secret=True,
)
SIGN_IN_CHANGED = Message(
    "sign_in_changed",
    _("Something about signing in was changed"),
    lambda: {"what": _("The password was changed.")},
    priority=Priority.AT_ONCE,
)
MESSAGES = (SIGN_IN_CODE, PASSWORD_RESET, SIGN_IN_CHANGED)

CHANGES: dict[str, Promise] = {
    "password_changed": _("The password was changed."),
    "password_reset": _("A new password was set by the link in a mail."),
    "totp_activated": _("An authenticator app was set up as the second step."),
    "totp_deactivated": _("The authenticator app was taken out as the second step."),
    "recovery_codes_generated": _("New recovery codes were made; the old ones are void."),
}
RESCUED = _("Somebody signed in by a rescue link, which took out the second step.")


def tell_change(user: User, what: str | Promise) -> None:
    """Tell somebody what was changed, so that they notice if it was not they."""
    post_if_address(SIGN_IN_CHANGED, user.email, {"what": what})
