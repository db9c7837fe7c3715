"""Signing in and out, and what somebody sees of their own."""

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView as AllauthLoginView
from allauth.account.views import PasswordResetView as AllauthPasswordResetView
from allauth.account.views._reauthenticate import BaseReauthenticateView
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import FormView

from accounts import codes, owning, rescue, strength
from accounts.forms import AddressForm, AuthenticateForm, CodeForm, ReauthenticateStepForm
from accounts.limits import may_ask_for_mail
from accounts.stages import SecondStepStage
from core.own_items import own_items
from core.security import let_forms_leave

reads_and_sends = require_http_methods(["GET", "HEAD", "POST"])


class LoginView(AllauthLoginView):
    """By password, for staff, and by what the settings say of sign-in elsewhere."""

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if settings.SIGN_IN_PROVIDERS:
            let_forms_leave(request)
        return super().dispatch(request, *args, **kwargs)

    def get_authenticated_redirect_url(self) -> str:
        # The admin sends readers back here: to their own page with them, or they would go round.
        if strength.is_staff(self.request.user):
            return super().get_authenticated_redirect_url()
        return reverse("account_page")

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(providers=settings.SIGN_IN_PROVIDERS, **kwargs)


class PasswordResetView(AllauthPasswordResetView):
    def form_valid(self, form) -> HttpResponse:
        if not may_ask_for_mail(self.request):
            return _too_much(self.request)
        return super().form_valid(form)


@method_decorator(
    login_stage_required(stage=SecondStepStage.key, redirect_urlname="account_login"),
    name="dispatch",
)
class SecondStepView(FormView):
    """Asks for the second step before there is a session."""

    form_class = AuthenticateForm
    template_name = "mfa/authenticate.html"

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.request._login_stage.login.user}

    def form_valid(self, form: AuthenticateForm) -> HttpResponse:
        form.save()
        return self.request._login_stage.exit()


@method_decorator([login_required, never_cache], name="dispatch")
class SecondStepAgainView(BaseReauthenticateView):
    """Asks for the second step in a session, before something of weight."""

    reauthentication_method = "mfa"
    form_class = ReauthenticateStepForm
    template_name = "mfa/reauthenticate.html"

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: ReauthenticateStepForm) -> HttpResponse:
        form.save()
        return super().form_valid(form)


@never_cache
@reads_and_sends
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Mail a code: to whoever asks, or to whom this session is of."""
    form = AddressForm(request.POST or None, initial=_known(request))
    if request.user.is_authenticated:
        form = AddressForm(_known(request) if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "next_url": _next(request), "providers": _providers(request)}
        status = 422 if form.is_bound else 200
        return render(request, "account/code.html", context, status=status)
    if not may_ask_for_mail(request):
        return _too_much(request)
    codes.send_code(request, form.cleaned_data["email"], _next(request))
    return redirect("account_confirm_login_code")


@never_cache
@reads_and_sends
def enter_code(request: HttpRequest) -> HttpResponse:
    pending = codes.pending_in(request)
    if pending is None:
        return redirect("account_request_login_code")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if codes.is_right(pending, form.cleaned_data["code"]):
            codes.forget_code(request)
            return _sign_in(request, pending)
        form.add_error(
            "code",
            _("This is not the code, or it was tried too often. You can have a new one sent."),
        )
    context = {"form": form, "email": pending.email}
    return render(request, "account/code_enter.html", context, status=422 if form.errors else 200)


def _sign_in(request: HttpRequest, pending: codes.Pending) -> HttpResponse:
    user = codes.user_at(pending.email)
    if request.user.is_authenticated and request.user != user:
        logout(request)
    record_authentication(request, user, strength.CODE)
    if request.user.is_authenticated:
        return redirect(pending.next_url or "account_page")
    return perform_login(request, Login(user, redirect_url=pending.next_url or None))


@never_cache
@reads_and_sends
def rescue_login(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whom a rescue link is for, by a button: what looks into links uses none up."""
    user = rescue.use(token) if request.method == "POST" else rescue.rescued_by(token)
    if user is None or request.method != "POST":
        response = render(request, "account/rescue.html", {"user_rescued": user})
        response["Referrer-Policy"] = "same-origin"
        return response
    logout(request)
    record_authentication(request, user, strength.RESCUE)
    return perform_login(request, Login(user, redirect_url=reverse("mfa_activate_totp")))


@never_cache
@require_safe
def own_page(request: HttpRequest) -> HttpResponse:
    """Show somebody what they have on this site."""
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    user = request.user
    staff = strength.is_staff(user)
    context = {
        "parts": [{"offer": offer, "items": offer.of(user.email)} for offer in own_items],
        "is_staff": staff,
        "has_second_step": staff and strength.has_second_step(user),
    }
    return render(request, "account/page.html", context)


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Hand over all that is kept under somebody's address, as JSON."""
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    response = JsonResponse(owning.export_all(request.user.email), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@never_cache
@reads_and_sends
def erase(request: HttpRequest) -> HttpResponse:
    """Erase all that is kept under somebody's address, once they have said so."""
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    staff = strength.is_staff(request.user)
    if request.method != "POST":
        return render(request, "account/erase.html", {"is_staff": staff})
    owning.erase_all(request.user.email)
    if not staff:
        logout(request)
    return render(request, "account/erased.html", {"is_staff": staff})


def activate_second_step(request: HttpRequest) -> HttpResponse:
    """Set the second step up, by who has shown enough for that."""
    from allauth.mfa.totp.views import activate_totp

    if not request.user.is_authenticated:
        return redirect("account_login")
    if not strength.is_staff(request.user):
        return redirect("account_page")
    here = urlencode({"next": request.get_full_path()})
    missing = strength.still_to_show(request)
    if missing == strength.PASSWORD and not request.user.has_usable_password():
        return redirect("account_reset_password")
    if missing:
        name = {
            strength.PASSWORD: "account_reauthenticate",
            strength.CODE: "account_request_login_code",
        }[missing]
        return redirect(f"{reverse(name)}?{here}")
    has_one = strength.has_second_step(request.user)
    response = activate_totp(request)
    if not has_one and strength.has_second_step(request.user):
        # Its code was asked for: that counts as having shown it.
        record_authentication(request, request.user, strength.SECOND_STEP, reauthenticated=True)
    add_never_cache_headers(response)
    return response


def _known(request: HttpRequest) -> dict[str, str]:
    return {"email": request.user.email} if request.user.is_authenticated else {}


def _next(request: HttpRequest) -> str:
    url = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else ""


def _providers(request: HttpRequest) -> list[dict[str, str]]:
    if settings.SIGN_IN_PROVIDERS and not request.user.is_authenticated:
        let_forms_leave(request)
        return settings.SIGN_IN_PROVIDERS
    return []


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    here = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('account_request_login_code')}?{here}")


def _too_much(request: HttpRequest) -> HttpResponse:
    return render(request, "account/too_much.html", status=429)
