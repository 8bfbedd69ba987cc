"""Pages under ``/account/``."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from casset.accounts import views

app_name = "accounts"
urlpatterns = [
    path("register/", views.Register.as_view(), name="register"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("sign-out-elsewhere/", views.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("reset/", views.AskReset.as_view(), name="reset"),
    path("reset/sent/", views.reset_sent, name="reset_sent"),
    path("reset/<uidb64>/<token>/", views.SetPassword.as_view(), name="reset_confirm"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("tokens/<str:token_key>/revoke/", views.revoke_token, name="revoke_token"),
]
