"""What staff do to sign in, in tests."""

import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from urllib.parse import urlsplit

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts.models import User
from outbox.models import Mail

PASSWORD = "a long password of hers"


def app_code(secret: str, steps: int = 0) -> str:
    """Return what an authenticator app shows, so many times 30 seconds from now."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30 + steps))


def give_second_step(user: User) -> str:
    """Set an app and recovery codes up for somebody; return the app's secret."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def sign_in(client: Client, email: str, password: str = PASSWORD, **more):
    fields = {"login": email, "password": password}
    return client.post(reverse("account_login"), fields | more)


def mailed(kind: str) -> str:
    """Return the text of the newest mail of a kind."""
    mail = Mail.objects.filter(kind=kind).latest("pk")
    parsed = message_from_bytes(mail.content, policy=policy.default)
    return parsed.get_body(["plain"]).get_content()


def mailed_code() -> str:
    return re.search(r"\b\d{4} \d{4}\b", mailed("sign_in_code"))[0]


def sign_in_by_code(client: Client, email: str, **more):
    client.post(reverse("account_request_login_code"), {"email": email} | more)
    return client.post(reverse("account_confirm_login_code"), {"code": mailed_code()})


def where(response) -> str:
    """Return the path that an answer leads to."""
    assert response.status_code == 302, response.content.decode()[:500]
    return urlsplit(response["Location"]).path


def set_up_app(client: Client, on_commit: Callable) -> str:
    """Set up the second step as a browser does; return the app's secret."""
    page = html.fromstring(client.get(reverse("mfa_activate_totp")).content)
    secret = page.cssselect(".secret")[0].text_content()
    with on_commit(execute=True):
        response = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert where(response) == reverse("mfa_view_recovery_codes")
    return secret
