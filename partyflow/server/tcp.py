"""Minimal TCP connection on the event loop, with the method names of asyncio's transports and protocols (ADR-17)."""

import asyncio
import contextvars
import socket

READ_BYTES = 4096
"""Bounds one read, so that a flooding client does not delay the others; clients send less at a time."""


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
        """Call `data_received` in a copy of the current context from now on."""
        self._context = contextvars.copy_context()
        if self._is_reading:
            self.resume_reading()

    def resume_reading(self) -> None:
        """Undo `pause_reading`."""
        self._is_reading = True
        if self._socket is not None:
            self._context.run(self._loop.add_reader, self._socket.fileno(), self._read)

    def pause_reading(self) -> None:
        """Stop reading; the kernel's buffers fill up and slow the peer down."""
        self._is_reading = False
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())

    def data_received(self, data: bytes) -> None:
        """Called with incoming data, at most `READ_BYTES`."""
        raise NotImplementedError

    def connection_lost(self) -> None:
        """Called once, when the connection has ended."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Write ``data``, or buffer it; dropped once the connection has ended."""
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
                self._abort_soon()  # uvloop refuses a socket that the peer has reset

    def write_eof(self) -> None:
        """Close the sending side once the buffer is empty; the connection ends when the peer closes its own."""
        self._is_eof_requested = True
        if self._unsent is None:
            self._shutdown_write()

    def abort_after(self, seconds: float) -> None:
        """Abort after ``seconds`` unless the connection has ended by then; the first call counts."""
        if self._socket is not None and self._deadline is None:
            self._deadline = self._loop.call_later(seconds, self.abort)

    def abort(self) -> None:
        """Close the connection and drop the buffer."""
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
        # Deferred, because `connection_lost` would change a room that is in the middle of a broadcast.
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
        # close() with unread data would send a reset, which discards what was written last.
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._abort_soon()
