"""``manage.py add_host``: makes a host account."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from partyflow.admin_site import host_group


class Command(BaseCommand):
    """Creates an account in the group Hosts, or adds an existing one to it."""

    help = "Make an account of the group Hosts; it logs in at /admin/. An account that is there joins the group."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the host logs in with")

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            user = User(username=name)
            user.set_password(self._ask_password(user))
        user.is_staff = True
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        user.groups.add(host_group.get_or_create_group(Group, Permission))
        self.stdout.write(f"{name} is a host.")

    def _ask_password(self, user: User) -> str:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("The two passwords differ.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
