"""What an operator does to nginx in the middle of the evening: games do not notice."""

import asyncio
from collections.abc import Callable

from bench.report import percentile
from tests.support.agreement import check_agreement
from tests.support.cluster import Cluster
from tests.support.ledger import Ledger
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import PhoneParty
from tests.support.playing import being_played

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
PLAY_P95_S = 0.1
BACK_WITHIN_S = 5.0


async def test_a_reload_of_nginx_closes_no_socket(
    build_cluster: Callable[..., Cluster], figures: Callable[[str, object], None]
) -> None:
    cluster = build_cluster(2)
    await asyncio.to_thread(cluster.start)
    parties = [await PhoneParty.throw(cluster, CAST, SETTINGS) for _ in range(3)]
    await asyncio.gather(*(party.start_game() for party in parties))
    async with being_played(*parties) as play:
        for _ in range(3):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(cluster.nginx.reload)
            parties.append(await PhoneParty.throw(cluster, CAST, SETTINGS))
    figures("swipe_p95_ms", round(percentile(play.delays_s(), 0.95) * 1000, 1))
    assert percentile(play.delays_s(), 0.95) < PLAY_P95_S
    for party in parties:
        assert [len(phone.connections) for phone in party.guests] == [1] * 5, "a socket was closed"
        await check_agreement(party, Ledger())
        async with party:
            pass
    assert not cluster.tracebacks(), cluster.tracebacks()
