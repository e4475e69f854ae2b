"""The hooks run at startup and shutdown of any ASGI server."""

from typing import Any

import pytest

from partyflow.server.lifespan import Lifespan


async def live(start: Any, stop: Any, *types: str) -> list[dict[str, Any]]:
    """What is answered to these messages."""
    messages, answers = [{"type": type_} for type_ in types], []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    await Lifespan(start, stop)({"type": "lifespan"}, receive, send)
    return answers


async def test_the_hooks_are_awaited_before_each_answer() -> None:
    called: list[str] = []

    async def start() -> None:
        called.append("start")

    async def stop() -> None:
        called.append("stop")

    answers = await live(start, stop, "lifespan.startup", "lifespan.shutdown")
    assert called == ["start", "stop"]
    assert answers == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


async def test_a_start_that_fails_is_said_and_nothing_is_stopped() -> None:
    async def start() -> None:
        raise RuntimeError("no start today")

    async def stop() -> None:
        pytest.fail("what never began has no end")

    answers = await live(start, stop, "lifespan.startup")
    assert answers == [{"type": "lifespan.startup.failed", "message": "no start today"}]
