"""Where people sign in and see what is theirs.

Of allauth's addresses only those that are needed: nobody signs up, and no address is changed.
"""

from collections.abc import Callable
from importlib import import_module

from allauth.account import views as allauth_views
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView

from accounts import views


def later(module: str, name: str) -> Callable[..., HttpResponse]:
    """A view whose module is loaded when it is first asked for."""

    def view(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        return getattr(import_module(module), name)(request, *args, **kwargs)

    return view


TOTP, RECOVERY = "allauth.mfa.totp.views", "allauth.mfa.recovery_codes.views"

urlpatterns = [
    path("", views.own_page, name="account_page"),
    path("export/", views.export, name="account_export"),
    path("erase/", views.erase, name="account_erase"),
    path("code/", views.ask_for_code, name="account_request_login_code"),
    path("code/enter/", views.enter_code, name="account_confirm_login_code"),
    path("login/", views.LoginView.as_view(), name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path("rescue/<str:token>/", views.rescue_login, name="account_rescue"),
    path("password/", allauth_views.password_change, name="account_change_password"),
    path(
        "password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("password/reset/", views.PasswordResetView.as_view(), name="account_reset_password"),
    path(
        "password/reset/sent/",
        allauth_views.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "password/reset/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("steps/", RedirectView.as_view(pattern_name="account_page"), name="mfa_index"),
    path("steps/enter/", views.SecondStepView.as_view(), name="mfa_authenticate"),
    path("steps/again/", views.SecondStepAgainView.as_view(), name="mfa_reauthenticate"),
    path("steps/app/", views.activate_second_step, name="mfa_activate_totp"),
    path("steps/app/remove/", later(TOTP, "deactivate_totp"), name="mfa_deactivate_totp"),
    path("steps/codes/", later(RECOVERY, "view_recovery_codes"), name="mfa_view_recovery_codes"),
    path(
        "steps/codes/new/",
        later(RECOVERY, "generate_recovery_codes"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "steps/codes/file/",
        later(RECOVERY, "download_recovery_codes"),
        name="mfa_download_recovery_codes",
    ),
]

if settings.SIGN_IN_PROVIDERS:
    from allauth.socialaccount import views as elsewhere_views
    from allauth.urls import build_provider_urlpatterns

    urlpatterns += [
        path(
            "elsewhere/ended/",
            elsewhere_views.login_cancelled,
            name="socialaccount_login_cancelled",
        ),
        path("elsewhere/error/", elsewhere_views.login_error, name="socialaccount_login_error"),
        # allauth's own lets people type an address that nobody has shown to be theirs.
        path(
            "elsewhere/address/",
            TemplateView.as_view(template_name="account/signup_closed.html"),
            name="socialaccount_signup",
        ),
        path(
            "elsewhere/",
            RedirectView.as_view(pattern_name="account_page"),
            name="socialaccount_connections",
        ),
        path("elsewhere/", include(build_provider_urlpatterns())),
    ]
