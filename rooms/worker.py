"""One worker: what has to run for as long as the process takes connections."""

from gameplay.retention import keep_tidy
from rooms.mailbox import Mailbox
from rooms.orders import ORDER, order_taker
from rooms.registry import Registry, forget_registry, registry


async def start_worker() -> None:
    """Begin to keep rooms; called before the first connection is taken."""
    here = registry()
    await here.start(mailbox_of(here).run, keep_tidy)


async def stop_worker() -> None:
    """Write everything, send the sockets away to come back elsewhere; called when no more connections are taken."""
    await registry().stop()
    forget_registry()


def mailbox_of(here: Registry) -> Mailbox:
    """Where other processes reach the rooms of this one."""
    return Mailbox(here.store.worker, {ORDER: order_taker(here)})
