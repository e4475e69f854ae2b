"""One TCP connection on the event loop, with as little around it as can be: it writes at once while it is idle."""

import asyncio
import contextvars
import socket

READ_BYTES = 4096
"""A phone says less at a time; who says more is not to keep the others waiting while it is read."""


class Wire:
    """Hands what comes to `received`, writes what it is given, and says when it is `lost`: a subclass knows what for.

    What the kernel does not take at once waits in `_unsent`, which it is up to the subclass to bound.
    """

    __slots__ = ("_context", "_deadline", "_is_hanging_up", "_is_reading", "_loop", "_socket", "_unsent")

    def __init__(self, loop: asyncio.AbstractEventLoop, connected: socket.socket) -> None:
        self._loop = loop
        self._socket: socket.socket | None = connected
        self._unsent: bytearray | None = None
        self._is_hanging_up = False
        self._deadline: asyncio.TimerHandle | None = None
        self._is_reading = True
        self.read_in_this_context()

    def read_in_this_context(self) -> None:
        """Have `received` called in the context of whoever calls this, as regards context variables."""
        self._context = contextvars.copy_context()
        if self._is_reading:
            self.read_on()

    def read_on(self) -> None:
        """Read again after `read_no_more`."""
        self._is_reading = True
        if self._socket is not None:
            self._context.run(self._loop.add_reader, self._socket.fileno(), self._read)

    def read_no_more(self) -> None:
        """Leave what comes to the kernel, which soon makes the other end wait."""
        self._is_reading = False
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())

    def received(self, data: bytes) -> None:
        """Called with what has come."""
        raise NotImplementedError

    def lost(self) -> None:
        """Called once, when nothing can come or go any more."""
        raise NotImplementedError

    def put(self, data: bytes) -> None:
        """Write ``data`` after everything that was written before; dropped if it comes too late."""
        if self._unsent is not None:
            self._unsent += data
            return
        if self._socket is None:
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose_soon()
            return
        if sent < len(data):
            self._unsent = bytearray(data[sent:])
            try:
                self._loop.add_writer(self._socket.fileno(), self._write)
            except RuntimeError:
                self._lose_soon()  # uvloop watches no socket that the peer has reset

    def hang_up(self) -> None:
        """End the connection: once everything is written, and the other end has seen that nothing follows."""
        self._is_hanging_up = True
        if self._unsent is None:
            self._say_no_more()

    def lose_within(self, seconds: float) -> None:
        """End the connection after this time at the latest."""
        if self._socket is not None and self._deadline is None:
            self._deadline = self._loop.call_later(seconds, self.lose)

    def lose(self) -> None:
        """End the connection now; what was not written never is."""
        if self._socket is None:
            return
        ended, self._socket, self._unsent = self._socket, None, None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._loop.remove_reader(ended.fileno())
        self._loop.remove_writer(ended.fileno())
        ended.close()
        self.lost()

    def _lose_soon(self) -> None:
        # Not at once: whoever is in the middle of telling a whole room must not hear of it.
        self._loop.call_soon(self.lose)

    def _read(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.received(data)
        else:
            self.lose()

    def _write(self) -> None:
        if self._socket is None or self._unsent is None:
            return
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self.lose()
            return
        del self._unsent[:sent]
        if not self._unsent:
            self._unsent = None
            self._loop.remove_writer(self._socket.fileno())
            if self._is_hanging_up:
                self._say_no_more()

    def _say_no_more(self) -> None:
        # A mere close, while something unread is on its way, would be a reset and undo what was written last.
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._lose_soon()
