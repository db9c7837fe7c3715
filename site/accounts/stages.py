"""What stands between a right password, or code, and a session."""

from allauth.account.stages import LoginStage
from allauth.core.internal.httpkit import headed_redirect_response
from django.http import HttpResponse

from accounts.strength import has_second_step


class SecondStepStage(LoginStage):
    """allauth's own would load the parts for security keys, which nobody uses here."""

    key = "second_step"
    urlname = "mfa_authenticate"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if has_second_step(self.login.user):
            return headed_redirect_response(self.urlname), True
        return None, True
