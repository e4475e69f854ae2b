"""The pace of keepalive checks."""

import math

import pytest

from partyflow.server.server import TICKS_PER_BATCH, batch_pause_s
from partyflow.server.websocket import TICK_INTERVAL_S


@pytest.mark.parametrize(
    "sockets", [0, 1, TICKS_PER_BATCH, TICKS_PER_BATCH + 1, 2 * TICKS_PER_BATCH + 1, 1_000, 10_001]
)
def test_all_sockets_are_looked_at_in_one_interval_however_many_they_are(sockets: int) -> None:
    goes = math.ceil(sockets / TICKS_PER_BATCH)
    assert goes * batch_pause_s(sockets) == pytest.approx(TICK_INTERVAL_S if goes else 0.0)
