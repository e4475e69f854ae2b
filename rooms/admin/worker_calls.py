"""What the admin asks of workers. Each answers within two seconds or is named."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from django.utils.translation import gettext as _

from rooms.cluster.room_rpc import NoSuchRoom, OrderFailed, WorkerSilent
from rooms.errors import Unavailable

TIMEOUT_S = 2.0

T = TypeVar("T")


class Unanswered(Exception):
    """Something was not done, or not said; the text is for people and says why."""


async def ask(asking: Awaitable[T], worker: str) -> T:
    """What is asked of the worker that has a room. Raises `NoSuchRoom`, `Unanswered`.

    To find out that a worker has just died takes longer than anybody wants to look at an empty page.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await asking
    except NoSuchRoom:
        raise
    except WorkerSilent as error:
        raise Unanswered(_silent(error.worker)) from error
    except TimeoutError as error:
        raise Unanswered(_silent(worker)) from error
    except (OrderFailed, Unavailable) as error:
        raise Unanswered(str(error)) from error


def name_of(worker: str) -> str:
    """A worker's name without the stamp of its start."""
    return worker.rpartition(".")[0] or worker


def _silent(worker: str) -> str:
    if not worker:
        return _("No worker has answered within 2 seconds.")
    return _("The worker %(name)s has not answered within 2 seconds.") % {"name": name_of(worker)}
