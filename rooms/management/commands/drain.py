"""``manage.py drain``: the old spelling of ``manage.py rooms drain --wait --yes``."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Names the new spelling on stderr, and runs it."""

    help = "Deprecated: use `manage.py rooms drain --wait --yes`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the worker's name, by default that of this environment."""
        parser.add_argument("worker", nargs="?", default=settings.WORKER_ID, help="its WORKER_ID (%(default)s)")

    def handle(self, *args: Any, worker: str, **options: Any) -> None:
        """Drain the worker and wait until it has ended. Errors end it with one line and the exit code 1."""
        self.stderr.write("manage.py drain is deprecated: use manage.py rooms drain --wait --yes")
        call_command("rooms", "drain", worker, "--wait", "--yes", stdout=self.stdout, stderr=self.stderr)
