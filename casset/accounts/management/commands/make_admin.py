"""``manage.py make_admin``: give a person the admin, and an account first where there is none."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from casset.accounts.models import User, tidy_email
from casset.lib.errors import CassetError
from casset.servers import embedded
from casset.web import readying


class Command(BaseCommand):
    help = (
        "Let a person use the admin. A new account asks for a password (or reads a line of the "
        "standard input). Works while Casset runs and while it does not."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **typed: Any) -> None:
        email = tidy_email(typed["email"])
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(
                "Name an e-mail address:  make admin EMAIL=you@example.com"
            ) from None
        servers = embedded.servers(
            settings.VAR_DIR, postgres=settings.EMBEDDED_DATABASE, redis=False
        )
        try:
            with embedded.reachable(servers, holder=f"process {os.getpid()}, making an admin"):
                readying.migrate()
                self._make(email)
        except CassetError as error:
            raise CommandError(str(error)) from None

    def _make(self, email: str) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            User.objects.create_superuser(email, self._password(email))
            self.stdout.write(f"{email} may sign in and use the admin.")
            return
        user.is_staff = user.is_superuser = user.is_active = True
        user.save(update_fields=["is_staff", "is_superuser", "is_active"])
        self.stdout.write(f"{email} had an account and may use the admin now.")

    def _password(self, email: str) -> str:
        if sys.stdin.isatty():
            password = getpass.getpass(f"Password for {email}: ")
            if getpass.getpass("Once more: ") != password:
                raise CommandError("The two passwords differ. Nothing was changed; start again.")
        else:
            password = sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return password
