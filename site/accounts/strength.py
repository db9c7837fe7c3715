"""How surely somebody has shown who they are in a session, and what that opens.

A password alone can be stolen by a page that looks like ours. Staff show a second thing they have:
an authenticator app, or a sign-in of their organisation, which asks for that itself.
"""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import User

ADMIN = "wagtailadmin.access_admin"

PASSWORD, CODE, RESCUE, SECOND_STEP = "password", "code", "rescue", "mfa"
ORGANISATION = "organisation"
"""The one provider that is believed to have asked for a second step."""


def is_staff(user: User) -> bool:
    """Say whether somebody may open the admin, once they have shown enough."""
    return user.is_active and user.has_perm(ADMIN)


def staff() -> QuerySet[User]:
    """Return all of whom `is_staff` says so."""
    return User.objects.with_perm(ADMIN)


def staff_without_second_step() -> QuerySet[User]:
    """Return those who have no app, and were never let in by their organisation either."""
    steps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    lacking = staff().filter(~Exists(steps))
    if apps.is_installed("allauth.socialaccount"):
        from allauth.socialaccount.models import SocialAccount

        let_in = SocialAccount.objects.filter(user=OuterRef("pk"), provider=ORGANISATION)
        lacking = lacking.filter(~Exists(let_in))
    return lacking


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()


def shown_in(request: HttpRequest) -> set[str]:
    """Return by what the reader of this session has shown who they are."""
    return {
        record.get("provider", "") if record["method"] == "socialaccount" else record["method"]
        for record in get_authentication_records(request, request.user)
    }


def is_sure(request: HttpRequest) -> bool:
    """Say whether that is more than a password or a mailbox.

    A second step that was taken away meanwhile, as by a rescue, counts no more.
    """
    shown = shown_in(request)
    return ORGANISATION in shown or (SECOND_STEP in shown and has_second_step(request.user))


def may_act_as_staff(request: HttpRequest) -> bool:
    """Say whether the rights of staff hold in this session, beside whether somebody has any."""
    return not settings.STAFF_NEED_SECOND_STEP or is_sure(request)


def still_to_show(request: HttpRequest) -> str:
    """Return what must be shown before a second step is set up: password, code, or nothing.

    Whoever has only found a password could else set up a step of their own.
    """
    shown = shown_in(request)
    if not settings.STAFF_NEED_SECOND_STEP or shown & {ORGANISATION, RESCUE, SECOND_STEP}:
        return ""
    return next((method for method in (PASSWORD, CODE) if method not in shown), "")
