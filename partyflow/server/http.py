"""HTTP requests, on daphne's: no larger, and no longer on their way, than the site has any use for; and a way out for
WebSockets.
"""

import socket
from functools import partial
from typing import Any, cast
from urllib.parse import unquote

import partyflow.server.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.tcp import Port
from twisted.internet.tcp import Server as TcpTransport
from twisted.web.http import HTTPChannel

from partyflow.server.fair_queue import AdmissionQueue
from rooms.protocol.handshake import VERSION, BadHandshake, Headers, accept_key, is_upgrade, subprotocols

MAX_BODY_BYTES = 4 * 1024 * 1024
"""A large word pack, in the administration. Otherwise whoever likes could fill the disk, where bodies are kept."""

HEADERS_TIMEOUT_S = 10
"""For the headers; and at first for their first byte, since a timeout of Twisted's takes long to shorten."""
BODY_TIMEOUT_S = 60
MAX_ACCEPTS_PER_READ = 64
KEEP_ALIVE_TIMEOUT_S = 75
"""Between two requests; longer than what a proxy keeps a connection for, lest it sends one into a closed one."""

_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedRequest(WebRequest):
    """A request whose body ends at `MAX_BODY_BYTES`: what goes on longer is answered with 413 and hung up on.

    One that asks for a WebSocket is answered by the server's `open_socket`, with the bare connection.
    """

    _received = 0

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received <= MAX_BODY_BYTES:
            super().handleContentChunk(data)
        elif not self.channel.transport.disconnecting:
            self.channel.transport.write(_TOO_LARGE)
            self.channel.loseConnection()

    def process(self) -> None:
        headers = self._headers()
        if is_upgrade(headers):
            self._upgrade(headers)
        else:
            super().process()

    def _headers(self) -> Headers:
        # A name with an underscore may be meant to pass for another one, behind a gateway that knows only those.
        return [
            (name.lower(), value)
            for name, values in self.requestHeaders.getAllRawHeaders()
            if b"_" not in name
            for value in values
        ]

    def _upgrade(self, headers: Headers) -> None:
        try:
            key = accept_key(self.method, self.clientproto, self.path, headers)
        except BadHandshake as refusal:
            self.responseHeaders.setRawHeaders(b"Sec-WebSocket-Version", [VERSION])
            self.basic_error(refusal.status, refusal.status.phrase.encode(), str(refusal))
            return
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "http_version": "1.1",
            "path": unquote(self.path.decode()),
            "raw_path": self.path,
            "root_path": "",
            "query_string": self.uri.partition(b"?")[2],
            "headers": headers,
            "client": [self.client.host, self.client.port],
            "server": [self.host.host, self.host.port],
            "subprotocols": subprotocols(headers),
        }
        self.server.open_socket(self._detach_socket(), key, scope)

    def _detach_socket(self) -> socket.socket:
        """The TCP connection, of which Twisted knows nothing any more."""
        channel, transport = self.channel, cast(TcpTransport, self.channel.transport)
        transport.stopReading()
        transport.unregisterProducer()
        connected: socket.socket = transport.socket
        self.server.connections.pop(self, None)
        transport.protocol = None  # they hold each other, and would wait for the collector
        channel.requests.clear()
        return connected


class BoundedChannel(HTTPChannel):
    """A connection on which every request has to arrive in time as a whole, however steadily it drips.

    Twisted's own waits anew after every byte, and would wait for ever.
    """

    _is_arriving = False

    def connectionMade(self) -> None:
        super().connectionMade()
        self.setTimeout(HEADERS_TIMEOUT_S)

    def resetTimeout(self) -> None:
        # Called for whatever is received; the first of it sets the one deadline.
        if not self._is_arriving and not self._handlingRequest:
            self._is_arriving = True
            self.setTimeout(HEADERS_TIMEOUT_S)

    def allHeadersReceived(self) -> None:
        self.setTimeout(BODY_TIMEOUT_S)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._is_arriving = False
        self.setTimeout(KEEP_ALIVE_TIMEOUT_S)  # which comes into force when the request has been answered
        super().allContentReceived()


class BoundedRequestFactory(HTTPFactory):
    """Makes a `BoundedRequest` of everything that is asked."""

    protocol = BoundedChannel

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel


class QueuedPort(Port):
    """Takes connections from the kernel as fast as they come, lest it drops them, and makes requests of them in their
    turn, for that costs time which a game would wait for.
    """

    @classmethod
    def on(cls, listener: socket.socket, factory: HTTPFactory, reactor: Any) -> "QueuedPort":
        """Take connections from a socket that listens already."""
        port: QueuedPort = cls._fromListeningDescriptor(reactor, listener.fileno(), listener.family, factory)
        port.startListening()
        return port

    def doRead(self) -> None:
        admission_queue: AdmissionQueue = self.factory.server.admission_queue
        for _ in range(MAX_ACCEPTS_PER_READ):
            try:
                connected, address = self.socket.accept()
            except BlockingIOError:
                return
            except OSError:
                super().doRead()  # which knows what to do when there are no files left
                return
            admission_queue.enqueue(partial(self._make_connection, connected, address))

    def _make_connection(self, connected: socket.socket, address: tuple[Any, ...]) -> None:
        channel = self.factory.buildProtocol(self._buildAddr(address))
        self.sessionno += 1
        channel.makeConnection(self.transport(connected, channel, address, self, self.sessionno, self.reactor))
