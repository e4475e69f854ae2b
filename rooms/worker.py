"""The worker: composition root of everything that lives as long as the process accepts connections."""

import os
import signal

from gameplay.results.retention import purge_periodically
from gameplay.words.library import poll_for_changes
from rooms.cluster.inbox import Inbox
from rooms.cluster.node import Node, current_node, forget_node
from rooms.cluster.room_rpc.handler import command_handler
from rooms.cluster.room_rpc.messages import MESSAGE_TYPE
from rooms.network.network import watch_network
from rooms.relay.edge import Edge
from rooms.relay.messages import DOWN, UP
from rooms.relay.rebalance import Rebalancer
from rooms.relay.remote_clients import RemoteClients
from rooms.telemetry.loop_lag import measure_loop_lag


class Worker:
    """Node, relay and inbox of one process, started and stopped together."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.edge = Edge(node.store.worker, node.membership)
        self.remote_clients = RemoteClients(node)
        self.rebalancer = Rebalancer(node.registry, node.membership)
        handlers = {MESSAGE_TYPE: command_handler(node), UP: self.remote_clients.receive, DOWN: self.edge.receive}
        self.inbox = Inbox(node.store.worker, handlers, self._on_delivery_error)

    async def start(self) -> None:
        """Start the node and its services."""
        self.node.lease_guard.on_superseded = lambda: os.kill(os.getpid(), signal.SIGTERM)
        await self.node.start(
            self.node.writer.run,
            self.node.lease_guard.run,
            self.node.results.run,
            self.node.sweep_periodically,
            self.inbox.run,
            self.edge.watch,
            self.remote_clients.watch,
            self.rebalancer.watch,
            poll_for_changes,
            purge_periodically,
            measure_loop_lag,
            watch_network,
        )

    async def stop(self) -> None:
        """Hand all rooms over, close all sockets with 1012, and stop the node."""
        await self.node.hand_over()
        await self.edge.close_all()
        await self.remote_clients.flush()
        await self.edge.flush()
        await self.node.stop()

    def _on_delivery_error(self) -> None:
        self.edge.on_delivery_error()
        self.remote_clients.on_delivery_error()


_worker: Worker | None = None


def current_worker() -> Worker:
    """This process's worker. Raises `RuntimeError` in a process that has not started one."""
    if _worker is None:
        raise RuntimeError("no worker has been started in this process")
    return _worker


async def start_worker() -> None:
    """Start the worker; called before the first connection is accepted."""
    global _worker
    _worker = Worker(current_node())
    await _worker.start()


async def stop_worker() -> None:
    """Stop the worker; called when no more connections are accepted."""
    global _worker
    if _worker is not None:
        await _worker.stop()
    _worker = None
    forget_node()
