"""The pages of an account: opened, signed in and out, let in again, and its settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from casset.accounts import forms, limits, services
from casset.accounts.models import ApiToken, User
from casset.web import installation, navigation

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _first_page() -> str:
    """Where one goes after registering or signing in."""
    return navigation.address_of(
        "tracks:list", "pipeline:jobs", "pipeline:list", "pipeline:new", default="/"
    )


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = forms.SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return _first_page()


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class Register(auth_views.RedirectURLMixin, FormView):
    template_name = "accounts/register.html"
    form_class = forms.RegisterForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        return _first_page()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **kwargs)

    def form_valid(self, form: forms.RegisterForm) -> HttpResponse:
        limits.count_registration(self.request)
        try:
            user = services.register(**form.cleaned_data)
        except services.AddressTaken as error:
            form.add_error("email", str(error))
            return self.form_invalid(form)
        login(self.request, user, backend=_BACKEND)
        return HttpResponseRedirect(self.get_success_url())


class AskReset(FormView):
    """Ask for a letter with a link; the answer is the same whoever has an account."""

    template_name = "accounts/reset.html"
    form_class = forms.ResetForm
    success_url = reverse_lazy("accounts:reset_sent")

    def form_valid(self, form: forms.ResetForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        limits.count_reset(self.request, email)
        services.send_reset_link(email=email)
        return super().form_valid(form)


def reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/reset_sent.html")


class SetPassword(auth_views.PasswordResetConfirmView):
    """Behind the letter's link: works once and not for long."""

    template_name = "accounts/reset_confirm.html"
    form_class = forms.NewPasswordForm  # type: ignore[assignment]
    post_reset_login = True
    post_reset_login_backend = _BACKEND

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        services.let_in_again(form.user)
        messages.success(self.request, "Your new password is set, and you are signed in.")
        return answer

    def get_success_url(self) -> str:
        return _first_page()


class ChangePassword(auth_views.PasswordChangeView):
    template_name = "accounts/change_password.html"
    form_class = forms.ChangePasswordForm  # type: ignore[assignment]
    success_url = reverse_lazy("settings")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(
            self.request, "Your password is changed; everywhere else you have been signed out."
        )
        return super().form_valid(form)


@login_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    user.end_sessions()
    update_session_auth_hash(request, user)
    messages.success(request, "Everywhere else you have been signed out.")
    return redirect("settings")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """What is on and off and why; the person's tokens. A POST makes a token, shown this once."""
    user = _person(request)
    form = forms.TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        _, made = services.create_token(user, name=form.cleaned_data["name"])
        form = forms.TokenForm()
    context = {
        "groups": installation.groups(everything=user.is_staff),
        "tokens": ApiToken.objects.filter(user=user),
        "form": form,
        "made": made,
    }
    return render(request, "accounts/settings.html", context)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_key: str) -> HttpResponse:
    """Revoke one of the person's tokens; a second time changes nothing and says so."""
    if services.revoke_token(_person(request), token_key=token_key):
        messages.success(request, "The token is revoked: programs that use it are locked out.")
    else:
        messages.info(request, "There is no such token of yours; it may be revoked already.")
    return redirect(reverse("settings") + "#tokens")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  behind login_required
    return request.user
