"""Client of the room RPC: commands to rooms from the administration, REST and ``manage.py rooms``.

    result = await send_command("ABC234", commands.PauseGame(), by="alice")
    result = await send_command("ABC234", commands.KickPlayer(player_id="player_002"), by="alice")
    result = await send_command("ABC234", Notice(message="The server restarts in five minutes."), by="alice")
    details = await describe("ABC234")              # RoomDetails: the live room for an administrator
    metrics = await ping("worker-1")                # WorkerMetrics
    metrics = await ping_all()                      # of every live worker; None for one that does not answer

Commands are those of a host and are executed as the host's. A room without an owner is opened by a live worker. In the
owner's own process nothing is sent. From a synchronous view: ``async_to_sync(send_command)(…)``. Raises `CommandFailed`
and its subclasses (`messages`), and `Unavailable` when Redis is down.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from django.conf import settings
from redis.asyncio import Redis

from gameplay.engine.commands import Command
from rooms.cluster import membership
from rooms.cluster.inbox import DELIVERY_ERRORS, Message, cluster_layer, reply_channel, worker_channel
from rooms.cluster.node import running_node
from rooms.cluster.registry import is_code
from rooms.cluster.room_rpc import messages as rpc
from rooms.cluster.room_rpc.handler import execute
from rooms.cluster.room_rpc.messages import (
    Answer,
    CommandResult,
    NoSuchRoom,
    NoWorkers,
    Seat,
    WorkerMetrics,
    WorkerTimeout,
)
from rooms.errors import BUSY, Unavailable
from rooms.live.room_details import RoomDetails
from rooms.protocol.messages import Notice
from rooms.storage.redis_client import REDIS_ERRORS, connect
from rooms.storage.store import Store

TIMEOUT_S = 2.0
MAX_REDIRECTS = 2

_TYPES = {command: type_ for type_, command in rpc.COMMANDS.items()}


async def send_command(code: str, command: Command | Notice, *, by: str) -> CommandResult:
    """Execute ``command`` at the room's owner. ``by`` is the operator, for the log.

    Raises `CommandFailed`, `Unavailable`.
    """
    return await _send(code, _type_of(command), msgspec.json.encode(command), by, CommandResult)


async def describe(code: str) -> RoomDetails:
    """The details of a room in its owner's memory. Raises `CommandFailed`, `Unavailable`."""
    return await _send(code, rpc.DESCRIBE, b"{}", "", RoomDetails)


async def replace_session(code: str, actor_id: str, session: str) -> Seat:
    """Replace the session of a member; ``session`` is the hash of the new one. The old one is revoked."""
    return await _send(code, rpc.REPLACE_SESSION, msgspec.json.encode(rpc.ReplaceSession(actor_id, session)), "", Seat)


async def live_workers() -> list[str]:
    """The names of the live workers, sorted. Raises `Unavailable`."""
    async with _redis() as redis:
        return sorted(await _answered(membership.live_workers(redis)))


async def live_incarnations() -> set[str]:
    """The live workers' incarnations, as in `WorkerMetrics.worker`. Raises `Unavailable`."""
    async with _redis() as redis:
        return {live.worker for live in (await _answered(membership.live_workers(redis))).values()}


async def ping(name: str) -> WorkerMetrics:
    """The metrics of a worker, by the name that outlives restarts. Raises `WorkerTimeout`, `Unavailable`."""
    return await _send_to_worker(name, rpc.METRICS, "", WorkerMetrics)


async def ping_all() -> dict[str, WorkerMetrics | None]:
    """The metrics of all live workers; None for one that does not answer. Raises `Unavailable`."""

    async def metrics_of(name: str) -> WorkerMetrics | None:
        try:
            return await ping(name)
        except WorkerTimeout:
            return None

    names = await live_workers()
    return dict(zip(names, await asyncio.gather(*map(metrics_of, names)), strict=True))


async def drain(name: str, *, by: str) -> WorkerMetrics:
    """Drain a worker and end it; its metrics before that. Raises `WorkerTimeout`, `Unavailable`."""
    return await _send_to_worker(name, rpc.DRAIN, by, WorkerMetrics)


async def _send(code: str, type_: str, payload: bytes, by: str, wanted: type[Answer]) -> Answer:
    node = running_node()
    if node is not None:
        answer = await execute(node, code, type_, payload, by)
        if not isinstance(answer, rpc.Redirect):
            return _read(answer, wanted)
        worker = answer.worker
    else:
        worker = await _locate(code)
    for _ in range(MAX_REDIRECTS):
        reply = await _request(worker, code, type_, payload, by)
        kind = rpc.REPLIES.get(reply["kind"])
        if kind is rpc.Redirect:
            worker = msgspec.json.decode(reply["body"], type=rpc.Redirect).worker
        elif kind is rpc.ErrorReply:
            return _read(msgspec.json.decode(reply["body"], type=rpc.ErrorReply), wanted)
        else:
            return msgspec.json.decode(reply["body"], type=wanted)
    raise WorkerTimeout(worker)


async def _locate(code: str) -> str:
    """The owner of the room, or any serving worker if it has none."""
    async with _redis() as redis:
        owned = await _answered(Store(redis, "").ownership(code)) if is_code(code) else None
        incarnations = (await _answered(membership.live_workers(redis))).values()
    if owned is None:
        raise NoSuchRoom
    if any(incarnation.worker == owned.worker for incarnation in incarnations):
        return str(owned.worker)
    serving = next((incarnation.worker for incarnation in incarnations if not incarnation.is_draining), None)
    if serving is None:
        raise NoWorkers
    return str(serving)


async def _send_to_worker(name: str, type_: str, by: str, wanted: type[Answer]) -> Answer:
    async with _redis() as redis:
        incarnation = (await _answered(membership.live_workers(redis))).get(name)
    if incarnation is None:
        raise WorkerTimeout(name)
    reply = await _request(incarnation.worker, "", type_, b"{}", by)
    return msgspec.json.decode(reply["body"], type=wanted)


async def _request(worker: str, code: str, type_: str, payload: bytes, by: str) -> Message:
    layer, reply_to = cluster_layer(), reply_channel()
    request = rpc.Request(command=type_, code=code, payload=payload, by=by, reply_to=reply_to)
    message = msgspec.to_builtins(request, builtin_types=(bytes,))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await layer.send(worker_channel(worker), message)
            return await layer.receive(reply_to)
    except DELIVERY_ERRORS as error:
        raise WorkerTimeout(worker) from error


def _read(answer: msgspec.Struct, wanted: type[Answer]) -> Answer:
    if isinstance(answer, wanted):
        return answer
    assert isinstance(answer, rpc.ErrorReply)  # noqa: S101 (narrows the type)
    if answer.code == rpc.BUSY_NOW:
        raise Unavailable(answer.message)
    raise NoSuchRoom if answer == rpc.NO_ROOM else rpc.CommandRejected(answer.code, answer.message)


def _type_of(command: Command | Notice) -> str:
    if isinstance(command, Notice):
        return Notice.TYPE
    try:
        return _TYPES[type(command)]
    except KeyError:
        raise TypeError(f"{type(command).__name__} is no command of a host") from None


@asynccontextmanager
async def _redis() -> AsyncIterator["Redis"]:
    node = running_node()
    if node is not None:
        yield node.store.redis
        return
    # A connection belongs to its event loop, and a management command creates a loop for each call.
    redis = connect(settings.REDIS_URL)
    try:
        yield redis
    finally:
        await redis.aclose()


async def _answered(asking: Awaitable[Any]) -> Any:
    try:
        return await asking
    except REDIS_ERRORS as error:
        raise Unavailable(BUSY) from error
