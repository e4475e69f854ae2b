"""The upgrade of a request to a WebSocket: takes its TCP connection away from Twisted."""

import socket
from typing import cast
from urllib.parse import unquote

import partyflow.server.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import WebRequest
from twisted.internet.tcp import Server as TcpTransport

from rooms.protocol.handshake import VERSION, BadHandshake, Headers, accept_key, is_upgrade, subprotocols


class UpgradableRequest(WebRequest):
    """A request that, if it asks for a WebSocket, hands its socket over to the server's `open_websocket`."""

    def process(self) -> None:
        headers = self._headers()
        if is_upgrade(headers):
            self._upgrade(headers)
        else:
            super().process()

    def _headers(self) -> Headers:
        # Gateways such as WSGI read X_Y as X-Y: such a name could forge a header that a proxy sets.
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
        self.server.open_websocket(self._detach_socket(), key, scope)

    def _detach_socket(self) -> socket.socket:
        """The TCP connection, which Twisted forgets."""
        channel, transport = self.channel, cast(TcpTransport, self.channel.transport)
        transport.stopReading()
        transport.unregisterProducer()
        connected: socket.socket = transport.socket
        self.server.connections.pop(self, None)
        self.server.channels.discard(channel)
        transport.protocol = None  # breaks their reference cycle
        channel.requests.clear()
        return connected
