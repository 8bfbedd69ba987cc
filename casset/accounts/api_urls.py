"""Addresses under ``/api/v1/auth/``."""

from django.urls import path

from casset.accounts import api

app_name = "api-auth"
urlpatterns = [
    path("register", api.Register.as_view(), name="register"),
    path("login", api.Login.as_view(), name="login"),
    path("reset-password", api.ResetPassword.as_view(), name="reset-password"),
    path("logout", api.Logout.as_view(), name="logout"),
]
