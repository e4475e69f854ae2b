"""HTTP requests, on daphne's: no larger than what the site has any use for."""

from typing import Any

import partyflow.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import HTTPFactory, WebRequest

MAX_BODY_BYTES = 4 * 1024 * 1024
"""A large word pack, in the administration. Otherwise whoever likes could fill the disk, where bodies are kept."""

_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedRequest(WebRequest):
    """A request whose body ends at `MAX_BODY_BYTES`: what goes on longer is answered with 413 and hung up on."""

    _received = 0

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received <= MAX_BODY_BYTES:
            super().handleContentChunk(data)
        elif not self.channel.transport.disconnecting:
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()


class BoundedRequestFactory(HTTPFactory):
    """Makes a `BoundedRequest` of everything that is asked."""

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel
