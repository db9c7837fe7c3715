"""What django-allauth asks of this site."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse

from accounts import mails
from accounts.limits import may_try_password
from accounts.models import User
from accounts.strength import has_second_step, is_staff
from core.throttling import ip_of
from outbox.messages import post


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        return ["accounts.stages.SecondStepStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a mailed code makes an account, as a sign-in elsewhere does."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("wagtailadmin_home" if is_staff(request.user) else "account_page")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_page")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _sign, token = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def pre_authenticate(self, request: HttpRequest, **credentials) -> None:
        if not may_try_password(request, credentials.get("email", "")):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials) -> User | None:
        self.pre_authenticate(request, **credentials)
        return authenticate(request, **credentials)

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(self.request, email=user.email, password=password) == user

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Whoever has a second step takes it again before they change it."""
        return has_second_step(self.request.user)

    def get_reauthentication_methods(self, user: User) -> list[dict]:
        """A password is no stand-in for the second step."""
        methods = super().get_reauthentication_methods(user)
        if user.is_authenticated and has_second_step(user):
            return [method for method in methods if method["id"] == "mfa_reauthenticate"]
        return methods

    def get_client_ip(self, request: HttpRequest) -> str:
        return ip_of(request) or "unknown"

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        if template_prefix == "account/email/password_reset_key":
            post(mails.PASSWORD_RESET, email, {"reset_url": context["password_reset_url"]})
        else:
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict | None = None, email: str = ""
    ) -> None:
        if what := mails.CHANGES.get(template_prefix.rpartition("/")[2]):
            mails.tell_change(user, what)
