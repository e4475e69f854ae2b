"""One TCP connection on the event loop, with as little around it as can be: it writes at once while it is idle."""

import asyncio
import contextvars
import socket

READ_BYTES = 4096
"""A phone says less at a time; who says more is not to keep the others waiting while it is read."""


class TcpConnection:
    """A connected, non-blocking socket: calls `data_received` with incoming data and `connection_lost` at its end.

    Subclasses implement both. What the kernel does not take at once waits in `_unsent`, which the subclass bounds.
    """

    __slots__ = ("_context", "_deadline", "_is_eof_requested", "_is_reading", "_loop", "_socket", "_unsent")

    def __init__(self, loop: asyncio.AbstractEventLoop, connected: socket.socket) -> None:
        self._loop = loop
        self._socket: socket.socket | None = connected
        self._unsent: bytearray | None = None
        self._is_eof_requested = False
        self._deadline: asyncio.TimerHandle | None = None
        self._is_reading = True
        self.adopt_context()

    def adopt_context(self) -> None:
        """Have `data_received` called in the context of whoever calls this, as regards context variables."""
        self._context = contextvars.copy_context()
        if self._is_reading:
            self.resume_reading()

    def resume_reading(self) -> None:
        """Read again after `pause_reading`."""
        self._is_reading = True
        if self._socket is not None:
            self._context.run(self._loop.add_reader, self._socket.fileno(), self._read)

    def pause_reading(self) -> None:
        """Leave what comes to the kernel, which soon makes the other end wait."""
        self._is_reading = False
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())

    def data_received(self, data: bytes) -> None:
        """Called with what has come."""
        raise NotImplementedError

    def connection_lost(self) -> None:
        """Called once, when nothing can come or go any more."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
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
            self._abort_soon()
            return
        if sent < len(data):
            self._unsent = bytearray(data[sent:])
            try:
                self._loop.add_writer(self._socket.fileno(), self._write)
            except RuntimeError:
                self._abort_soon()  # uvloop watches no socket that the peer has reset

    def write_eof(self) -> None:
        """End the connection: once everything is written, and the other end has seen that nothing follows."""
        self._is_eof_requested = True
        if self._unsent is None:
            self._shutdown_write()

    def abort_after(self, seconds: float) -> None:
        """End the connection after this time at the latest."""
        if self._socket is not None and self._deadline is None:
            self._deadline = self._loop.call_later(seconds, self.abort)

    def abort(self) -> None:
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
        self.connection_lost()

    def _abort_soon(self) -> None:
        # Not at once: whoever is in the middle of telling a whole room must not hear of it.
        self._loop.call_soon(self.abort)

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
            self.data_received(data)
        else:
            self.abort()

    def _write(self) -> None:
        if self._socket is None or self._unsent is None:
            return
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self.abort()
            return
        del self._unsent[:sent]
        if not self._unsent:
            self._unsent = None
            self._loop.remove_writer(self._socket.fileno())
            if self._is_eof_requested:
                self._shutdown_write()

    def _shutdown_write(self) -> None:
        # A mere close, while something unread is on its way, would be a reset and undo what was written last.
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._abort_soon()
