"""Orders to a room from any process: the administration, REST, ``manage.py rooms``. Its owner carries them out.

    done = await send_order("ABC234", commands.PauseGame(), by="alice")
    done = await send_order("ABC234", commands.KickPlayer(player_id="player_002"), by="alice")
    done = await send_order("ABC234", commands.UpdateSettings(settings={"numTeams": 3}), by="alice")
    done = await send_order("ABC234", Notice(message="The server restarts in five minutes."), by="alice")
    details = await describe("ABC234")              # RoomDetails: the live room for an administrator
    figures = await ping("worker-1")                # WorkerFigures
    figures = await ping_all()                      # of every living worker; None for one that does not answer

Commands are those of a host and are carried out as the host's. A room that nobody owns is opened by a living worker. In
the owner's own process nothing is sent. From a view that is not async: ``async_to_sync(send_order)(…)``.

OrderFailed             nothing was changed, as far as is known
├── NoSuchRoom          never was, expired or closed
├── OrderRefused        the room says no; ``code`` and ``message`` as a player would read them
├── WorkerSilent        ``worker`` has not answered within 2 s; it may carry the order out yet
└── NobodyServes        no worker lives
`Unavailable`           Redis is away
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from redis.asyncio import Redis

from gameplay.engine.commands import Command
from gameplay.engine.errors import GameError
from gameplay.engine.states import RoomState
from rooms.cluster import membership
from rooms.cluster.inbox import LOST, Message, answer_channel, between_processes, channel_of
from rooms.cluster.node import Node, running_node
from rooms.cluster.ownership import Elsewhere
from rooms.cluster.registry import is_code
from rooms.errors import BUSY, RoomError, Unavailable
from rooms.live.details import RoomDetails, details_of
from rooms.live.room import LiveRoom
from rooms.protocol.catalogue import CLIENT
from rooms.protocol.messages import Notice
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.storage.store import Store

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 2.0
ORDER = "order"

COMMANDS: dict[str, type[Command]] = {row.type: row.payload for row in CLIENT.values() if row.who == "host"}
"""What can be ordered, by its name on the wire; `Notice` and what this module asks for come on top."""

_TYPES = {command: type_ for type_, command in COMMANDS.items()}
_DESCRIBE, _RESEAT, _FIGURES, _DRAIN = "DESCRIBE", "RESEAT", "FIGURES", "DRAIN"
MAX_HOPS = 2

Answer = TypeVar("Answer", bound=msgspec.Struct)


class OrderFailed(RoomError):
    """An order that was not carried out."""


class NoSuchRoom(OrderFailed):
    """No room has this code."""

    def __init__(self) -> None:
        super().__init__("There is no such room.")


class OrderRefused(OrderFailed):
    """The room does not take the order; ``code`` is the wire's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WorkerSilent(OrderFailed):
    """The worker does not answer."""

    def __init__(self, worker: str) -> None:
        super().__init__(f"The worker {worker} does not answer.")
        self.worker = worker


class NobodyServes(OrderFailed):
    """There is no worker."""

    def __init__(self) -> None:
        super().__init__("No worker is running.")


class Done(msgspec.Struct, frozen=True, rename="camel"):
    """An order was carried out by ``worker``, and the room is like this now."""

    worker: str
    state: RoomState
    state_version: int


class WorkerFigures(msgspec.Struct, frozen=True, rename="camel"):
    """How a worker is doing. ``worker`` is the name of this start, ``name`` the one that outlives restarts."""

    worker: str
    name: str
    rooms: int
    sockets: int
    unsaved_rooms: int
    write_lag_s: float
    is_redis_up: bool
    is_draining: bool


class Seat(msgspec.Struct, frozen=True, rename="camel"):
    """A seat that has got another secret."""

    is_there: bool
    is_host: bool = False


class _Reseat(msgspec.Struct, frozen=True):
    actor_id: str
    session: str


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    message: str


class _Hop(msgspec.Struct, frozen=True):
    """The room is at another worker."""

    worker: str


BUSY_NOW = "SERVER_BUSY"
NO_ROOM = _Refusal("ROOM_NOT_FOUND", "There is no such room.")


async def send_order(code: str, order: Command | Notice, *, by: str) -> Done:
    """Have the room's owner carry ``order`` out. ``by`` is who wants it, for the log. Raises as the module says."""
    return await _send(code, _type_of(order), msgspec.json.encode(order), by, Done)


async def describe(code: str) -> RoomDetails:
    """The live room as its owner has it. Raises as the module says."""
    return await _send(code, _DESCRIBE, b"{}", "", RoomDetails)


async def reseat(code: str, actor_id: str, session: str) -> Seat:
    """Let another secret, of which ``session`` is the hash, open this member's seat, and put the old one out of use."""
    return await _send(code, _RESEAT, msgspec.json.encode(_Reseat(actor_id, session)), "", Seat)


async def living_workers() -> list[str]:
    """The names of the workers that show signs of life, in order. Raises `Unavailable`."""
    async with _redis() as redis:
        return sorted(await _asked(membership.living_workers(redis)))


async def living_starts() -> set[str]:
    """Which starts of them these are, as `WorkerFigures` names them. Raises `Unavailable`."""
    async with _redis() as redis:
        return {start.worker for start in (await _asked(membership.living_workers(redis))).values()}


async def ping(name: str) -> WorkerFigures:
    """Ask a worker, by the name that outlives its restarts. Raises `WorkerSilent`, `Unavailable`."""
    return await _send_to_worker(name, _FIGURES, "", WorkerFigures)


async def ping_all() -> dict[str, WorkerFigures | None]:
    """Ask every living worker at once; None for one that does not answer. Raises `Unavailable`."""

    async def figures(name: str) -> WorkerFigures | None:
        try:
            return await ping(name)
        except WorkerSilent:
            return None

    names = await living_workers()
    return dict(zip(names, await asyncio.gather(*map(figures, names)), strict=True))


async def drain(name: str, *, by: str) -> WorkerFigures:
    """Have a worker hand its rooms over and end; its figures from before. Raises `WorkerSilent`, `Unavailable`."""
    return await _send_to_worker(name, _DRAIN, by, WorkerFigures)


# The way there


async def _send(code: str, type_: str, payload: bytes, by: str, wanted: type[Answer]) -> Answer:
    node = running_node()
    if node is not None:
        answer = await _carry_out(node, code, type_, payload, by)
        if not isinstance(answer, _Hop):
            return _read(answer, wanted)
        worker = answer.worker
    else:
        worker = await _who_has(code)
    for _ in range(MAX_HOPS):
        said = await _exchange(worker, code, type_, payload, by)
        if said["kind"] == _Hop.__name__:
            worker = msgspec.json.decode(said["body"], type=_Hop).worker
        elif said["kind"] == _Refusal.__name__:
            return _read(msgspec.json.decode(said["body"], type=_Refusal), wanted)
        else:
            return msgspec.json.decode(said["body"], type=wanted)
    raise WorkerSilent(worker)


async def _who_has(code: str) -> str:
    """The owner of the room, or any worker that serves if nobody has it."""
    async with _redis() as redis:
        owned = await _asked(Store(redis, "").ownership(code)) if is_code(code) else None
        living = await _asked(membership.living_workers(redis))
    if owned is None:
        raise NoSuchRoom
    starts: dict[str, bool] = {start.worker: start.is_draining for start in living.values()}
    if owned.worker in starts:
        return str(owned.worker)
    serving = [worker for worker, is_draining in starts.items() if not is_draining]
    if not serving:
        raise NobodyServes
    return serving[0]


async def _send_to_worker(name: str, type_: str, by: str, wanted: type[Answer]) -> Answer:
    async with _redis() as redis:
        start = (await _asked(membership.living_workers(redis))).get(name)
    if start is None:
        raise WorkerSilent(name)
    said = await _exchange(start.worker, "", type_, b"{}", by)
    return msgspec.json.decode(said["body"], type=wanted)


async def _exchange(worker: str, code: str, type_: str, payload: bytes, by: str) -> Message:
    layer, reply_to = between_processes(), answer_channel()
    message = {"type": ORDER, "order": type_, "code": code, "payload": payload, "by": by, "reply_to": reply_to}
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await layer.send(channel_of(worker), message)
            return await layer.receive(reply_to)
    except LOST as error:
        raise WorkerSilent(worker) from error


def _read(answer: msgspec.Struct, wanted: type[Answer]) -> Answer:
    if isinstance(answer, wanted):
        return answer
    assert isinstance(answer, _Refusal)  # noqa: S101 (narrows the type)
    if answer.code == BUSY_NOW:
        raise Unavailable(answer.message)
    raise NoSuchRoom if answer == NO_ROOM else OrderRefused(answer.code, answer.message)


def _type_of(order: Command | Notice) -> str:
    if isinstance(order, Notice):
        return Notice.TYPE
    try:
        return _TYPES[type(order)]
    except KeyError:
        raise TypeError(f"{type(order).__name__} is nothing that a host can order") from None


@asynccontextmanager
async def _redis() -> AsyncIterator["Redis"]:
    node = running_node()
    if node is not None:
        yield node.store.redis
        return
    # A connection belongs to its event loop, and a command makes a new loop for each call.
    redis = connect(settings.REDIS_URL)
    try:
        yield redis
    finally:
        await redis.aclose()


async def _asked(asking: Awaitable[Any]) -> Any:
    try:
        return await asking
    except REDIS_ERRORS as error:
        raise Unavailable(BUSY) from error


# At the worker


def order_taker(node: Node) -> Callable[[Message], None]:
    """What reads the orders that come to a worker; it answers each when it is carried out."""

    def take(message: Message) -> None:
        what = f"the order {message['order']} for room {message['code'] or '-'}"
        node.spawn(_answer(node, message), what)

    return take


async def _answer(node: Node, message: Message) -> None:
    answer = await _carry_out(node, message["code"], message["order"], message["payload"], message["by"])
    reply = {"kind": type(answer).__name__, "body": msgspec.json.encode(answer)}
    await between_processes().send(message["reply_to"], reply)
    if message["order"] == _DRAIN:
        logger.warning("%s has this worker drain", message["by"])
        os.kill(os.getpid(), signal.SIGTERM)


async def _carry_out(node: Node, code: str, type_: str, payload: bytes, by: str) -> msgspec.Struct:
    if type_ in (_FIGURES, _DRAIN):
        return _figures_of(node)
    try:
        live = await node.registry.find(code)
    except Unavailable as error:
        return _Refusal(BUSY_NOW, str(error))
    if isinstance(live, Elsewhere):
        return _Hop(live.worker)
    if live is None or live.is_stopped:
        return NO_ROOM
    if type_ == _RESEAT:
        seat = _give_seat(live, msgspec.json.decode(payload, type=_Reseat))
        await node.writer.save(live)
        return seat
    return carry_out(live, type_, payload, by, node.store.worker)


def carry_out(live: LiveRoom, type_: str, payload: bytes, by: str, worker: str) -> msgspec.Struct:
    """Do what is ordered, and say what came of it."""
    if type_ == _DESCRIBE:
        return details_of(live, worker)
    logger.info("Room %s: %s, ordered by %s", live.code, type_, by, extra={"room": live.code})
    try:
        if type_ == Notice.TYPE:
            live.notify(msgspec.json.decode(payload, type=Notice), "all")
        else:
            live.execute(live.room.host_id, msgspec.json.decode(payload, type=COMMANDS[type_]))
    except GameError as error:
        return _Refusal(error.code, error.message)
    return Done(worker, live.room.state, live.room.state_version)


def _give_seat(live: LiveRoom, wanted: _Reseat) -> Seat:
    member = live.room.members.get(wanted.actor_id)
    if member is None:
        return Seat(is_there=False)
    member.session = wanted.session
    live.revoke_session(member.id)
    return Seat(is_there=True, is_host=member.id == live.room.host_id)


def _figures_of(node: Node) -> WorkerFigures:
    return WorkerFigures(
        worker=node.store.worker,
        name=node.membership.name,
        rooms=len(node.registry),
        sockets=node.registry.socket_count,
        unsaved_rooms=node.writer.unsaved_count,
        write_lag_s=node.writer.write_lag_s,
        is_redis_up=node.writer.is_redis_up,
        is_draining=node.is_draining,
    )
