"""The deployment as it is delivered: TLS, PostgreSQL, collected files, two workers; a game through all of it."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from tests.support.acknowledged import AcknowledgedActions
from tests.support.cluster import Cluster
from tests.support.party import CAST
from tests.support.phone import PhoneParty
from tests.support.state_comparison import check_agreement


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A deployment; it must end cleanly, and without one traceback."""
    cluster = Cluster(is_production=True)
    try:
        cluster.start()
        yield cluster
        for worker in cluster.workers.values():
            assert worker.server.stop() == 0
        assert not cluster.tracebacks(), cluster.tracebacks()
    finally:
        cluster.dispose()


async def test_a_game_is_played_over_tls(cluster: Cluster) -> None:
    async with await PhoneParty.throw(cluster, CAST) as party:
        await party.start_game()
        for action in ("guessed", "skipped", "guessed"):
            await party.swipe(action)
        await check_agreement(party, AcknowledgedActions())
        await party.end_game()


async def test_what_is_for_the_inside_stays_there(cluster: Cluster) -> None:
    assert (await cluster.get("/metrics")).status == 404
    for worker in cluster.workers.values():
        assert await worker.metric("redis_up") == 1


async def test_pages_are_strict_and_their_files_come_from_nginx(cluster: Cluster) -> None:
    page = await cluster.get("/")
    assert page.status == 200
    assert page.headers["strict-transport-security"].startswith("max-age=31536000")
    scripts = re.findall(rb'<script[^>]* src="(/static/js/[^"]+)"', page.body)
    assert scripts

    # Without a worker nginx still has the files, and says of pages that they are away for a moment.
    for worker in cluster.workers.values():
        assert await asyncio.to_thread(worker.server.stop) == 0
    file = await cluster.get(scripts[0].decode(), {"Accept-Encoding": "gzip"})
    assert file.status == 200
    assert file.headers["content-encoding"] == "gzip"
    assert "immutable" in file.headers["cache-control"]
    assert file.headers["x-content-type-options"] == "nosniff"
    away = await cluster.get("/")
    assert (away.status, away.headers["retry-after"]) == (503, "5")
    assert b"PartyFlow is restarting" in away.body

    # Nothing has to be told to nginx when they are back.
    await asyncio.gather(*(asyncio.to_thread(worker.server.start) for worker in cluster.workers.values()))
    assert (await cluster.get("/static/js/nowhere.js")).status == 404
    assert (await cluster.get("/")).status == 200
