"""Telling staff that mail does not go as it should."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outbox.messages import Message, post
from outbox.models import Priority

TROUBLE = Message(
    name="mail_trouble",
    label=_("Mail does not go as it should"),
    example=lambda: {
        "problem": _("The mail server does not take our mail: %s") % "454 Try again later",
        "mail_url": f"{settings.SITE_URL}/admin/mail/",
    },
    priority=Priority.AT_ONCE,
)


def tell_staff(problem: str) -> None:
    """Write to everybody who may set mail right."""
    context = {"problem": problem, "mail_url": settings.SITE_URL + reverse("outbox:index")}
    users = get_user_model().objects.with_perm(
        "outbox.change_mail", backend="django.contrib.auth.backends.ModelBackend"
    )
    for user in users.filter(is_active=True):
        post(TROUBLE, user.email, context)
