"""Bounds of HTTP requests: size of the body, time of arrival, time between requests; none while the server drains."""

from typing import Any

import partyflow.server.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import HTTPFactory
from twisted.web.http import HTTPChannel

from partyflow.server.upgrade import UpgradableRequest

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Enough for a large word pack in the administration. daphne spools bodies to disk."""

HEADERS_TIMEOUT_S = 10
"""Also for the first byte: shortening a timeout makes Twisted search all of them."""
BODY_TIMEOUT_S = 60
KEEP_ALIVE_TIMEOUT_S = 75
"""Longer than proxies keep idle connections, so that none sends a request into a connection that is closing."""

TLS_HANDSHAKE = b"\x16"
"""The first byte of a browser that tries https first. Closed at once, it goes on with http without a pause."""

_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedRequest(UpgradableRequest):
    """A request that is answered with 413 and closed when its body exceeds `MAX_BODY_BYTES`.

    While the server drains it is answered with 503, and what was begun before says ``Connection: close``.
    """

    _received = 0

    def process(self) -> None:
        if self.server.is_draining:
            self.responseHeaders.setRawHeaders(b"Retry-After", [b"1"])
            self.basic_error(503, b"Service Unavailable", "The server is restarting.")
        else:
            super().process()

    def handle_reply(self, message: dict[str, Any]) -> None:
        if self.server.is_draining and message["type"] == "http.response.start":
            self.channel.persistent = False
            self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
        super().handle_reply(message)

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received <= MAX_BODY_BYTES:
            super().handleContentChunk(data)
        elif not self.channel.transport.disconnecting:
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()


class BoundedChannel(HTTPChannel):
    """A connection whose requests have one deadline for all of their headers and one for all of their body.

    Twisted's own restarts its timeout with every byte: a client that drips would keep its connection for good.
    """

    _is_arriving = False
    _has_received = False

    def connectionMade(self) -> None:
        self.factory.server.channels.add(self)
        super().connectionMade()
        self.setTimeout(HEADERS_TIMEOUT_S)

    def dataReceived(self, data: bytes) -> None:
        if not self._has_received:
            self._has_received = True
            if data.startswith(TLS_HANDSHAKE):
                self.loseConnection()
                return
        super().dataReceived(data)

    def connectionLost(self, reason: Any) -> None:
        self.factory.server.channels.discard(self)
        super().connectionLost(reason)

    def drain(self) -> None:
        """Close the connection after the request that is under way; immediately if there is none."""
        self.persistent = False
        if not self.requests:
            self.loseConnection()

    def resetTimeout(self) -> None:
        # Called for all data; the first of a request sets the deadline.
        if not self._is_arriving and not self._handlingRequest:
            self._is_arriving = True
            self.setTimeout(HEADERS_TIMEOUT_S)

    def allHeadersReceived(self) -> None:
        self.setTimeout(BODY_TIMEOUT_S)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._is_arriving = False
        self.setTimeout(KEEP_ALIVE_TIMEOUT_S)  # starts when the request has been answered
        super().allContentReceived()


class BoundedRequestFactory(HTTPFactory):
    """Makes a `BoundedChannel` of each connection, and a `BoundedRequest` of each request."""

    protocol = BoundedChannel

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel
