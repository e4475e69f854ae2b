"""Orders to a room from any process: the administration, REST, ``manage.py rooms``. Its owner carries them out.

    done = await send_order("ABC234", commands.PauseGame(), by="alice")
    done = await send_order("ABC234", commands.KickPlayer(player_id="player_002"), by="alice")
    done = await send_order("ABC234", commands.UpdateSettings(settings={"numTeams": 3}), by="alice")
    done = await send_order("ABC234", Notice(message="The server restarts in five minutes."), by="alice")
    picture = await describe("ABC234")              # RoomPicture: the live room for an administrator
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

from gameplay.engine.commands import Command
from gameplay.engine.errors import GameError
from gameplay.engine.states import RoomState
from rooms.errors import RoomError, Unavailable
from rooms.mailbox import LOST, Message, answer_channel, between_processes, channel_of
from rooms.picture import RoomPicture, picture_of
from rooms.protocol.catalogue import CLIENT
from rooms.protocol.messages import Notice
from rooms.redis_address import connect
from rooms.registry import AWAY, BUSY, Registry, current_registry
from rooms.room import LiveRoom
from rooms.store import Store

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 2.0
ORDER = "order"

COMMANDS: dict[str, type[Command]] = {row.type: row.payload for row in CLIENT.values() if row.who == "host"}
"""What can be ordered, by its name on the wire; `Notice` and what this module asks for come on top."""

_TYPES = {command: type_ for type_, command in COMMANDS.items()}
_DESCRIBE, _FIGURES, _DRAIN = "DESCRIBE", "FIGURES", "DRAIN"

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


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    message: str


NO_ROOM = _Refusal("ROOM_NOT_FOUND", "There is no such room.")


async def send_order(code: str, order: Command | Notice, *, by: str) -> Done:
    """Have the room's owner carry ``order`` out. ``by`` is who wants it, for the log. Raises as the module says."""
    return await _send(code, _type_of(order), msgspec.json.encode(order), by, Done)


async def describe(code: str) -> RoomPicture:
    """The live room as its owner has it. Raises as the module says."""
    return await _send(code, _DESCRIBE, b"{}", "", RoomPicture)


async def living_workers() -> list[str]:
    """The names of the workers that show signs of life, in order. Raises `Unavailable`."""
    async with _store() as store:
        return sorted(await _asked(store.workers()))


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
    here = current_registry()
    if here is None or here.get(code) is None:
        async with _store() as store:
            owner, workers = await _asked(store.owner(code)), await _asked(store.workers())
        if owner is None:
            raise NoSuchRoom
        if owner not in workers.values():
            owner = ""
        if here is None or owner not in ("", here.store.worker):
            worker = owner or next(iter(workers.values()), "")
            if not worker:
                raise NobodyServes
            return await _exchange(worker, code, type_, payload, by, wanted)
    return _read(await _carry_out(here, code, type_, payload, by), wanted)


async def _send_to_worker(name: str, type_: str, by: str, wanted: type[Answer]) -> Answer:
    async with _store() as store:
        worker = (await _asked(store.workers())).get(name)
    if worker is None:
        raise WorkerSilent(name)
    return await _exchange(worker, "", type_, b"{}", by, wanted)


async def _exchange(worker: str, code: str, type_: str, payload: bytes, by: str, wanted: type[Answer]) -> Answer:
    layer, reply_to = between_processes(), answer_channel()
    message = {"type": ORDER, "order": type_, "code": code, "payload": payload, "by": by, "reply_to": reply_to}
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await layer.send(channel_of(worker), message)
            answer = await layer.receive(reply_to)
    except LOST as error:
        raise WorkerSilent(worker) from error
    if answer["is_done"]:
        return msgspec.json.decode(answer["body"], type=wanted)
    return _read(msgspec.json.decode(answer["body"], type=_Refusal), wanted)


def _read(answer: msgspec.Struct, wanted: type[Answer]) -> Answer:
    if isinstance(answer, wanted):
        return answer
    assert isinstance(answer, _Refusal)  # noqa: S101 (narrows the type)
    raise NoSuchRoom if answer == NO_ROOM else OrderRefused(answer.code, answer.message)


def _type_of(order: Command | Notice) -> str:
    if isinstance(order, Notice):
        return Notice.TYPE
    try:
        return _TYPES[type(order)]
    except KeyError:
        raise TypeError(f"{type(order).__name__} is nothing that a host can order") from None


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    here = current_registry()
    if here is not None:
        yield here.store
        return
    # A connection belongs to its event loop, and a command makes a new loop for each call.
    redis = connect(settings.REDIS_URL)
    try:
        yield Store(redis, "")
    finally:
        await redis.aclose()


async def _asked(asking: Awaitable[Any]) -> Any:
    try:
        return await asking
    except AWAY as error:
        raise Unavailable(BUSY) from error


# At the worker


def order_taker(registry: Registry) -> Callable[[Message], None]:
    """What reads the orders that come to a worker; it answers each when it is carried out."""

    def take(message: Message) -> None:
        what = f"the order {message['order']} for room {message['code'] or '-'}"
        registry.spawn(_answer(registry, message), what)

    return take


async def _answer(registry: Registry, message: Message) -> None:
    answer = await _carry_out(registry, message["code"], message["order"], message["payload"], message["by"])
    reply = {"is_done": not isinstance(answer, _Refusal), "body": msgspec.json.encode(answer)}
    await between_processes().send(message["reply_to"], reply)
    if message["order"] == _DRAIN:
        logger.warning("%s has this worker drain", message["by"])
        os.kill(os.getpid(), signal.SIGTERM)


async def _carry_out(registry: Registry, code: str, type_: str, payload: bytes, by: str) -> msgspec.Struct:
    if type_ in (_FIGURES, _DRAIN):
        return _figures_of(registry)
    try:
        live = await registry.open(code)
    except Unavailable as error:
        return _Refusal("SERVER_BUSY", str(error))
    if live is None or live.is_stopped:
        return NO_ROOM
    return carry_out(live, type_, payload, by, registry.store.worker)


def carry_out(live: LiveRoom, type_: str, payload: bytes, by: str, worker: str) -> msgspec.Struct:
    """Do what is ordered, and say what came of it."""
    if type_ == _DESCRIBE:
        return picture_of(live, worker)
    logger.info("Room %s: %s, ordered by %s", live.code, type_, by)
    try:
        if type_ == Notice.TYPE:
            live.say(msgspec.json.decode(payload, type=Notice), "all")
        else:
            live.command(live.room.host_id, msgspec.json.decode(payload, type=COMMANDS[type_]))
    except GameError as error:
        return _Refusal(error.code, error.message)
    return Done(worker, live.room.state, live.room.state_version)


def _figures_of(registry: Registry) -> WorkerFigures:
    return WorkerFigures(
        worker=registry.store.worker,
        name=registry.store.name,
        rooms=registry.room_count,
        sockets=registry.socket_count,
        unsaved_rooms=registry.unsaved_count,
        write_lag_s=registry.write_lag_s,
        is_redis_up=registry.is_redis_up,
        is_draining=registry.is_draining,
    )
