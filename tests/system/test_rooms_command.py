"""``manage.py rooms`` beside a running server: what an operator sees and does from a shell."""

import asyncio
import json
import os
import sys
from collections.abc import Callable

from bench.launcher import FOREIGN_VARIABLES, ROOT
from tests.support.party import Party
from tests.support.site import Site


async def rooms(site: Site, *words: str, answer: str = "") -> tuple[int, str]:
    """Run the command on the site's data; its exit code and all that it says."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "rooms", *words,
        cwd=ROOT,
        env=environment | {"VAR_DIR": str(site.server.var_dir)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(answer.encode()), 30)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_an_operator_looks_and_acts_from_a_shell(build_site: Callable[..., Site]) -> None:
    site = build_site({"WORKER_ID": "worker-1"})
    site.start()
    async with await Party.throw(site, ("Bob", "Carol")) as party, await Party.throw(site, ()) as other:
        await party.start_game()
        word = party.holder.mirror.word
        assert word is not None
        code, listed, shown, told, workers, nothing = (
            party.room_id,
            *await asyncio.gather(
                rooms(site, "list"),
                rooms(site, "show", party.room_id.lower()),
                rooms(site, "show", party.room_id, "--json"),
                rooms(site, "workers"),
                rooms(site, "close", other.room_id, answer="n\n"),
            ),
        )
        assert listed[0] == 0
        assert listed[1].splitlines()[-1] == "2 rooms"
        line = next(line for line in listed[1].splitlines() if line.startswith(code))
        assert "ROUND_ACTIVE" in line
        assert line.endswith("Alice")

        assert shown[0] == told[0] == 0, (shown, told)
        assert "Bob" in shown[1]
        assert json.loads(told[1])["state"]["state"] == "ROUND_ACTIVE"
        assert word["wordText"] not in shown[1] + told[1], "the word is the explainer's secret"
        assert workers[1].splitlines()[1].split()[:3] == ["worker-1", "2", "4"]

        assert nothing[0] == 1
        assert "Nothing was done" in nothing[1]
        assert other.host.is_open
        closed = await rooms(site, "close", other.room_id, "AAAAAA", "--yes")
        assert closed == (1, f"{other.room_id} is closed.\nCommandError: AAAAAA: There is no such room.\n")
        assert await other.host.closed() == 4410

        drained = await rooms(site, "drain", "worker-1", "--yes")
        assert drained == (0, "worker-1 lets 1 room with 3 sockets go, and ends.\n")
        assert await party.host.closed() == 1012, "phones are told to come back"
    assert "Drain requested by" in site.log()
    async with asyncio.timeout(20):
        while site.server.is_running:  # noqa: ASYNC110 (a process)
            await asyncio.sleep(0.05)
    assert site.stop() == 0, "it has ended, and in order"
