"""The load-generating processes, seen from the one that measures."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Self

from bench import generator
from bench.generator import Failed, Plan
from bench.rooms import SOCKETS_PER_ROOM, Ticket

SOCKETS_PER_PROCESS = 10_500
END_TIMEOUT_S = 10.0


class LoadFailed(RuntimeError):
    """The load could not be put on; the message says at which step, and why."""


class GeneratorPool:
    """As many processes as the sockets need. Use it as a context."""

    def __init__(
        self, wire: str, tickets: Sequence[Ticket], swipe_every_s: float, connecting: int, processes: int | None = None
    ) -> None:
        count = processes or -(-max(1, len(tickets) * SOCKETS_PER_ROOM) // SOCKETS_PER_PROCESS)
        shares = [tuple(tickets[first::count]) for first in range(count)]
        self.plans = [
            Plan(wire, share, swipe_every_s, max(1, connecting // count), seed)
            for seed, share in enumerate(shares, start=1)
        ]
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        for plan in self.plans:
            ours, theirs = context.Pipe()
            process = context.Process(target=generator.run, args=(theirs, plan), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(END_TIMEOUT_S)
            if process.is_alive():
                process.kill()
                process.join()

    async def order(self, name: str, *arguments: object) -> list[Any]:
        """Have all of them do the same; what each answers. Raises `LoadFailed`."""
        return await self.order_each(name, [arguments] * len(self._pipes))

    async def order_each(self, name: str, arguments: Sequence[tuple[object, ...]]) -> list[Any]:
        """The same with arguments for each. Raises `LoadFailed`."""
        for pipe, own in zip(self._pipes, arguments, strict=True):
            pipe.send((name, own))
        answers = await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in self._pipes), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise LoadFailed(f"{name}: a load generator has ended") from answer
            if isinstance(answer, Failed):
                raise LoadFailed(answer.reason)
        return answers
