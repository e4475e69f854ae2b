"""A client of Redis, and rooms that are restored from it."""

from collections.abc import Callable
from typing import Any

import pytest
import redis

from rooms.cluster.node import Node
from rooms.conftest import outlive
from rooms.live.room import LiveRoom


@pytest.fixture
def client(redis_url: str) -> Any:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def keys(code: str) -> tuple[str, str, str]:
    return f"pf:{{{code}}}:state", f"pf:{{{code}}}:deck", f"pf:{{{code}}}:log"


async def reopened(party: Any, make_node: Callable[[str], Node], worker: str = "other") -> LiveRoom:
    """The room as restored by another worker after its owner was killed."""
    other, dead = make_node(worker), party.node
    await outlive(dead, other, party.time)
    party.node = other
    live = await other.registry.find(party.code)
    assert live is not None
    return live
