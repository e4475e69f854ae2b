"""Metrics of sockets that are not where their room is."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from rooms.access.sessions import session_hash
from rooms.cluster.node import Node
from rooms.conftest import NEWEST, LogLines
from rooms.relay.conftest import Pair, until
from rooms.telemetry.counters import counters
from rooms.web.prometheus import text


def metric(node: Node, name: str, **labels: str) -> float:
    """A figure of one worker."""
    (value,) = [
        sample.value
        for family in text_string_to_metric_families(text(node).decode())
        for sample in family.samples
        if sample.name == f"partyflow_{name}" and sample.labels == labels
    ]
    return value


async def test_a_relayed_socket_is_counted_at_the_owner_and_at_the_edge(throw: Any, pair: Pair) -> None:
    party = await throw("Alice", "Bob")
    one, two = pair.one.node, pair.two.node
    led_before, open_before = counters.relayed, metric(two, "relayed_sockets")
    await pair.relayed(party, "Carol")
    assert counters.relayed == led_before + 1
    assert metric(one, "sockets", role="player", version=NEWEST) == 2
    assert metric(two, "sockets", role="player", version=NEWEST) == 0
    assert metric(two, "relayed_sockets") == open_before + 1, "of the process, in which both workers are"
    await party["Carol"].hang_up()
    await until(lambda: metric(one, "sockets", role="player", version=NEWEST) == 1)
    assert metric(two, "relayed_sockets") == open_before


async def test_log_lines_of_a_relayed_client_name_its_actor_at_the_owner(throw: Any, pair: Pair, log: LogLines) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    (led,) = log.of("Socket led to another worker")
    assert led["room"] == party.code
    entered = log.of("Socket entered")[-1]
    assert (entered["actor"], entered["role"]) == (carol.actor_id, "player")
    await carol.hang_up()
    await until(lambda: len(log.of("Socket closed")) == 2)
    at_the_edge, at_the_owner = log.of("Socket closed")
    assert (at_the_edge["room"], at_the_edge["code"]) == (party.code, 1001)
    assert at_the_owner["actor"] == carol.actor_id
    assert session_hash(carol.session_id).startswith(at_the_owner["session"])


async def test_a_failure_at_the_owner_is_logged_with_the_sender(throw: Any, pair: Pair, log: LogLines) -> None:
    party = await throw("Alice", "Bob")
    await pair.relayed(party, "Carol")
    carol = party["Carol"]
    await carol.fence()
    await carol.fence()
    advance = party.live.advance

    def fail() -> None:
        party.live.advance = advance
        raise RuntimeError("no time")

    party.live.advance = fail
    await carol.say("LEAVE_ROOM")
    (failed,) = log.of("A message")
    assert (failed["room"], failed["actor"]) == (party.code, carol.actor_id)
