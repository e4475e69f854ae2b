"""Redis as several servers: the master dies and its replica takes over; and rooms spread over a cluster."""

import asyncio
from collections.abc import Callable

from channels_redis.core import RedisChannelLayer
from django.core.cache import caches
from django.test import override_settings

from partyflow.config.redis_backends import cache_backend, channel_layer_backend
from rooms.storage.redis_client import parse_redis_url
from tests.support import valkey_topologies
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement
from tests.support.valkey import Valkey

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
WRITTEN_WITHIN_S = 5.0


async def test_the_master_dies_and_nobody_at_the_party_notices(build_site: Callable[..., Site]) -> None:
    watched = valkey_topologies.Watched()
    try:
        site = build_site({"REDIS_URL": watched.url})
        await asyncio.to_thread(site.start)
        assert (await site.get("/readyz")).status == 200
        party = await PhoneParty.throw(site, CAST, SETTINGS)
        await party.start_game()
        ledger = AcknowledgedActions()
        async with being_played(party, pause_s=0.1):
            await asyncio.sleep(0.5)
            watched.master.kill9()
            await asyncio.to_thread(watched.until_failed_over)
            await until_ready(site)
        assert [len(phone.connections) for phone in party.guests] == [1] * 5, "a socket was closed"
        await check_agreement(party, ledger)
        # What the server dies with now is in the replica alone.
        await check_that_it_comes_back(site, party, ledger)
    finally:
        watched.dispose()


async def test_the_cache_and_the_channels_find_the_master_too() -> None:
    watched = valkey_topologies.Watched()
    try:
        address = parse_redis_url(watched.url)
        with override_settings(CACHES={"default": cache_backend(address)}):
            await caches["default"].aset("packs", [1, 2])
            assert await caches["default"].aget("packs") == [1, 2]
        here, there = (RedisChannelLayer(**channel_layer_backend(address)["CONFIG"]) for _ in range(2))
        channel = await there.new_channel()
        await here.send(channel, {"type": "hand.over"})
        assert (await asyncio.wait_for(there.receive(channel), 10))["type"] == "hand.over"
        for layer in (here, there):
            await layer.close_pools()
    finally:
        watched.dispose()


async def test_rooms_are_spread_over_a_cluster(build_site: Callable[..., Site]) -> None:
    cluster, small = valkey_topologies.Cluster(), Valkey()
    try:
        small.start()
        site = build_site({"REDIS_URL": cluster.url, "CACHE_URL": small.url, "CHANNELS_URL": small.url})
        await asyncio.to_thread(site.start)
        assert (await site.get("/readyz")).status == 200
        parties = await asyncio.gather(*(PhoneParty.throw(site, CAST[:2], SETTINGS) for _ in range(6)))
        await asyncio.gather(*(party.start_game() for party in parties))
        ledgers = [AcknowledgedActions() for _ in parties]
        async with being_played(*parties, pause_s=0.1):
            await asyncio.sleep(1)
        holds = [len(member.client().keys("pf:{*}:state")) for member in cluster.members]
        assert sum(holds) == 6
        await asyncio.sleep(0.2)  # for the last of it to be written
        site.kill9()
        await asyncio.gather(*(phone.lose_line() for party in parties for phone in party.guests))
        await asyncio.to_thread(site.start)
        await asyncio.gather(*(party.everybody_returns() for party in parties))
        for party, ledger in zip(parties, ledgers, strict=True):
            await check_agreement(party, ledger)
            async with party:
                await party.swipe()
                await party.end_game()
        assert await asyncio.to_thread(site.stop) == 0
        assert not site.tracebacks(), site.tracebacks()
    finally:
        cluster.dispose()
        small.dispose()


async def until_ready(site: Site) -> None:
    deadline = asyncio.get_running_loop().time() + WRITTEN_WITHIN_S
    while (await site.get("/readyz")).status != 200:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.1)


async def check_that_it_comes_back(site: Site, party: PhoneParty, ledger: AcknowledgedActions) -> None:
    await asyncio.sleep(0.7)  # for the last of it to be written
    site.kill9()
    await asyncio.gather(*(phone.lose_line() for phone in party.guests))
    await asyncio.to_thread(site.start)
    await party.everybody_returns()
    await check_agreement(party, ledger)
    async with party:
        await party.swipe()
        await party.end_game()
    assert await asyncio.to_thread(site.stop) == 0
    assert not site.tracebacks(), site.tracebacks()
