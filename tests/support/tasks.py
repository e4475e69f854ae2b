"""The end of tasks that run beside a test."""

import asyncio
from collections.abc import Iterable

AGAIN_S = 0.1


async def cancelled(tasks: "Iterable[asyncio.Task[None]]") -> list[BaseException]:
    """Cancel all of these and wait until they have ended; what went wrong in them.

    They are cancelled again and again: Python 3.11's ``wait_for`` swallows a cancellation that comes with its result.
    """
    all_of_them = list(tasks)
    while pending := [task for task in all_of_them if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_S)
    return [error for task in all_of_them if not task.cancelled() and (error := task.exception()) is not None]
