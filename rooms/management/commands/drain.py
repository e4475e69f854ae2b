"""``manage.py drain``: have a worker end, and wait until it has; then the next one can follow."""

import asyncio
import getpass
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rooms.cluster import room_rpc
from rooms.errors import RoomError
from rooms.management.table import printable

TIMEOUT_S = 30.0
LOOK_AGAIN_S = 0.1


class Command(BaseCommand):
    """Asks nothing: it is meant for scripts that restart one worker after another."""

    help = "Have a worker hand its rooms over, tell its phones to come back elsewhere, and end; returns when it has."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The worker's name; without it the one of this environment."""
        parser.add_argument("worker", nargs="?", default=settings.WORKER_ID, help="its WORKER_ID (%(default)s)")

    def handle(self, *args: Any, worker: str, **options: Any) -> None:
        """Ends with one line, and the exit code 1, when the worker does not answer, or does not end within 30 s."""
        try:
            figures = asyncio.run(_drain(worker))
        except RoomError as error:
            raise CommandError(printable(str(error))) from error
        except TimeoutError:
            raise CommandError(f"{printable(worker)} has not ended after {TIMEOUT_S:.0f} s.") from None
        self.stdout.write(f"{printable(worker)} has handed {figures.rooms} rooms over, and ended.")


async def _drain(worker: str) -> room_rpc.WorkerFigures:
    figures = await room_rpc.drain(worker, by=f"{getpass.getuser()} at a shell")
    async with asyncio.timeout(TIMEOUT_S):
        # A later start of the same name is another one: in a container it may be up again by now.
        while figures.worker in await room_rpc.living_starts():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(LOOK_AGAIN_S)
    return figures
