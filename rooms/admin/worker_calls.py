"""Calls to workers from the administration, with a timeout and errors as texts for people."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from django.utils.translation import gettext as _

from rooms.cluster.membership import name_of
from rooms.cluster.room_rpc.messages import CommandFailed, NoSuchRoom, WorkerTimeout
from rooms.errors import Unavailable

TIMEOUT_S = 2.0

T = TypeVar("T")


class CallFailed(Exception):
    """A call to a worker has failed; the message is a translated text that says why."""


async def call_worker(call: Awaitable[T], worker: str) -> T:
    """The result of ``call`` to the worker of a room. Raises `NoSuchRoom`, `CallFailed`.

    The timeout is shorter than the detection of a dead worker, for which a page should not wait.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await call
    except NoSuchRoom:
        raise
    except WorkerTimeout as error:
        raise CallFailed(_silent(error.worker)) from error
    except TimeoutError as error:
        raise CallFailed(_silent(worker)) from error
    except (CommandFailed, Unavailable) as error:
        raise CallFailed(str(error)) from error


def _silent(worker: str) -> str:
    if not worker:
        return _("No worker has answered within 2 seconds.")
    return _("The worker %(name)s has not answered within 2 seconds.") % {"name": name_of(worker)}
