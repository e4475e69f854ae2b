"""A channel layer inside one process: a group is a dict, and a listener can be called instead of queued for."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

Deliver = Callable[[Any], object]


class LocalChannelLayer(BaseChannelLayer):
    """The whole channels API for consumers of this process, and direct delivery for those that ask for it.

    A channel with an attached listener has no queue: what is sent to it is handed over on the spot, as it is. Any other
    channel holds up to its capacity for whoever receives. Messages are not copied; nobody may change them.
    """

    extensions = ["groups", "flush"]

    def __init__(self, capacity: int = 100, channel_capacity: dict[Any, int] | None = None) -> None:
        super().__init__(capacity=capacity)
        self.channel_capacity = self.compile_capacities(channel_capacity or {})
        self._listeners: dict[str, Deliver] = {}
        self._queues: dict[str, _Mailbox] = {}
        self._groups: dict[str, dict[str, Deliver | None]] = {}
        self._memberships: dict[str, set[str]] = {}

    def attach(self, channel: str, deliver: Deliver) -> None:
        """Call ``deliver(message)`` for each message to ``channel`` from now on."""
        self._listeners[channel] = deliver
        for group in self._memberships.get(channel, ()):
            self._groups[group][channel] = deliver

    def detach(self, channel: str) -> None:
        """Forget ``channel``: its listener, what waits for it, and its groups."""
        self._listeners.pop(channel, None)
        self._queues.pop(channel, None)
        for group in tuple(self._memberships.get(channel, ())):
            self.leave(group, channel)

    def join(self, group: str, channel: str) -> None:
        """Put ``channel`` into ``group``, at once."""
        self._groups.setdefault(group, {})[channel] = self._listeners.get(channel)
        self._memberships.setdefault(channel, set()).add(group)

    def leave(self, group: str, channel: str) -> None:
        """Take ``channel`` out of ``group``, at once."""
        members = self._groups.get(group)
        if members is None or channel not in members:
            return
        del members[channel]
        if not members:
            del self._groups[group]
        groups = self._memberships[channel]
        groups.discard(group)
        if not groups:
            del self._memberships[channel]

    def broadcast(self, group: str, message: Any) -> None:
        """Hand ``message`` to everybody in ``group``, in the order of joining. A full channel misses it."""
        members = self._groups.get(group, {})
        for channel, deliver in tuple(members.items()):
            if channel not in members:
                continue  # a listener told before has sent this one away
            if deliver is not None:
                deliver(message)
            else:
                self._mailbox(channel).offer(message)

    def members(self, group: str) -> tuple[str, ...]:
        """The channels in ``group``, in the order of joining."""
        return tuple(self._groups.get(group, ()))

    # The channels API

    async def new_channel(self, prefix: str = "local") -> str:
        """A channel name that nobody else has."""
        return f"{prefix}!{secrets.token_hex(8)}"

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Send to one channel. Raises `ChannelFull`."""
        self.require_valid_channel_name(channel)
        deliver = self._listeners.get(channel)
        if deliver is not None:
            deliver(message)
        elif not self._mailbox(channel).offer(message):
            raise ChannelFull(channel)

    async def receive(self, channel: str) -> dict[str, Any]:
        """The next message of ``channel``, waiting for one."""
        self.require_valid_channel_name(channel)
        mailbox = self._mailbox(channel)
        mailbox.readers += 1
        try:
            return await mailbox.take()
        finally:
            mailbox.readers -= 1
            if mailbox.is_unused and self._queues.get(channel) is mailbox:
                del self._queues[channel]

    async def group_add(self, group: str, channel: str) -> None:
        """Put ``channel`` into ``group``."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        self.join(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Take ``channel`` out of ``group``."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        self.leave(group, channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to everybody in ``group``. A full channel misses it."""
        self.require_valid_group_name(group)
        self.broadcast(group, message)

    async def flush(self) -> None:
        """Forget everything."""
        self._listeners.clear()
        self._queues.clear()
        self._groups.clear()
        self._memberships.clear()

    def _mailbox(self, channel: str) -> "_Mailbox":
        mailbox = self._queues.get(channel)
        if mailbox is None:
            mailbox = self._queues[channel] = _Mailbox(self.get_capacity(channel))
        return mailbox


class _Mailbox:
    """What waits for one channel, and who waits for it."""

    def __init__(self, capacity: int) -> None:
        self.readers = 0
        self._capacity = capacity
        self._messages: deque[dict[str, Any]] = deque()
        self._arrived = asyncio.Event()

    @property
    def is_unused(self) -> bool:
        return not self._messages and not self.readers

    def offer(self, message: dict[str, Any]) -> bool:
        """Put ``message`` in; False if there is no room for it."""
        if len(self._messages) >= self._capacity:
            return False
        self._messages.append(message)
        self._arrived.set()
        return True

    async def take(self) -> dict[str, Any]:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()
