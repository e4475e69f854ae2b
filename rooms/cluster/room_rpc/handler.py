"""Handler of the room RPC: executes commands at the worker that owns the room."""

import logging
import os
import signal
from collections.abc import Callable

import msgspec

from gameplay.engine.errors import GameError
from rooms.cluster.inbox import Message, cluster_layer
from rooms.cluster.node import Node
from rooms.cluster.ownership import Elsewhere
from rooms.cluster.room_rpc import messages as rpc
from rooms.errors import Unavailable
from rooms.live.room import LiveRoom
from rooms.live.room_details import details_of
from rooms.protocol.messages import Notice

logger = logging.getLogger(__name__)


def command_handler(node: Node) -> Callable[[Message], None]:
    """The inbox handler that executes each command in the background and replies."""

    def handle(message: Message) -> None:
        request = msgspec.convert(message, rpc.Request)
        node.spawn(_reply_to(node, request), f"command {request.command} for room {request.code or '-'}")

    return handle


async def _reply_to(node: Node, request: rpc.Request) -> None:
    answer = await execute(node, request.code, request.command, request.payload, request.by)
    reply = {"kind": rpc.KIND_OF[type(answer)], "body": msgspec.json.encode(answer)}
    await cluster_layer().send(request.reply_to, reply)
    if request.command == rpc.DRAIN:
        logger.warning("Drain requested by %s", request.by)
        os.kill(os.getpid(), signal.SIGTERM)


async def execute(node: Node, code: str, type_: str, payload: bytes, by: str) -> msgspec.Struct:
    """Execute a command at this worker; a `Redirect` if another one owns the room."""
    if type_ in (rpc.METRICS, rpc.DRAIN):
        return _metrics_of(node)
    try:
        live = await node.registry.find(code)
    except Unavailable as error:
        return rpc.ErrorReply(rpc.BUSY_NOW, str(error))
    if isinstance(live, Elsewhere):
        return rpc.Redirect(live.worker)
    if live is None or live.is_stopped:
        return rpc.NO_ROOM
    if type_ == rpc.REPLACE_SESSION:
        seat = _replace_session(live, msgspec.json.decode(payload, type=rpc.ReplaceSession))
        await node.writer.save(live)
        return seat
    return execute_in(live, type_, payload, by, node.store.worker)


def execute_in(live: LiveRoom, type_: str, payload: bytes, by: str, worker: str) -> msgspec.Struct:
    """Execute a command in a live room; the result or an `ErrorReply`."""
    if type_ == rpc.DESCRIBE:
        return details_of(live, worker)
    logger.info("Room %s: %s, commanded by %s", live.code, type_, by, extra={"room": live.code})
    try:
        if type_ == Notice.TYPE:
            live.notify(msgspec.json.decode(payload, type=Notice), "all")
        else:
            live.execute(live.room.host_id, msgspec.json.decode(payload, type=rpc.COMMANDS[type_]))
    except GameError as error:
        return rpc.ErrorReply(error.code, error.message)
    return rpc.CommandResult(worker, live.room.state, live.room.state_version)


def _replace_session(live: LiveRoom, wanted: rpc.ReplaceSession) -> rpc.Seat:
    member = live.room.members.get(wanted.actor_id)
    if member is None:
        return rpc.Seat(is_there=False)
    member.session = wanted.session
    live.revoke_session(member.id)
    return rpc.Seat(is_there=True, is_host=member.id == live.room.host_id)


def _metrics_of(node: Node) -> rpc.WorkerMetrics:
    return rpc.WorkerMetrics(
        worker=node.store.worker,
        name=node.membership.name,
        rooms=len(node.registry),
        sockets=node.registry.socket_count,
        unsaved_rooms=node.writer.unsaved_count,
        write_lag_s=node.writer.write_lag_s,
        is_redis_up=node.writer.is_redis_up,
        is_draining=node.is_draining,
    )
