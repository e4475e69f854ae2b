"""Two workers share one Redis. Phones find any of them, or lose the one they have, and play on."""

import asyncio
import os
import re
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from bench.launcher import FOREIGN_VARIABLES, ROOT
from bench.report import percentile
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played, remaining_at
from tests.support.guest import Guest
from tests.support.party import CAST, FEW_WORDS, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.site import Site
from tests.support.state_comparison import check_agreement
from tests.support.valkey import Valkey

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
BACK_WITHIN_S = 5.0
CLOCK_WITHIN_S = 1.0
COMMAND_TIMEOUT_S = 120.0
PARTY_ATTEMPTS = 3
Figures = Callable[[str, object], None]


class Pair:
    """Workers ``one`` and ``two``. Rooms are made and entered at ``one`` unless a test says otherwise."""

    def __init__(self) -> None:
        self.valkey = Valkey()
        self.valkey.start()
        self.one, self.two = (Site({"REDIS_URL": self.valkey.url, "WORKER_ID": name}) for name in ("one", "two"))

    @property
    def sites(self) -> tuple[Site, Site]:
        return self.one, self.two

    def owner_of(self, code: str) -> str:
        """The name of the worker that has the room, "" if nobody has."""
        with self.valkey.client() as client:
            owner: bytes = client.get(f"pf:{{{code}}}:owner") or b""  # type: ignore[assignment]
        return owner.decode().partition(" ")[2].rpartition(".")[0]

    def epoch_of(self, code: str) -> int:
        with self.valkey.client() as client:
            owner: bytes = client.get(f"pf:{{{code}}}:owner") or b"0"  # type: ignore[assignment]
        return int(owner.split()[0])

    def dispose(self) -> None:
        for site in self.sites:
            site.dispose()
        self.valkey.dispose()


@pytest.fixture(scope="module")
def running() -> Iterator[Pair]:
    """Both, for all tests of this module. Whatever happens to them, there must never be a traceback."""
    pair = Pair()
    try:
        for site in pair.sites:
            site.start()
        yield pair
        for site in pair.sites:
            assert not site.server.is_running or site.stop() == 0
            assert not site.tracebacks(), site.tracebacks()
    finally:
        pair.dispose()


@pytest.fixture
async def pair(running: Pair) -> Pair:
    """Both, up and running."""
    for site in running.sites:
        if not site.server.is_running:
            await asyncio.to_thread(site.start)
    return running


def go_to(site: Site, *guests: Guest) -> None:
    """From the next socket on these are at another worker."""
    for guest in guests:
        guest.site, guest.port = site, site.port


async def party_at_both(pair: Pair, settings: dict[str, object], near: tuple[str, ...] = CAST[:2]) -> PhoneParty:
    """A room at worker one; Dave and Erin come by way of worker two.

    A worker that the machine keeps from its heartbeats for 3 s rightly loses its rooms: then another room is made.
    """
    for _ in range(PARTY_ATTEMPTS):
        party = await PhoneParty.throw(pair.one, near, settings)
        for name in CAST[2:]:
            guest = party.invite(name)
            go_to(pair.two, guest)
            await guest.connect()
        if pair.owner_of(party.room_id) == "one":
            return party
        await asyncio.gather(*(guest.hang_up() for guest in party.guests))
    raise AssertionError(f"worker one keeps no room:\n{pair.one.log()[-3000:]}\nworker two:\n{pair.two.log()[-3000:]}")


async def back_at(site: Site, phones: list[Phone]) -> float:
    """All of these return by way of this worker; how long that took, in seconds."""
    go_to(site, *phones)
    began = time.monotonic()
    answers = await asyncio.gather(*(phone.return_to_room() for phone in phones))
    assert {answer.type for answer in answers} == {"RECONNECTED"}
    return time.monotonic() - began


async def drain(pair: Pair, worker: str) -> str:
    """``manage.py rooms drain --wait``; its output once the worker has ended."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", "rooms", "drain", worker, "--wait", "--yes"),
        cwd=ROOT,
        env=environment | {"VAR_DIR": str(pair.two.server.var_dir), "REDIS_URL": pair.valkey.url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), COMMAND_TIMEOUT_S)
    assert process.returncode == 0, said
    return said.decode()


async def test_a_whole_round_with_sockets_at_the_wrong_worker(pair: Pair, figures: Figures) -> None:
    async with await party_at_both(pair, {"roundDurationSec": 180, **FEW_WORDS}) as party:
        await party.start_game()
        swiped = await party.swipe_all_words()
        near, far = party.guest("Bob"), party.guest("Erin")
        await asyncio.gather(near.settle(), far.settle())
        heard = [
            [(message.type, message.envelope["sequenceId"]) for message in guest.received("WORD_RESULT")]
            for guest in (near, far)
        ]
        assert heard[0] == heard[1]
        assert len(heard[0]) == swiped > 5
        assert not far.received("WORD_REVEALED")
        lateness_s = [
            there.at_s - here.at_s
            for here, there in zip(near.received("WORD_RESULT"), far.received("WORD_RESULT"), strict=True)
        ]
        figures("relayed_later_p50_ms", round(percentile(lateness_s, 0.5) * 1000, 1))
        figures("relayed_later_p95_ms", round(percentile(lateness_s, 0.95) * 1000, 1))
        await check_agreement(party, AcknowledgedActions())
        assert pair.owner_of(party.room_id) == "one"
        await party.end_game()


async def test_the_word_holder_is_at_the_wrong_worker(pair: Pair) -> None:
    async with await party_at_both(pair, SETTINGS | {"wordHolder": "explainer"}, near=()) as party:
        await party.start_game()
        assert party.holder.name in CAST[2:]
        async with being_played(party):
            await asyncio.sleep(1)
        ledger = AcknowledgedActions()
        await check_agreement(party, ledger)
        assert ledger.swipes
        await party.end_game()


async def test_the_owner_is_killed_and_the_other_worker_takes_over(pair: Pair, figures: Figures) -> None:
    party = await party_at_both(pair, SETTINGS)
    await party.start_game()
    ledger = AcknowledgedActions()
    async with being_played(party) as play:
        await asyncio.sleep(1.5)
        await play.until_it_flows()
        pair.one.kill9()
        killed_at_s = time.monotonic()
        await asyncio.gather(*(phone.lose_line() for phone in party.guests))
    stood_s = remaining_at(party.host, killed_at_s)
    relayed = [party.guest(name) for name in CAST[2:]]
    assert [phone.close_code for phone in relayed] == [1012, 1012], "the relay notices that the room is gone"
    since = len(party.host.messages)
    party.site = pair.two
    await back_at(pair.two, party.guests)
    figures("back_after_kill_s", round(time.monotonic() - killed_at_s, 2))
    assert time.monotonic() - killed_at_s < BACK_WITHIN_S
    assert pair.owner_of(party.room_id) == "two"

    ledger.read(party.guests)
    ledger.check_after_crash(await party.look(), killed_at_s)
    await check_agreement(party, ledger)
    back_at_s = min(guest.received("RECONNECTED")[-1].at_s for guest in party.guests)
    await party.host.until(lambda: len(party.host.received("TIMER_TICK", since)) >= 2, "two ticks")
    assert abs(remaining_at(party.host, back_at_s, since, tick=1) - stood_s) <= CLOCK_WITHIN_S

    # The worker that died is back; who ends up there reaches the same game.
    await asyncio.to_thread(pair.one.start)
    party.site = pair.one
    await check_agreement(party, ledger)
    assert (pair.owner_of(party.room_id), pair.epoch_of(party.room_id)) == ("two", 2)
    async with party:
        await party.swipe()
        await party.end_game()


async def test_a_worker_that_stood_still_has_lost_its_rooms(pair: Pair, figures: Figures) -> None:
    party = await PhoneParty.throw(pair.one, CAST, SETTINGS)
    await party.start_game()
    await party.swipe()
    left_behind = party.guest("Erin")
    ledger = AcknowledgedActions()
    # A process that stands still writes nothing, as one that was killed: what is older than 100 ms must be there.
    await asyncio.sleep(0.15)
    pair.one.server.freeze()
    try:
        stopped_at_s = time.monotonic()
        # Said to somebody who does not hear it: it must not happen when it is heard at last.
        left_behind.send("LEAVE_ROOM")
        followers = [phone for phone in party.guests if phone is not left_behind]
        for phone in followers:
            phone.drop()
        party.site = pair.two
        await back_at(pair.two, followers)
        figures("back_after_stop_s", round(time.monotonic() - stopped_at_s, 2))
        assert time.monotonic() - stopped_at_s < BACK_WITHIN_S
        async with being_played(party):
            await asyncio.sleep(1)
    finally:
        pair.one.server.thaw()
    thawed_at_s = time.monotonic()
    since = len(left_behind.messages)
    assert await left_behind.closed() == 1012
    assert time.monotonic() - thawed_at_s < 2
    assert [message.type for message in left_behind.messages[since:]] == [], "nothing is told of a room that is lost"
    await back_at(pair.two, [left_behind])
    state = await check_agreement(party, ledger)
    assert len(state["players"]) == len(CAST), "what was said to the old owner did not happen"
    assert pair.owner_of(party.room_id) == "two"
    async with party:
        await party.swipe()
        await party.end_game()


async def test_a_drained_worker_hands_its_rooms_over(pair: Pair, figures: Figures) -> None:
    parties = [await party_at_both(pair, SETTINGS), await PhoneParty.throw(pair.one, CAST, SETTINGS)]
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    async with being_played(*parties):
        await asyncio.sleep(1.5)
        draining = asyncio.create_task(drain(pair, "one"))
        phones = [phone for party in parties for phone in party.guests]
        closes = await asyncio.gather(*(phone.closed(COMMAND_TIMEOUT_S) for phone in phones))
        assert closes == [1012] * len(phones)
        closed_at_s = time.monotonic()
    stood_s = [remaining_at(party.host, closed_at_s) for party in parties]
    since = [len(party.host.messages) for party in parties]
    await asyncio.gather(*(back_at(pair.two, party.guests) for party in parties))
    figures("back_after_drain_s", round(time.monotonic() - closed_at_s, 2))
    assert re.fullmatch(r"one has handed \d+ rooms over, and ended\.\n", await draining)
    assert await asyncio.to_thread(pair.one.stop) == 0
    for party, ledger, before_s, start in zip(parties, ledgers, stood_s, since, strict=True):
        party.site = pair.two
        await check_agreement(party, ledger)
        assert pair.owner_of(party.room_id) == "two"
        await party.host.until(lambda p=party, n=start: len(p.host.received("TIMER_TICK", n)) >= 2, "two ticks")  # type: ignore[misc]
        back_at_s = min(guest.received("RECONNECTED")[-1].at_s for guest in party.guests)
        assert abs(remaining_at(party.host, back_at_s, start, tick=1) - before_s) <= CLOCK_WITHIN_S
        async with party:
            await party.swipe()
            await party.end_game()


async def test_one_worker_after_the_other_is_restarted_and_nobody_loses_anything(pair: Pair, figures: Figures) -> None:
    parties = [await party_at_both(pair, SETTINGS), await PhoneParty.throw(pair.two, CAST, SETTINGS)]
    await asyncio.gather(*(party.start_game() for party in parties))
    ledgers = [AcknowledgedActions() for _ in parties]
    gaps_s: list[float] = []
    async with being_played(*parties):
        for leaving, staying in ((pair.one, pair.two), (pair.two, pair.one)):
            await asyncio.sleep(0.7)
            stopping = asyncio.create_task(asyncio.to_thread(leaving.stop))
            phones = [phone for party in parties for phone in party.guests]
            moving = asyncio.gather(*(_follow(phone, leaving, staying) for phone in phones))
            assert await stopping == 0
            gaps_s += [gap_s for gap_s in await moving if gap_s is not None]
            await asyncio.to_thread(leaving.start)
    figures("longest_gap_s", round(max(gaps_s), 2))
    assert max(gaps_s) < BACK_WITHIN_S
    for party, ledger in zip(parties, ledgers, strict=True):
        party.site = pair.one
        await check_agreement(party, ledger)
        assert ledger.swipes > 20
        assert pair.owner_of(party.room_id) == "one"
        async with party:
            await party.swipe()
            await party.end_game()


async def _follow(phone: Phone, leaving: Site, staying: Site) -> float | None:
    """Come back at the worker that stays, if the line is lost while the other one ends; for how long it was."""
    deadline = time.monotonic() + BACK_WITHIN_S
    while leaving.server.is_running and phone.is_open:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    if phone.is_open:
        return None
    lost_at_s = time.monotonic()
    assert phone.close_code == 1012
    await back_at(staying, [phone])
    return time.monotonic() - lost_at_s
