"""One consumer a socket; what goes to all goes through the group."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncJsonWebsocketConsumer

ROUND_S = 180
WORDS = ("Otter", "Lighthouse", "Bicycle", "Thunder", "Pancake", "Compass", "Violin", "Glacier", "Lantern", "Magnet")

Message = dict[str, Any]


class Party:
    """What a room remembers. All its sockets are in this process."""

    def __init__(self) -> None:
        self.members: dict[str, str] = {}
        self.sequence_id = 0
        self.state_version = 0
        self.word = 0
        self.score = 0
        self.acknowledged = 0
        self.clock: asyncio.Task[None] | None = None


parties: dict[str, Party] = {}


class PartyConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A phone, or the host."""

    code: str
    group: str
    party: Party
    actor_id = ""

    async def connect(self) -> None:
        self.code = parse_qs(self.scope["query_string"].decode())["roomId"][0]
        self.group = f"party_{self.code}"
        self.party = parties.setdefault(self.code, Party())
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)
        self.party.members.pop(self.actor_id, None)
        if not self.party.members:
            parties.pop(self.code, None)
            if self.party.clock is not None:
                self.party.clock.cancel()

    async def receive_json(self, content: Message, **kwargs: Any) -> None:
        type_, payload = content["type"], content["payload"]
        if type_ == "CONNECT":
            await self._welcome(payload)
        elif content["actorId"] != self.actor_id:
            await self._tell("ERROR", {"code": "UNAUTHORIZED"})
        elif type_ == "HEARTBEAT":
            await self._tell("HEARTBEAT_ACK", {"stateVersion": self.party.state_version})
        elif type_ == "ACK":
            self.party.acknowledged += 1
        elif type_ == "CONFIRM_START":
            await self._start()
        elif type_ == "WORD_SWIPED":
            await self._swipe(payload)
        else:
            await self._tell("ERROR", {"code": "UNKNOWN_TYPE"})

    async def party_message(self, event: Message) -> None:
        """A message from the group."""
        await self.send_json(event["message"])

    async def _welcome(self, payload: Message) -> None:
        is_host = payload["role"] == "host"
        members = self.party.members
        self.actor_id = "host_001" if is_host else f"player_{len(members):03}"
        members[self.actor_id] = payload.get("playerName", "Alice")
        players = [{"playerId": actor_id, "playerName": name} for actor_id, name in members.items()]
        session = {"actorId": self.actor_id, "sessionId": f"session_{self.actor_id}", "role": payload["role"]}
        await self._tell("CONNECTED", session | {"gameState": {"players": players}})
        joined = {"playerId": self.actor_id, "playerName": members[self.actor_id], "playerCount": len(members)}
        await self._announce("PLAYER_JOINED", joined)

    async def _start(self) -> None:
        if self.actor_id != "host_001" or self.party.clock is not None:
            await self._tell("ERROR", {"code": "INVALID_TRANSITION"})
            return
        self.party.clock = asyncio.create_task(self._tick())
        round_ = {"roundNumber": 1, "activeTeamId": "team_1", "explainerPlayerId": "player_001"}
        ack = {"requiresAck": True, "ackId": f"ROUND_STARTED-{self.party.sequence_id + 1}"}
        await self._announce("ROUND_STARTED", round_ | {"roundDurationSec": ROUND_S}, ack)
        await self._reveal()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for remaining in range(ROUND_S - 1, -1, -1):
            due += 1
            await asyncio.sleep(due - loop.time())
            await self._to_group(self._envelope("TIMER_TICK", "all", {"remainingSeconds": remaining}))

    async def _swipe(self, payload: Message) -> None:
        party = self.party
        if self.actor_id != "host_001" or payload["wordId"] != f"word_{party.word}":
            await self._tell("ERROR", {"code": "INVALID_TRANSITION"})
            return
        points = int(payload["action"] == "guessed")
        party.score += points
        result = {"wordId": payload["wordId"], "action": payload["action"], "teamId": "team_1"}
        await self._announce("WORD_RESULT", result | {"pointsAwarded": points, "newScore": party.score})
        await self._reveal()

    async def _reveal(self) -> None:
        party = self.party
        party.word += 1
        party.sequence_id += 1
        word = {"wordId": f"word_{party.word}", "wordText": WORDS[party.word % len(WORDS)], "difficulty": "medium"}
        await self.send_json(self._envelope("WORD_REVEALED", "host", word | {"remainingInPack": 47}, self._numbers()))

    async def _announce(self, type_: str, payload: Message, more: Message | None = None) -> None:
        self.party.sequence_id += 1
        self.party.state_version += 1
        await self._to_group(self._envelope(type_, "all", payload, self._numbers() | (more or {})))

    async def _to_group(self, message: Message) -> None:
        await self.channel_layer.group_send(self.group, {"type": "party.message", "message": message})

    async def _tell(self, type_: str, payload: Message) -> None:
        await self.send_json(self._envelope(type_, "actor", payload))

    def _numbers(self) -> Message:
        return {"sequenceId": self.party.sequence_id, "stateVersion": self.party.state_version}

    def _envelope(self, type_: str, broadcast: str, payload: Message, more: Message | None = None) -> Message:
        head = {"type": type_, "roomId": self.code, "timestamp": int(time.time() * 1000), "version": "1.1"}
        return head | {"broadcast": broadcast, "payload": payload} | (more or {})
