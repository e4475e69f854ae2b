"""Looking after rooms from a worker that does not have them."""

import asyncio
import os
import signal
from collections.abc import Callable

from tests.support.accounts import ROOMS, Desk, make_accounts
from tests.support.cluster import Cluster
from tests.support.party import Party

BOUND_S = 8.0
"""Nothing in the administration waits for longer than 2 s for whoever does not answer; the rest is a slow machine."""


async def test_any_worker_serves_the_desk_and_names_one_that_does_not_answer(
    build_cluster: Callable[..., Cluster],
) -> None:
    cluster = build_cluster()
    cluster.start()
    account = make_accounts(cluster.workers["w1"].server, root={"is_staff": True, "is_superuser": True})["root"]
    async with await Party.throw(cluster, settings={"roundDurationSec": 120}) as party:
        code = party.room_id
        owner = cluster.owner_of(code)
        other = "w2" if owner == "w1" else "w1"
        desk = Desk(cluster.workers[other], account)
        await party.start_game()

        assert owner in await desk.read(ROOMS)
        assert ": paused" in await desk.act("pause", code)
        await party.everybody_in("ROUND_PAUSED")
        await desk.act("notice", code, message="From next door.")
        assert (await party.guest("Bob").expect("NOTICE"))["message"] == "From next door."
        dashboard = await desk.read("/admin/")
        assert "w1" in dashboard
        assert "w2" in dashboard

        os.kill(cluster.workers[owner].server.pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(BOUND_S):
                dashboard, room, done = await asyncio.gather(
                    desk.read("/admin/"), desk.read(f"{ROOMS}{code}/"), desk.act("notice", code, message="Hello?")
                )
        finally:
            os.kill(cluster.workers[owner].server.pid, signal.SIGCONT)
        assert f"The worker {owner} has not answered within 2 seconds." in dashboard
        silent = f"The worker {owner} has not answered within 2 seconds."
        assert f"{silent} This is the room as it was last written." in room
        assert f"“Send a notice” failed. {silent}" in done
    assert not cluster.tracebacks(), cluster.tracebacks()
