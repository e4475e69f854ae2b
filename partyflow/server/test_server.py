"""What the server does by itself, as far as that needs no sockets."""

import math

import pytest

from partyflow.server.server import CHECK_AT_ONCE, pause_between_checks_s
from partyflow.server.websocket import CHECK_INTERVAL_S


@pytest.mark.parametrize("sockets", [0, 1, CHECK_AT_ONCE, CHECK_AT_ONCE + 1, 2 * CHECK_AT_ONCE + 1, 1_000, 10_001])
def test_all_sockets_are_looked_at_in_one_interval_however_many_they_are(sockets: int) -> None:
    goes = math.ceil(sockets / CHECK_AT_ONCE)
    assert goes * pause_between_checks_s(sockets) == pytest.approx(CHECK_INTERVAL_S if goes else 0.0)
