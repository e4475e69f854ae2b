"""Whatever the catalogue knows, with whatever in it: answered or refused, never stumbled over (case 12)."""

import asyncio
import json
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms.protocol.catalogue import CLIENT, SERVER
from tests.support.guest import Guest
from tests.support.party import CAST, Party
from tests.support.site import Site

EXAMPLES = 30
MESSAGES = 25
EXPECTED_CLOSES = {1000, 4400, 4401, 4403, 4404, 4409, 4410, 4426, 4429}
NAMED = ("player_001", "player_002", "host_1", "team_1", "team_9", "word_1", "guessed", "skipped", "host", "spectator")

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(NAMED),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
SMALL = st.integers(-1, 12)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message of some type, most of its fields being there and some of them being right."""
    type_ = draw(st.sampled_from((*CLIENT, *CLIENT, *SERVER)))
    fields = msgspec.structs.fields(CLIENT[type_].payload) if type_ in CLIENT else ()
    payload = {
        field.encode_name: draw(st.sampled_from(NAMED) | SMALL | JUNK) for field in fields if draw(st.integers(0, 9))
    }
    message: dict[str, Any] = {"type": type_, "payload": payload}
    spoilt = draw(st.none() | st.sampled_from(("type", "roomId", "version", "payload", "requestId")))
    if spoilt is not None:
        message[spoilt] = draw(JUNK)
    return message


@given(said=st.lists(st.tuples(st.integers(0, 2), messages()), min_size=5, max_size=MESSAGES))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_message_makes_the_server_stumble(site: Site, said: list[tuple[int, dict[str, Any]]]) -> None:
    asyncio.run(tell(site, said))
    assert not site.tracebacks()


async def tell(site: Site, said: list[tuple[int, dict[str, Any]]]) -> None:
    """A host, a player and an onlooker say all this; people in another room notice nothing of it."""
    victims, others = await asyncio.gather(Party.throw(site, CAST[:2]), Party.throw(site, CAST[:1]))
    onlooker = victims.invite("Stage")
    await onlooker.connect("spectator")
    if said[0][0]:
        victims.host.send("START_TEAM_SETUP")
        await victims.everybody_in("TEAM_SETUP")
    speakers = (victims.host, victims.guest("Bob"), onlooker)
    try:
        for number, message in said:
            say(speakers[number], message)
        for speaker in speakers:
            await check_end_or_settle(speaker)
        await others.guest("Bob").settle()
        assert len((await others.look())["players"]) == 1
    finally:
        await asyncio.gather(*(guest.hang_up() for party in (victims, others) for guest in party.guests))


def say(guest: Guest, message: dict[str, Any]) -> None:
    fields = {"roomId": guest.room_id, "actorId": guest.actor_id, "timestamp": 0, "version": "1.1", **message}
    if guest.is_open:
        guest.send_raw(json.dumps(fields).encode("utf-8", "surrogatepass"))


async def check_end_or_settle(guest: Guest) -> None:
    """Either the socket is closed, for a reason that is documented, or it is answered as ever."""
    try:
        await guest.settle()
    except AssertionError:
        if guest.is_open:
            raise
        assert guest.close_code in EXPECTED_CLOSES, (guest.name, guest.close_code, guest.recent)
