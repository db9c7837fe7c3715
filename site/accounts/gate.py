"""The door of the admin."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.strength import has_second_step, is_staff, may_act_as_staff


class AdminGate:
    """Leads staff who have not shown enough to where they can, from every address of the admin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.admin = reverse("wagtailadmin_home")
        self.open = {reverse("wagtailadmin_login"), reverse("wagtailadmin_logout")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(self.admin) and path not in self.open and self._must_show_more(request):
            step = "mfa_reauthenticate" if has_second_step(request.user) else "mfa_activate_totp"
            return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
        return self.get_response(request)

    def _must_show_more(self, request: HttpRequest) -> bool:
        return not may_act_as_staff(request) and is_staff(request.user)
