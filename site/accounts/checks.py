"""Second steps of staff, for `manage.py doctor`."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse

from accounts.sealing import SEALED_TYPES, is_readable, is_up_to_date
from accounts.strength import staff, staff_without_second_step
from core.doctor import Check, Finding, bad, good, warn


def who_lacks_one() -> Iterator[Finding]:
    """Tell of staff who have none, where the admin wants one."""
    if not settings.STAFF_NEED_SECOND_STEP:
        return
    lacking = list(staff_without_second_step().order_by("email").values_list("email", flat=True))
    if not lacking:
        yield good("All who may open the admin have a second step.")
        return
    by_the_organisation = ""
    if "openid_connect" in settings.SOCIALACCOUNT_PROVIDERS:
        by_the_organisation = f", or by {settings.SIGN_IN_PROVIDERS[0]['name']}, which is one"
    yield warn(
        f"{len(lacking)} of {staff().count()} who may open the admin have no second step: until "
        "then, password and mailbox are all that guards it.",
        f"Let them sign in at {settings.SITE_URL}{reverse('account_login')}, where they are led "
        f"to set it up{by_the_organisation}; take the rights of who does not need them.",
        *lacking,
    )


def can_be_read() -> Iterator[Finding]:
    """Tell of those that the site has no secret for, and that are sealed with a former one."""
    kept = list(Authenticator.objects.filter(type__in=SEALED_TYPES).select_related("user"))
    lost = {one.user.email for one in kept if not is_readable(one)}
    if lost:
        yield bad(
            f"Second steps of {len(lost)} cannot be read: no code of theirs is taken. They were "
            "sealed with a secret that the site does not have.",
            "Put that secret, as of a back-up, into DATA_DIR/former-secrets or "
            "SECRET_KEY_FALLBACKS and restart. If it is lost, let each in by manage.py "
            "rescue_login.",
            *sorted(lost),
        )
    if any(is_readable(one) and not is_up_to_date(one) for one in kept):
        yield warn(
            "Some second steps are not yet sealed with the secret of now.",
            "The worker does that as it starts, and by the hour. Keep former secrets until then.",
        )


CHECKS = [Check("second steps", who_lacks_one), Check("secrets of second steps", can_be_read)]
