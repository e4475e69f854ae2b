"""``manage.py generate_docs``: write the documents that are generated from the code."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rooms.management.documents import DOCUMENTS


class Command(BaseCommand):
    """Writes the documents; with ``--check`` only fails if one is stale."""

    help = "Write the references, the AsyncAPI document and the browser's constants."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define ``--check``."""
        parser.add_argument("--check", action="store_true", help="fail when a document is stale; write nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write each document whose text has changed. Raises `CommandError` for stale ones under ``--check``."""
        stale = []
        for name, render in DOCUMENTS.items():
            path = settings.BASE_DIR / name
            text = render()
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"wrote {name}")
        if check and stale:
            raise CommandError(f"stale, run manage.py generate_docs: {', '.join(stale)}")
