"""Channel groups inside one process, with synchronous delivery."""

from collections.abc import Callable
from typing import Any

Deliver = Callable[[Any], object]


class LocalChannelLayer:
    """Groups of channels in one process: a channel is a callable, and a broadcast calls those of its group.

    Nothing is queued, copied or awaited: a broadcast has been delivered when the call returns, and recipients must not
    change the message. Channels builds it from ``CHANNEL_LAYERS["local"]``. It has
    no ``send``, ``receive`` and ``group_send``: consumers that want those use the layer ``default``.
    """

    def __init__(self) -> None:
        self._channels: dict[str, Deliver] = {}
        self._groups: dict[str, dict[str, Deliver]] = {}
        self._memberships: dict[str, set[str]] = {}

    def attach(self, channel: str, deliver: Deliver) -> None:
        """Open ``channel``: messages to its groups are passed to ``deliver``."""
        self._channels[channel] = deliver

    def detach(self, channel: str) -> None:
        """Close ``channel`` and remove it from its groups; does nothing if it is not open."""
        self._channels.pop(channel, None)
        for group in tuple(self._memberships.get(channel, ())):
            self.leave(group, channel)

    def join(self, group: str, channel: str) -> None:
        """Add ``channel`` to ``group``. Raises `KeyError` if the channel is not open."""
        deliver = self._channels[channel]
        self._groups.setdefault(group, {})[channel] = deliver
        self._memberships.setdefault(channel, set()).add(group)

    def leave(self, group: str, channel: str) -> None:
        """Remove ``channel`` from ``group``; does nothing if it is not a member."""
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
        """Deliver ``message`` to the channels in ``group``, in the order in which they joined."""
        members = self._groups.get(group, {})
        for channel, deliver in tuple(members.items()):
            if channel in members:  # or an earlier recipient has removed it
                deliver(message)
