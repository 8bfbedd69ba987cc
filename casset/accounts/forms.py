"""The forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import password_validation

from casset.accounts.models import User, tidy_email

PASSWORD_MAX = 200  # characters; hashing an endless one would cost time
RULES = (
    "At least 8 characters: not only digits, none of the common passwords, nothing like your "
    "address. A few words do well."
)


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-password": ""})


class RegisterForm(forms.Form):
    """An address and a password that keeps the rules, which are shown beforehand."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=PASSWORD_MAX,
        widget=_password("new-password"),
        help_text=RULES,
    )

    def clean_email(self) -> str:
        return tidy_email(self.cleaned_data["email"])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(
            password, User(email=self.cleaned_data.get("email", ""))
        )
        return password


class SignInForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "This address and password do not go together. Mind capitals in the "
        "password, or set a new one.",
        "inactive": "This account has been closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"] = forms.CharField(
            label="E-mail address",
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        )
        self.fields["password"] = forms.CharField(
            label="Password",
            strip=False,
            max_length=PASSWORD_MAX,
            widget=_password("current-password"),
        )
        self.order_fields(["username", "password"])


class ResetForm(forms.Form):
    """Where the link is to be sent. It says nothing about who has an account."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class NewPasswordForm(forms.Form):
    """One field: it can be made visible, which is better than typing it twice."""

    new_password = forms.CharField(
        label="New password",
        strip=False,
        max_length=PASSWORD_MAX,
        widget=_password("new-password"),
        help_text=RULES,
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        return password

    def save(self) -> User:
        self.user.set_password(self.cleaned_data["new_password"])
        self.user.save(update_fields=["password"])
        return self.user


class ChangePasswordForm(NewPasswordForm):
    old_password = forms.CharField(
        label="Password now",
        strip=False,
        max_length=PASSWORD_MAX,
        widget=_password("current-password"),
    )
    field_order = ("old_password", "new_password")

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        if not self.user.check_password(old):
            raise forms.ValidationError(
                "That is not your password. If you forgot it, sign out and set a new one by mail."
            )
        return old


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What is it for?",
        max_length=60,
        help_text="A name to know it by later, such as “laptop script”.",
    )
