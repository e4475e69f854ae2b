"""One worker: what has to run for as long as the process takes connections."""

import os
import signal

from gameplay.results.retention import purge_periodically
from rooms.cluster.inbox import Mailbox
from rooms.cluster.node import Node, current_node, forget_node
from rooms.cluster.room_rpc import ORDER, order_taker
from rooms.relay.edge import Edge
from rooms.relay.messages import DOWN, UP
from rooms.relay.rebalance import Mover
from rooms.relay.remote_clients import Visitors


class Worker:
    """This process's rooms, and how other workers reach them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.edge = Edge(node.store.worker, node.membership)
        self.visitors = Visitors(node)
        self.mover = Mover(node, node.membership)
        handlers = {ORDER: order_taker(node), UP: self.visitors.take, DOWN: self.edge.take}
        self.mailbox = Mailbox(node.store.worker, handlers, self._lost)

    async def start(self) -> None:
        """Begin to keep rooms."""
        self.node.lease_guard.superseded = lambda: os.kill(os.getpid(), signal.SIGTERM)
        await self.node.start(
            self.mailbox.run, self.edge.watch, self.visitors.watch, self.mover.watch, purge_periodically
        )

    async def stop(self) -> None:
        """Hand all rooms over, send all clients away, and end."""
        await self.node.hand_over()
        await self.edge.close_all()
        await self.visitors.flush()
        await self.edge.flush()
        await self.node.stop()

    def _lost(self) -> None:
        self.edge.lost()
        self.visitors.lost()


_worker: Worker | None = None


def current_worker() -> Worker:
    """This process's worker. Raises `RuntimeError` in a process that has not started one."""
    if _worker is None:
        raise RuntimeError("no worker has been started in this process")
    return _worker


async def start_worker() -> None:
    """Begin to keep rooms; called before the first connection is taken."""
    global _worker
    _worker = Worker(current_node())
    await _worker.start()


async def stop_worker() -> None:
    """Write everything, send the sockets away to come back elsewhere; called when no more connections are taken."""
    global _worker
    if _worker is not None:
        await _worker.stop()
    _worker = None
    forget_node()
