"""A party in this process: real consumers, rooms and Valkey; no server, and a clock that the test moves."""

import asyncio
import json
import logging
import time as system_time
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from channels.layers import channel_layers

from gameplay.engine.model import Settings, Word
from gameplay.engine.settings import parse_settings
from gameplay.words.library import PackInfo, WordLibrary
from rooms import clock
from rooms import worker as worker_module
from rooms.cluster import node as node_module
from rooms.cluster.membership import LEASE_MS
from rooms.cluster.node import Node
from rooms.cluster.registry import CreatedRoom
from rooms.live.room import LiveRoom
from rooms.live.transport import PreparedMessage, Receiver, TransportListener
from rooms.protocol.versions import SUPPORTED, Version
from rooms.routing import websocket_application
from rooms.telemetry.log_context import add_log_fields
from rooms.worker import Worker

HOST = "party.example"
NEWEST = str(SUPPORTED.server)
WORDS = [Word(ref=number, text=f"Thing{number}", difficulty="easy", pack_id="things") for number in range(1, 101)]
THINGS = PackInfo(
    id="things", name="Things", language="en", is_default=True, word_count=100, by_difficulty={"easy": 100}
)


class MovedClock:
    """The server's clock; it stands until it is moved."""

    def __init__(self) -> None:
        self.now_ms = int(system_time.time() * 1000)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """The clock of the rooms."""
    moved = MovedClock()
    monkeypatch.setattr(clock, "now_ms", lambda: moved.now_ms)
    return moved


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> WordLibrary:
    """A library of one pack, in place of the database's."""
    library = WordLibrary([THINGS], WORDS)

    async def load() -> WordLibrary:
        return library

    monkeypatch.setattr(node_module, "current_library", lambda: library)
    monkeypatch.setattr(node_module, "load_library", load)
    return library


@pytest.fixture
def rate_limits() -> bool:
    """Whether rate limits are on; most tests would exceed them."""
    return False


@pytest.fixture
async def make_node(
    redis_url: str,
    rate_limits: bool,
    time: MovedClock,
    words: WordLibrary,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Callable[[str], Node]]:
    """Makes nodes; the last one is this process's."""
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = [HOST], ""
    settings.RATE_LIMITS = rate_limits
    made: list[Node] = []

    def make(worker: str = "worker") -> Node:
        channel_layers.set("local", None)
        channel_layers.backends.pop("local", None)
        time.now_ms += 1  # no two incarnations have the same name
        made.append(Node(redis_url, worker))
        monkeypatch.setattr(node_module, "_node", made[-1])
        monkeypatch.setattr(worker_module, "_worker", Worker(made[-1]))
        return made[-1]

    yield make
    for each in made:
        await each.stop()


@pytest.fixture
def node(make_node: Callable[[str], Node]) -> Node:
    """This process's node. Its services do not run: it writes when a test flushes it."""
    return make_node("worker")


async def outlive(dead: Node, survivor: Node, time: MovedClock) -> None:
    """``dead`` was killed, and ``survivor`` has watched for a whole lease, so that it may take over."""
    await dead.membership.deregister()
    await survivor.lease_guard.heartbeat()
    time.now_ms += LEASE_MS


@dataclass(frozen=True)
class Message:
    """A server message as the client read it."""

    envelope: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.envelope["type"])

    @property
    def payload(self) -> dict[str, Any]:
        return dict(self.envelope["payload"])

    def __getitem__(self, key: str) -> Any:
        return self.envelope["payload"][key]


class FakeTransport:
    """A transport in memory, in place of the server's own: records messages, delivers without delay."""

    has_keepalive = True
    edge_worker = None

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.close_code: int | None = None
        self._receiver: Receiver = declining
        self._context = copy_context()

    def set_listener(self, listener: TransportListener | None) -> None:
        """This transport is never overloaded."""

    def send(self, outgoing: PreparedMessage, version: Version) -> None:
        frame = outgoing.frame(version)
        if frame is not None:
            start = 2 if frame[1] < 126 else 4 if frame[1] == 126 else 10
            self.messages.append(Message(json.loads(frame[start:])))

    def close(self, code: int, reason: str = "") -> None:
        self.close_code = code

    def ping(self, on_pong: Callable[[], None]) -> None:
        self.on_pong = on_pong

    def set_receiver(self, receiver: Receiver) -> None:
        self._receiver, self._context = receiver, copy_context()

    def deliver(self, message: str | bytes) -> bool:
        """Deliver a client's message to the receiver; False if it declines."""
        if not self._context.run(self._receiver, message):
            self._receiver = declining
        return self._receiver is not declining


def declining(message: str | bytes) -> bool:
    return False


class Guest:
    """One client. Each call returns when the server has processed it and all answers have arrived."""

    instances: ClassVar[list["Guest"]] = []
    address: str | None = None
    """The client's IP address; None if the server does not know it."""

    def __init__(self, code: str, name: str, version: str = NEWEST) -> None:
        self.code, self.name, self.version = code, name, version
        self.actor_id = self.session_id = ""
        self.transport = FakeTransport()
        self.answers: list[dict[str, Any]] = []
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._is_idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        Guest.instances.append(self)

    @property
    def messages(self) -> list[Message]:
        return self.transport.messages

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def close_code(self) -> int | None:
        return self.transport.close_code

    @property
    def is_accepted(self) -> bool:
        return {"type": "websocket.accept"} in self.answers

    def received(self, type_: str) -> list[Message]:
        return [message for message in self.messages if message.type == type_]

    def types(self) -> list[str]:
        return [message.type for message in self.messages]

    async def open(self, path: str = "", **headers: str) -> "Guest":
        """The upgrade; ``headers`` replace the usual ones, an empty one is left out."""
        named = {"host": HOST, "origin": f"http://{HOST}", **headers}
        url, _, query = (path or f"/ws/?roomId={self.code}").partition("?")
        scope = {
            "type": "websocket",
            "path": url,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items() if value],
            "extensions": {"partyflow.socket": self.transport},
            "client": self.address and [self.address, 4711],
        }
        self._task = asyncio.create_task(websocket_application(scope, self._receive, self._send))
        await self._tell({"type": "websocket.connect"})
        return self

    async def say(self, type_: str, payload: dict[str, Any] | None = None, **envelope: Any) -> list[Message]:
        """Send a message; what came since. ``envelope`` replaces fields, a None removes one."""
        fields = {
            "type": type_,
            "roomId": self.code,
            "actorId": self.actor_id,
            "timestamp": 0,
            "version": self.version,
            "payload": payload or {},
        } | envelope
        return await self.say_raw(json.dumps({key: value for key, value in fields.items() if value is not None}))

    async def say_raw(self, text: str | bytes) -> list[Message]:
        """Send a frame of any content; what came since."""
        before = len(self.messages)
        kind = "text" if isinstance(text, str) else "bytes"
        if not self.transport.deliver(text):
            await self._tell({"type": "websocket.receive", kind: text})
        return self.messages[before:]

    async def connect(self, role: str = "player", **payload: Any) -> Message:
        """``CONNECT`` over a new socket; the answer."""
        if self._task is None:
            await self.open()
        if role == "player" and "sessionId" not in payload:
            payload.setdefault("playerName", self.name)
        answers = await self.say("CONNECT", {"role": role, **payload}, actorId="")
        answer = next((message for message in answers if message.type in ("CONNECTED", "ERROR")), None)
        assert answer is not None, answers
        if answer.type == "CONNECTED":
            self.actor_id, self.session_id = answer["actorId"], answer["sessionId"]
        return answer

    async def reconnect(self, last_seq_id: int, **payload: Any) -> Message:
        """``RECONNECT`` over the socket that is open; the answer."""
        answers = await self.say("RECONNECT", {"sessionId": self.session_id, "lastSeqId": last_seq_id, **payload})
        wanted = ("RECONNECTED", "RECONNECT_FAILED", "ERROR")
        return next(message for message in answers if message.type in wanted)

    def again(self) -> "Guest":
        """The same person with a new socket, not open yet."""
        again = Guest(self.code, self.name, self.version)
        again.address = self.address
        again.actor_id, again.session_id = self.actor_id, self.session_id
        return again

    @property
    def sequence_id(self) -> int:
        """The last sequence id received."""
        numbers = [message.envelope["sequenceId"] for message in self.messages if "sequenceId" in message.envelope]
        for message in self.messages:
            state = message.envelope["payload"].get("gameState")
            numbers += [state["sequenceId"]] if state else []
        return max(numbers, default=0)

    async def hang_up(self) -> None:
        """Close the socket."""
        if self._task is not None and not self._task.done():
            self._events.put_nowait({"type": "websocket.disconnect", "code": 1001})
            await self._task

    async def _tell(self, event: dict[str, Any]) -> None:
        assert self._task is not None
        self._is_idle.clear()
        self._events.put_nowait(event)
        idle = asyncio.create_task(self._is_idle.wait())
        await asyncio.wait([idle, self._task], return_when=asyncio.FIRST_COMPLETED, timeout=5)
        idle.cancel()
        if self._task.done():
            self._task.result()

    async def _receive(self) -> dict[str, Any]:
        if self._events.empty():
            self._is_idle.set()
        return await self._events.get()

    async def _send(self, message: dict[str, Any]) -> None:
        self.answers.append(message)


class Party:
    """Host Alice and her guests in one room."""

    def __init__(self, node: Node, time: MovedClock, created: CreatedRoom) -> None:
        self.node, self.time, self.created = node, time, created
        self.guests: dict[str, Guest] = {}

    @property
    def code(self) -> str:
        return self.created.code

    @property
    def live(self) -> LiveRoom:
        live = self.node.registry.get(self.code)
        assert live is not None
        return live

    @property
    def host(self) -> Guest:
        return self.guests["Alice"]

    def __getitem__(self, name: str) -> Guest:
        return self.guests[name]

    def guest(self, name: str, version: str = NEWEST) -> Guest:
        """A guest without a socket."""
        self.guests[name] = Guest(self.code, name, version)
        return self.guests[name]

    async def come(self, *names: str, version: str = NEWEST) -> None:
        """These people connect as players, Alice as the host."""
        for name in names:
            guest = self.guest(name, version)
            if name == "Alice":
                answer = await guest.connect("host", sessionId=self.created.session_id)
            else:
                answer = await guest.connect()
            assert answer.type == "CONNECTED", answer

    async def back(self, name: str) -> Guest:
        """Open a new socket for a guest, without a handshake."""
        self.guests[name] = await self.guests[name].again().open()
        return self.guests[name]

    async def start_round(self) -> None:
        """Two teams, and the countdown is over."""
        players = [guest for name, guest in self.guests.items() if name != "Alice"]
        await self.host.say("START_TEAM_SETUP", {"numTeams": 2})
        for number, guest in enumerate(players):
            await guest.say("JOIN_TEAM", {"teamId": f"team_{number % 2 + 1}"})
        await self.host.say("CONFIRM_START")
        await self.wait(3_000)
        assert self.live.room.state == "ROUND_ACTIVE", self.live.room.state

    async def swipe(self, action: str = "guessed") -> list[Message]:
        """Alice, who holds the word, swipes it."""
        playing = self.live.room.round
        assert playing is not None
        return await self.host.say("WORD_SWIPED", {"wordId": playing.word_id, "action": action})

    async def wait(self, ms: int) -> None:
        """Let time pass."""
        end_ms = self.time.now_ms + ms
        while self.time.now_ms < end_ms:
            self.time.now_ms = min(end_ms, self.time.now_ms + 500)
            live = self.node.registry.get(self.code)
            if live is not None:
                live.wake()
            await asyncio.sleep(0)


@pytest.fixture
async def throw(node: Node, time: MovedClock) -> AsyncIterator[Callable[..., Any]]:
    """Makes parties: ``await throw("Alice", "Bob", roundDurationSec=30)``."""
    parties: list[Party] = []

    async def make(*names: str, **wanted: Any) -> Party:
        current = node_module.current_node()
        chosen = parse_settings(wanted, Settings(word_pack_ids=("things",)), current.library())
        party = Party(current, time, await current.registry.create("Alice", chosen))
        parties.append(party)
        await party.come(*names)
        return party

    yield make
    while Guest.instances:
        await Guest.instances.pop().hang_up()


class LogLines(logging.Handler):
    """What has been logged, and whom it was about at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []
        self.changed = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: getattr(record, name) for name in ("code", "by", "role", "version") if hasattr(record, name)}
        self.lines.append(dict(add_log_fields(None, "", {"event": record.getMessage(), **fields})))
        self.changed.set()

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"].startswith(event)]


@pytest.fixture
def log() -> Iterator[LogLines]:
    """All lines of the rooms."""
    handler, logger = LogLines(), logging.getLogger("rooms")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(before)
    logger.removeHandler(handler)
