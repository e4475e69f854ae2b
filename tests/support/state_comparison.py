"""After a fault: what every client believes, held against what the server holds."""

import asyncio
from typing import Any

from tests.support.acknowledged import AcknowledgedActions
from tests.support.guest import Guest, Message
from tests.support.party import Party

ATTEMPTS = 5


async def check_agreement(party: Party, ledger: AcknowledgedActions | None = None) -> dict[str, Any]:
    """Everybody who is online has the server's state to the last point, without being told anew; that state.

    With a ledger the server also holds everything that anybody has ever seen acknowledged. To be called while nobody
    plays; when the game's own clock moves on meanwhile, it is looked at again.
    """
    online = [guest for guest in party.guests if guest.is_open]
    assert online, "nobody is left to ask"
    for _ in range(ATTEMPTS):
        await _hear_everything(online)
        before = [guest.mirror.state_version for guest in online]
        connected = await _ask_the_server(party)
        await _hear_everything(online)
        if before == [guest.mirror.state_version for guest in online]:
            break
    state: dict[str, Any] = connected["gameState"]
    for guest in online:
        mine = guest.mirror
        assert (mine.state, mine.state_version, mine.scores, mine.round_number, mine.active_team_id) == (
            state["state"],
            state["stateVersion"],
            state["currentScore"],
            state.get("roundNumber"),
            state.get("activeTeamId"),
        ), f"{guest.name} believes otherwise"
        assert mine.checksum == connected["stateChecksum"]
    if ledger is not None:
        ledger.read(party.guests)
        ledger.check_complete(state)
    return state


async def _hear_everything(online: list[Guest]) -> None:
    news = await asyncio.gather(*(guest.settle() for guest in online))
    for guest, messages in zip(online, news, strict=True):
        assert not [message for message in messages if message.type == "STATE_SNAPSHOT"], f"{guest.name} was astray"


async def _ask_the_server(party: Party) -> Message:
    async with Guest(party.site, party.room_id, "Onlooker") as onlooker:
        return await onlooker.connect("spectator")
