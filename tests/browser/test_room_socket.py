"""The client's socket against a scripted server: handshake, acknowledgements, silence, closes, coming back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.modules import ORIGIN, module_page
from tests.support.message_rules import LATEST

WORLD = Path(__file__).with_name("scripted_world.js").read_text()


class Script:
    """The fake world, driven from here."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def do(self, expression: str) -> Any:
        return await self.page.evaluate(f"() => {{ const r = ({expression}); return r === undefined ? null : r; }}")

    async def sent(self) -> list[tuple[str, Any]]:
        """What the newest socket has sent: types and payloads."""
        messages = await self.do("w.socket.sent")
        return [(message["type"], message["payload"]) for message in messages]

    async def phase(self) -> str:
        phase: str = await self.do("w.room.status.phase")
        return phase

    async def sockets(self) -> int:
        number: int = await self.do("w.sockets.length")
        return number


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def blank(chromium: Browser) -> AsyncIterator[Page]:
    """A page that can import the client's modules."""
    page = await module_page(chromium)
    yield page
    await page.close()


@pytest_asyncio.fixture(loop_scope="session")
async def script(blank: Page) -> Script:
    """A socket that has not been started, in a world of its own."""
    await blank.evaluate(WORLD, ORIGIN)
    return Script(blank)


@pytest_asyncio.fixture(loop_scope="session")
async def joined(script: Script) -> Script:
    """A socket that is in the room."""
    await script.do("w.join()")
    return script


async def test_the_first_message_is_connect(script: Script) -> None:
    await script.do("(w.room.start(), w.socket.open())")
    assert await script.sent() == [("CONNECT", {"role": "player", "playerName": "Bob"})]
    message = await script.do("w.last")
    assert (message["roomId"], message["version"], message["actorId"]) == ("ABC234", LATEST, "")


async def test_nothing_is_sent_before_the_room_has_answered(script: Script) -> None:
    await script.do("(w.room.start(), w.socket.open())")
    assert await script.do('w.room.send("JOIN_TEAM", {teamId: "team_1"})') is None
    assert len(await script.sent()) == 1


async def test_commands_carry_who_says_them_and_a_request_id(joined: Script) -> None:
    first = await joined.do('w.room.send("UNDO_SWIPE")')
    second = await joined.do('w.room.send("UNDO_SWIPE")')
    message = await joined.do("w.last")
    assert first != second == message["requestId"]
    assert message["actorId"] == "player_001"


async def test_what_needs_it_is_acknowledged_after_it_was_taken_in(joined: Script) -> None:
    await joined.do('w.socket.hear({type: "ROUND_STARTED", requiresAck: true, ackId: "ack_7", payload: {}})')
    assert (await joined.sent())[-1] == ("ACK", {"ackId": "ack_7", "status": "received"})
    assert await joined.do("w.heard.at(-1).type") == "ROUND_STARTED"


async def test_a_page_that_throws_costs_neither_the_acknowledgement_nor_the_line(joined: Script) -> None:
    await joined.do('w.hear = (message) => { w.acked = w.last.type; throw new Error("a view"); }')
    await joined.do('w.socket.hear({type: "ROUND_STARTED", requiresAck: true, ackId: "ack_7", payload: {}})')
    assert (await joined.sent())[-1] == ("ACK", {"ackId": "ack_7", "status": "received"})
    assert await joined.do("w.acked") == "ACK", "the acknowledgement waited for the page"
    await joined.do("w.pass(10_000)")
    assert (await joined.sent())[-1][0] == "HEARTBEAT"
    assert await joined.phase() == "online"


async def test_a_heartbeat_with_the_checksum_goes_out_every_10_s(joined: Script) -> None:
    await joined.do("w.pass(10_000)")
    assert (await joined.sent())[-1] == ("HEARTBEAT", {"stateVersion": 148, "stateChecksum": "f8139bd0"})
    await joined.do('(w.socket.hear({type: "HEARTBEAT_ACK", payload: {stateVersion: 148}}), w.pass(10_000))')
    assert [kind for kind, _ in await joined.sent()].count("HEARTBEAT") == 2


async def test_a_socket_that_gives_no_sign_of_life_is_dead_within_20_s(joined: Script) -> None:
    await joined.do("w.pass(20_000)")
    assert await joined.phase() in {"waiting", "connecting"}
    assert await joined.do("w.sockets[0].closed")


async def test_any_message_is_a_sign_of_life(joined: Script) -> None:
    await joined.do('(w.pass(10_100), w.socket.hear({type: "TIMER_TICK", payload: {}}), w.pass(8_500))')
    assert await joined.phase() == "online"


async def test_a_lost_line_comes_back_with_what_was_last_seen(joined: Script) -> None:
    await joined.do("w.socket.die(1006)")
    assert await joined.phase() == "waiting"
    await joined.do("(w.pass(1_000), w.socket.open())")
    [(kind, payload)] = await joined.sent()
    assert (kind, payload["sessionId"], payload["lastSeqId"]) == ("RECONNECT", "secret", 142)
    await joined.do('w.socket.hear({type: "RECONNECTED", payload: {missedEvents: null}})')
    assert await joined.phase() == "online"


async def test_an_expired_session_joins_again_on_the_same_socket(joined: Script) -> None:
    await joined.do("(w.socket.die(1006), w.pass(1_000), w.socket.open())")
    await joined.do('w.socket.hear({type: "RECONNECT_FAILED", payload: {reason: "SESSION_EXPIRED", canRejoin: true}})')
    kind, payload = (await joined.sent())[-1]
    assert (kind, payload["sessionId"]) == ("CONNECT", "secret")
    assert await joined.sockets() == 2


async def test_a_page_that_is_seen_tries_for_ever_with_growing_waits_of_at_most_30_s(joined: Script) -> None:
    await joined.do("w.socket.die(1006)")
    waits = []
    for _ in range(60):
        assert await joined.phase() == "waiting"
        waits.append(await joined.do("w.room.status.retryInMs"))
        await joined.do("(w.pass(w.room.status.retryInMs), w.socket.die(1006))")
    assert waits == sorted(waits)
    assert (waits[0], waits[9:]) == (1_000, [30_000] * 51)
    await joined.do("(w.pass(30_000), w.connected())")
    assert await joined.phase() == "online"


async def test_a_page_that_is_hidden_rests_after_ten_attempts_and_goes_on_when_it_is_seen(joined: Script) -> None:
    await joined.do("(w.isVisible = false, w.socket.die(1006))")
    attempts = 0
    while await joined.phase() == "waiting":
        attempts += 1
        await joined.do("(w.pass(w.room.status.retryInMs), w.socket.die(1006))")
    assert (attempts, await joined.phase()) == (10, "lost")
    await joined.do("w.pass(600_000)")
    assert await joined.phase() == "lost"
    await joined.do("(w.isVisible = true, w.wake())")
    assert await joined.phase() == "connecting"


async def test_joining_twice_with_a_slow_line_opens_one_socket(script: Script) -> None:
    await script.do("(w.room.connect(), w.room.connect(), w.socket.open(), w.room.connect())")
    assert await script.sockets() == 1
    assert await script.sent() == [("CONNECT", {"role": "player", "playerName": "Bob"})]


async def test_success_forgets_the_failures_before_it(joined: Script) -> None:
    await joined.do("(w.socket.die(1006), w.pass(1_000), w.socket.die(1006), w.pass(1_500), w.connected())")
    await joined.do("w.socket.die(1006)")
    assert await joined.do("w.room.status.retryInMs") == 1_000


async def test_waking_up_tries_at_once(joined: Script) -> None:
    await joined.do("(w.socket.die(1006), w.wake())")
    assert (await joined.phase(), await joined.sockets()) == ("connecting", 2)


async def test_waking_up_three_ways_at_once_opens_one_socket(joined: Script) -> None:
    await joined.do("(w.socket.die(1006), w.wake(), w.wake(), w.wake())")
    assert await joined.sockets() == 2


async def test_waking_up_on_a_dead_socket_notices_within_3_s(joined: Script) -> None:
    await joined.do("(w.wake(), w.pass(3_000))")
    assert await joined.phase() == "waiting"


async def test_a_stuck_handshake_is_given_up(script: Script) -> None:
    await script.do("(w.room.start(), w.pass(10_000))")
    assert await script.phase() == "waiting"


async def test_what_an_abandoned_socket_says_is_not_heard(joined: Script) -> None:
    await joined.do("(w.wake(), w.pass(3_000), w.pass(1_000))")
    await joined.do(
        '(w.heard.length = 0, w.sockets[0].hear({type: "TIMER_TICK", payload: {}}), w.sockets[0].die(4403))'
    )
    assert await joined.do("w.heard") == []
    assert await joined.phase() == "connecting"


@pytest.mark.parametrize("code", [1009, 4400, 4408, 4401, 4403, 4404, 4410, 4409])
async def test_after_these_codes_nobody_tries_again(joined: Script, code: int) -> None:
    await joined.do(f"(w.socket.hear({{type: 'ERROR', payload: {{code: 'WHY', message: ''}}}}), w.socket.die({code}))")
    await joined.do("(w.pass(600_000), w.wake())")
    assert await joined.do("[w.room.status.phase, w.room.status.code, w.room.status.error.code]") == [
        "stopped",
        code,
        "WHY",
    ]
    assert await joined.sockets() == 1


async def test_a_restarting_worker_is_tried_at_once_with_jitter(joined: Script) -> None:
    await joined.do("w.socket.die(1012)")
    assert await joined.do("w.room.status.retryInMs") == 550


async def test_a_worker_that_stays_busy_is_not_hammered(joined: Script) -> None:
    await joined.do("(w.socket.die(1012), w.pass(550))")
    waits = []
    for _ in range(4):
        await joined.do("w.socket.die(1012)")
        waits.append(await joined.do("w.room.status.retryInMs"))
        await joined.do("w.pass(w.room.status.retryInMs)")
    assert waits[0] >= 1_000
    assert waits == sorted(set(waits))


async def test_too_many_messages_means_to_wait_longer(joined: Script) -> None:
    await joined.do("w.socket.die(4429)")
    assert await joined.do("w.room.status.retryInMs") == 1_000


async def test_an_old_page_is_loaded_anew_once(script: Script) -> None:
    await script.do("(w.room.start(), w.socket.open(), w.socket.die(4426))")
    assert await script.do("w.reloads") == 1
    await script.do("(w.room.retry(), w.socket.open(), w.socket.die(4426))")
    assert await script.do("[w.reloads, w.room.status.phase, w.room.status.code]") == [1, "stopped", 4426]


async def test_a_refused_name_is_asked_for_again_on_the_same_socket(script: Script) -> None:
    await script.do("(w.room.start(), w.socket.open())")
    await script.do('w.socket.hear({type: "ERROR", payload: {code: "NAME_TAKEN", message: ""}})')
    assert await script.phase() == "asking"
    await script.do("(w.name = 'Bobby', w.room.connect())")
    assert (await script.sent())[-1] == ("CONNECT", {"role": "player", "playerName": "Bobby"})
    assert await script.sockets() == 1


async def test_who_thinks_long_about_a_name_gets_another_socket(script: Script) -> None:
    await script.do("(w.room.start(), w.socket.open())")
    await script.do('(w.socket.hear({type: "ERROR", payload: {code: "NAME_TAKEN", message: ""}}), w.pass(30_000))')
    await script.do("w.socket.die(4408)")
    assert await script.phase() == "asking"
    await script.do("(w.name = 'Bobby', w.room.connect(), w.socket.open())")
    assert (await script.sent(), await script.sockets()) == (
        [("CONNECT", {"role": "player", "playerName": "Bobby"})],
        2,
    )


async def test_stopping_closes_the_socket_and_every_timer(joined: Script) -> None:
    await joined.do("w.room.stop()")
    assert await joined.do("[w.socket.closed, w.timers.size]") == [True, 0]
