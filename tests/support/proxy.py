"""A network that can be broken: a loopback port that leads to another one and delays, loses or cuts what goes through.

It stands for the Wi-Fi between a phone and the server, or the wire between the server and Redis.
"""

import asyncio
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65536


class Proxy:
    """Forwards TCP to a loopback port until it is told otherwise; what it is told holds for open lines and new ones."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.delay_s = 0.0
        self.swallowed_bytes = 0
        self._is_swallowing = False
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await self._server.wait_closed()

    def swallow(self) -> None:
        """Take every byte and pass none on, the end of a connection included: both ends believe in a line that is dead.

        What is swallowed is gone, so a line that was open can only be given up.
        """
        self._is_swallowing = True

    def cut(self) -> None:
        """Reset every open line, as when a router forgets them; new ones are taken."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            self._forget(line, writer)
            return
        self._writers.add(back)
        try:
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        except OSError:
            pass  # one end is gone; the other is told below
        finally:
            for end in (writer, back):
                end.transport.abort()
            self._forget(line, writer, back)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            data = await reader.read(CHUNK_BYTES)
            if self._is_swallowing:
                self.swallowed_bytes += len(data)
                if not data:
                    await asyncio.Event().wait()  # until the proxy ends: nobody is told
                continue
            if not data:
                writer.close()
                return
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            writer.write(data)
            await writer.drain()

    def _forget(self, line: "asyncio.Task[None]", *writers: asyncio.StreamWriter) -> None:
        self._lines.discard(line)
        self._writers.difference_update(writers)
