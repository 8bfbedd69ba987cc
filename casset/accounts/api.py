"""``/api/v1/auth/``: accounts for programs. Tokens are sent as ``Authorization: Bearer <token>``."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casset.accounts import limits, services
from casset.accounts.forms import PASSWORD_MAX
from casset.accounts.models import ApiToken, User
from casset.lib.errors import CassetError
from casset.web.api_schema import ErrorBody


class WrongPassword(CassetError):
    """The address and the password do not go together."""

    code = "NOT_SIGNED_IN"


class CredentialsBody(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=PASSWORD_MAX, trim_whitespace=False)


class RegisterBody(CredentialsBody):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            password_validation.validate_password(attrs["password"], User(email=attrs["email"]))
        except DjangoValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs


class EmailBody(serializers.Serializer):
    email = serializers.EmailField(max_length=254)


class TokenBody(serializers.Serializer):
    token = serializers.CharField(help_text="Shown this once; only its hash is kept.")


class AccountBody(TokenBody):
    email = serializers.EmailField()


class MessageBody(serializers.Serializer):
    message = serializers.CharField()


class OpenToAll(APIView):
    """Asked for without an account, so nothing of a session or a stale token matters here."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Register(OpenToAll):
    @extend_schema(
        summary="Open an account",
        tags=["auth"],
        auth=[],
        request=RegisterBody,
        responses={201: AccountBody, 400: ErrorBody, 429: ErrorBody},
    )
    def post(self, request: Request) -> Response:
        body = RegisterBody(data=request.data)
        body.is_valid(raise_exception=True)
        limits.count_registration(request._request)
        user = services.register(**body.validated_data)
        token = services.token_for_password(user)
        return Response({"email": user.email, "token": token}, status=201)


class Login(OpenToAll):
    @extend_schema(
        summary="Get a token for an address and a password",
        tags=["auth"],
        auth=[],
        request=CredentialsBody,
        responses={200: TokenBody, 400: ErrorBody, 401: ErrorBody, 409: ErrorBody, 429: ErrorBody},
    )
    def post(self, request: Request) -> Response:
        body = CredentialsBody(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.sign_in(request._request, **body.validated_data)
        if user is None:
            raise WrongPassword("This address and password do not go together.")
        return Response({"token": services.token_for_password(user)})


class ResetPassword(OpenToAll):
    @extend_schema(
        summary="Have a link to set a new password sent",
        tags=["auth"],
        auth=[],
        request=EmailBody,
        responses={202: MessageBody, 400: ErrorBody, 429: ErrorBody},
    )
    def post(self, request: Request) -> Response:
        body = EmailBody(data=request.data)
        body.is_valid(raise_exception=True)
        email = body.validated_data["email"]
        limits.count_reset(request._request, email)
        services.send_reset_link(email=email)
        message = "If there is an account with this address, a letter with a link is on its way."
        return Response({"message": message}, status=202)


class Logout(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        summary="Revoke the token the request was sent with",
        tags=["auth"],
        request=None,
        responses={204: OpenApiResponse(description="Revoked."), 401: ErrorBody},
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            services.revoke_token(request.auth.user, token_key=request.auth.token_key)
        return Response(status=204)
