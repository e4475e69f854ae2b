"""``manage.py load_wordpacks``: load the built-in word packs and the deny list of names into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from gameplay.words import builtin, builtin_denied

MAX_SHOWN_FAULTS = 20


class Command(BaseCommand):
    """Loads what has changed since the last load; idempotent."""

    help = "Load the word packs that come with the game; quick when nothing has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--directory",
            type=Path,
            default=builtin.PACKS_DIR,
            help=f"where {builtin.MANIFEST} and the packs lie (default: those of the game)",
        )

    def handle(self, *_args: Any, directory: Path, verbosity: int, **_options: Any) -> None:
        try:
            summary = builtin.load(directory)
            builtin_denied.load()
        except builtin.FaultyFiles as error:
            faults = error.faults[:MAX_SHOWN_FAULTS]
            if len(error.faults) > MAX_SHOWN_FAULTS:
                faults.append(f"... and {len(error.faults) - MAX_SHOWN_FAULTS} more")
            raise CommandError("The word packs were not loaded.\n" + "\n".join(faults)) from error
        if verbosity:
            packs = ngettext("%(count)d word pack", "%(count)d word packs", summary.packs) % {"count": summary.packs}
            words = ngettext("%(count)d word", "%(count)d words", summary.words) % {"count": summary.words}
            self.stdout.write(f"{packs} with {words}: {_change_summary(summary)}.")


def _change_summary(summary: builtin.Summary) -> str:
    if not (summary.added or summary.changed or summary.removed):
        return "nothing new"
    return f"{summary.added} added, {summary.changed} changed, {summary.removed} removed"
