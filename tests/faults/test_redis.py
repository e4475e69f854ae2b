"""Redis dies, hangs, forgets and fills up while games are played on one server (docs/spec.md §4.2)."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from bench.report import percentile
from tests.support.acknowledged import AcknowledgedActions
from tests.support.background_game import being_played
from tests.support.party import CAST, MANY_WORDS
from tests.support.phone import Phone, PhoneParty, TurnedAway
from tests.support.site import Site
from tests.support.state_comparison import check_agreement
from tests.support.valkey import Valkey, stored, until_stored

SETTINGS = MANY_WORDS | {"roundDurationSec": 180}
PLAY_P95_S = 0.1
CAUGHT_UP_S = 2.0
WRITTEN_AGAIN_S = 1.0
LENGTHS = [3, pytest.param(30, marks=pytest.mark.long)]


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    """The Redis of this module's site."""
    valkey = Valkey()
    valkey.start()
    yield valkey
    valkey.dispose()


@pytest.fixture(scope="module")
def site(valkey: Valkey) -> Iterator[Site]:
    """One server for all these faults, one after another."""
    site = Site({"REDIS_URL": valkey.url})
    site.start()
    try:
        yield site
        assert site.stop() == 0
        assert not site.tracebacks(), site.tracebacks()
    finally:
        site.dispose()


async def two_games(site: Site) -> list[PhoneParty]:
    """In one the host swipes, in the other one the explainer does, and old clients look on."""
    parties = await asyncio.gather(
        PhoneParty.throw(site, CAST, SETTINGS),
        PhoneParty.throw(site, CAST, SETTINGS | {"wordHolder": "explainer"}, {"Bob": "1.0", "Carol": "1.0"}),
    )
    await asyncio.gather(*(party.start_game() for party in parties))
    return list(parties)


async def check_that_redis_has_all_of_it(
    site: Site, parties: list[PhoneParty], ledgers: list[AcknowledgedActions]
) -> None:
    """The server is killed; what comes up again must be everything that was ever acknowledged."""
    site.kill9()
    await asyncio.gather(*(phone.lose_line() for party in parties for phone in party.guests))
    await asyncio.to_thread(site.start)
    for party, ledger in zip(parties, ledgers, strict=True):
        await party.everybody_returns()
        await check_agreement(party, ledger)
        async with party:
            await party.swipe()
            await party.end_game()


async def play_through(
    site: Site, valkey: Valkey, figures: Callable[[str, object], None], outage: Callable[[], Awaitable[None]]
) -> None:
    """Two games go on while Redis is away. Afterwards nothing may be missing, there or at the clients."""
    parties = await two_games(site)
    ledgers = [AcknowledgedActions() for _ in parties]
    log_before = len(site.log())
    async with being_played(*parties, pause_s=0.1) as play:
        await asyncio.sleep(0.5)
        await outage()
        versions = [party.host.mirror.state_version for party in parties]
        caught_up_s = [
            await until_stored(valkey, p.room_id, v, CAUGHT_UP_S) for p, v in zip(parties, versions, strict=True)
        ]
        await check_that_nothing_goes_back(valkey, [party.room_id for party in parties], 0.5)
    figures("swipe_p95_ms", round(percentile(play.delays_s(), 0.95) * 1000, 1))
    figures("swipes", len(play.swipes))
    figures("caught_up_s", round(sum(caught_up_s), 2))
    assert percentile(play.delays_s(), 0.95) < PLAY_P95_S
    assert [len(phone.connections) for party in parties for phone in party.guests] == [1] * 10, "a socket was closed"
    assert "Redis unavailable" in site.log()[log_before:]
    for party, ledger in zip(parties, ledgers, strict=True):
        await check_agreement(party, ledger)
    await asyncio.gather(*(until_stored(valkey, p.room_id, p.host.mirror.state_version, CAUGHT_UP_S) for p in parties))
    await check_that_redis_has_all_of_it(site, parties, ledgers)


async def check_that_nothing_goes_back(valkey: Valkey, codes: list[str], seconds: float) -> None:
    """For a while Redis only ever has newer states: no write that was given up lands later."""
    latest: dict[str, tuple[int, int]] = {}
    until = time.monotonic() + seconds
    with valkey.client() as client:
        while time.monotonic() < until:
            for code in codes:
                there = stored(client, code)
                assert there is not None
                assert (there.revision, there.room.state_version) >= latest.get(code, (0, 0))
                latest[code] = there.revision, there.room.state_version
            await asyncio.sleep(0.01)


async def look_at_the_outage(site: Site, seconds: float) -> None:
    """While Redis is away: the operator can see it, and whoever wants a new room is told to wait."""
    until = time.monotonic() + seconds
    answer = await site.post_json("/api/rooms", {"hostName": "Zoe"})
    assert (answer.status, answer.json()["error"]["code"]) == (503, "SERVER_BUSY")
    assert "retry-after" in answer.headers
    assert (await site.get("/readyz")).status == 503
    assert (await site.get("/healthz")).status == 200
    await asyncio.sleep(max(0.0, until - time.monotonic()))
    assert await site.metric("redis_up") == 0
    assert 1 <= await site.metric("unsaved_rooms") <= await site.metric("rooms")
    assert await site.metric("write_lag_seconds") > 1


@pytest.mark.parametrize("seconds", LENGTHS)
async def test_redis_is_killed_and_comes_back(
    site: Site, valkey: Valkey, figures: Callable[[str, object], None], seconds: int
) -> None:
    async def outage() -> None:
        valkey.kill9()
        await look_at_the_outage(site, seconds)
        await asyncio.to_thread(valkey.start)

    await play_through(site, valkey, figures, outage)


@pytest.mark.parametrize("seconds", LENGTHS)
async def test_redis_hangs_and_goes_on(
    site: Site, valkey: Valkey, figures: Callable[[str, object], None], seconds: int
) -> None:
    async def outage() -> None:
        valkey.freeze()
        try:
            await look_at_the_outage(site, seconds)
        finally:
            valkey.thaw()

    await play_through(site, valkey, figures, outage)


async def test_redis_has_no_memory_left(site: Site, valkey: Valkey, figures: Callable[[str, object], None]) -> None:
    async def outage() -> None:
        valkey.limit_memory(1)
        try:
            await asyncio.sleep(2)
            assert await site.metric("redis_up") == 0
            assert (await site.post_json("/api/rooms", {"hostName": "Zoe"})).status == 503
        finally:
            valkey.limit_memory(0)

    await play_through(site, valkey, figures, outage)


async def test_redis_loses_everything_and_live_rooms_are_written_again(
    site: Site, valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    parties = [*await two_games(site), await PhoneParty.throw(site, CAST, SETTINGS)]
    ledgers = [AcknowledgedActions() for _ in parties]
    async with being_played(*parties[:2]):
        await asyncio.sleep(0.3)
        versions = [party.host.mirror.state_version for party in parties]
        valkey.flush()
        took_s = [
            await until_stored(valkey, p.room_id, v, WRITTEN_AGAIN_S) for p, v in zip(parties, versions, strict=True)
        ]
        figures("written_again_s", round(sum(took_s), 2))
    lobby = parties.pop()
    async with lobby:
        await check_agreement(lobby)
    await asyncio.gather(*(until_stored(valkey, p.room_id, p.host.mirror.state_version, CAUGHT_UP_S) for p in parties))
    await check_that_redis_has_all_of_it(site, parties, ledgers[:2])


async def test_redis_comes_back_from_an_old_copy(site: Site, valkey: Valkey) -> None:
    """As when it saved itself last before the game: what it has of the room then is no part of what it should have."""
    party = await PhoneParty.throw(site, CAST, SETTINGS)
    await until_stored(valkey, party.room_id, party.host.mirror.state_version, CAUGHT_UP_S)
    copy = valkey.directory.with_suffix(".old")
    shutil.copytree(valkey.directory, copy)
    await party.start_game()
    ledger = AcknowledgedActions()
    async with being_played(party):
        await asyncio.sleep(0.5)
    valkey.kill9()
    shutil.rmtree(valkey.directory)
    copy.rename(valkey.directory)
    await asyncio.to_thread(valkey.start)
    # Nothing happens in the room: the worker itself has to find out, and to write deck and log as well.
    await until_stored(valkey, party.room_id, party.host.mirror.state_version, CAUGHT_UP_S)
    await check_agreement(party, ledger)
    await check_that_redis_has_all_of_it(site, [party], [ledger])


async def test_a_room_that_is_lost_everywhere_is_not_found(site: Site, valkey: Valkey) -> None:
    party = await PhoneParty.throw(site, CAST, SETTINGS)
    site.kill9()
    valkey.flush()
    await asyncio.gather(*(phone.lose_line() for phone in party.guests))
    await asyncio.to_thread(site.start)
    answers = await asyncio.gather(*(phone.return_to_room() for phone in party.guests), return_exceptions=True)
    assert {str(answer) for answer in answers} == {"4404 ROOM_NOT_FOUND"}
    assert all(isinstance(answer, TurnedAway) for answer in answers)
    assert (await site.get(f"/api/rooms/{party.room_id}")).status == 404


async def test_thousands_of_changes_wait_as_one_write_for_each_room(
    site: Site, valkey: Valkey, figures: Callable[[str, object], None]
) -> None:
    """What waits for Redis is rooms, not changes, so it cannot fill up (docs/spec.md §6.3)."""
    rooms, changes_each = 10, 300
    parties = await asyncio.gather(*(PhoneParty.throw(site, CAST[:1], SETTINGS) for _ in range(rooms)))
    await asyncio.gather(*(until_stored(valkey, p.room_id, p.host.mirror.state_version, CAUGHT_UP_S) for p in parties))
    in_memory = await site.metric("rooms")
    rss_before = site.server.rss_bytes()
    valkey.kill9()

    async def toggle_the_lock(party: PhoneParty) -> None:
        for number in range(changes_each):
            party.host.send("UNLOCK_ROOM" if number % 2 else "LOCK_ROOM")
            if number >= 150:  # what may come in one burst is bounded
                await asyncio.sleep(0.022)
        await party.host.settle()

    await asyncio.gather(*(toggle_the_lock(party) for party in parties))
    assert await site.metric("unsaved_rooms") <= in_memory
    grown_mib = (site.server.rss_bytes() - rss_before) / 2**20
    figures("changes", rooms * changes_each)
    figures("rss_grown_mib", round(grown_mib, 1))
    assert grown_mib < 16
    for party in parties:
        assert party.host.mirror.state_version > changes_each
        assert all(phone.is_open for phone in party.guests)

    writes_before = await site.metric("room_writes_total")
    await asyncio.to_thread(valkey.start)
    await asyncio.gather(*(until_stored(valkey, p.room_id, p.host.mirror.state_version, CAUGHT_UP_S) for p in parties))
    writes = await site.metric("room_writes_total") - writes_before
    figures("writes_for_them", writes)
    assert rooms <= writes <= 2 * in_memory
    for party in parties:
        async with party:
            await check_agreement(party)


async def test_coming_back_while_redis_hangs_is_a_matter_of_waiting(site: Site, valkey: Valkey) -> None:
    """The rooms are in Redis alone, and it does not answer. What was asked of it in vain, it must not do later."""
    (party, other), ledgers = await two_games(site), [AcknowledgedActions(), AcknowledgedActions()]
    async with being_played(party, other):
        await asyncio.sleep(0.5)
    for played in (party, other):
        await until_stored(valkey, played.room_id, played.host.mirror.state_version, CAUGHT_UP_S)
    site.kill9()
    await asyncio.gather(*(phone.lose_line() for played in (party, other) for phone in played.guests))
    await asyncio.to_thread(site.start)
    valkey.freeze()
    try:
        returning = asyncio.gather(party.everybody_returns(), other.everybody_returns())
        await asyncio.sleep(3.5)
        assert not returning.done()
        busy = {message.payload.get("code") for message in party.host.received("ERROR")}
        assert busy == {"SERVER_BUSY"}
    finally:
        valkey.thaw()
    await returning
    sockets = [len(phone.connections) for phone in party.guests]
    await asyncio.sleep(1)
    assert [len(phone.connections) for phone in party.guests] == sockets, "the room was taken away again"
    assert all(phone.is_open for phone in party.guests)
    await asyncio.gather(*(check_agreement(p, ledger) for p, ledger in zip((party, other), ledgers, strict=True)))
    await check_that_redis_has_all_of_it(site, [party, other], ledgers)


@pytest.mark.long
async def test_an_end_that_is_asked_for_while_redis_hangs_comes_all_the_same(site: Site, valkey: Valkey) -> None:
    party = await PhoneParty.throw(site, CAST, SETTINGS)
    await until_stored(valkey, party.room_id, party.host.mirror.state_version, CAUGHT_UP_S)
    log_before = len(site.log())
    valkey.freeze()
    try:
        party.host.send("LOCK_ROOM")
        await party.guest("Bob").expect("ROOM_LOCKED")
        began = time.monotonic()
        assert await asyncio.to_thread(site.stop) == 0
        assert time.monotonic() - began < 10
    finally:
        valkey.thaw()
    assert [await phone.closed() for phone in party.guests] == [1012] * 5
    assert "could not be written" in site.log()[log_before:]
    await asyncio.to_thread(site.start)
    await party.everybody_returns()


async def test_a_server_that_starts_without_redis_waits_for_it(build_site: Callable[..., Site]) -> None:
    valkey = Valkey()
    site = build_site({"REDIS_URL": valkey.url})
    try:
        await asyncio.to_thread(site.start)
        assert "Redis does not answer" in site.log()
        ready = await site.get("/readyz")
        assert (ready.status, ready.json()["redis"]) == (503, False)
        assert (await site.get("/")).status == 200
        for path in ("/ABCDEF", "/host/ABCDEF/", "/stage/ABCDEF/"):
            page = await site.get(path, {"Accept": "text/html"})
            assert page.status == 503, path
            assert "try again" in page.body.decode().lower()
        refused = Phone(site, "ABCDEF", "Bob")
        assert await refused.turned_away({"role": "player", "playerName": "Bob"}) == ("SERVER_BUSY", 1012)

        await asyncio.to_thread(valkey.start)
        assert (await site.get("/readyz")).status == 200
        async with await PhoneParty.throw(site, CAST, SETTINGS) as party:
            await party.start_game()
            await party.swipe()
            await until_stored(valkey, party.room_id, party.host.mirror.state_version, CAUGHT_UP_S)
        assert not site.tracebacks(), site.tracebacks()
    finally:
        valkey.dispose()
