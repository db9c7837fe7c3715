"""Forms to sign in with, without allauth's placeholders: labels say it."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateStepForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.limits import may_mail, may_try_step
from accounts.models import User
from accounts.strength import is_staff
from core.public_forms import LineField
from outbox.models import LONGEST_ADDRESS

OF_PASSWORDS = _("At least eight characters: not digits alone, and nothing that many people use.")


class PlainForm:
    """Takes the placeholders out of a form's fields."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(PlainForm, AllauthLoginForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email address")
        self.fields["password"].help_text = ""
        self.fields["remember"].label = _("Keep me signed in on this computer")


class ReauthenticateForm(PlainForm, AllauthReauthenticateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ChangePasswordForm(PlainForm, AllauthChangePasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""
        self.fields["oldpassword"].label = _("Password until now")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = OF_PASSWORDS
        self.fields["password2"].label = _("New password again")


class ResetPasswordKeyForm(PlainForm, AllauthResetPasswordKeyForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = OF_PASSWORDS
        self.fields["password2"].label = _("New password again")


class ResetPasswordForm(PlainForm, AllauthResetPasswordForm):
    """Mails staff a link. Readers have no passwords."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email address")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email)
        self.users = [user for user in found if is_staff(user)]
        return email

    def save(self, request: HttpRequest, **kwargs) -> str:
        if may_mail(self.cleaned_data["email"]):
            return super().save(request, **kwargs)
        return self.cleaned_data["email"]


class StepForm(PlainForm):
    """Holds back who tries many codes."""

    user: User

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update(autocomplete="one-time-code", autocapitalize="none")

    def clean_code(self) -> str:
        if not may_try_step(self.user):
            raise get_adapter().validation_error("too_many_login_attempts")
        return super().clean_code()


class AuthenticateForm(StepForm, AllauthAuthenticateForm):
    pass


class ReauthenticateStepForm(StepForm, AllauthReauthenticateStepForm):
    pass


class ActivateForm(StepForm, AllauthActivateForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    code = LineField(
        label=_("Code"),
        max_length=20,
        help_text=_("The eight digits in the mail."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
