"""Accepts TCP connections without delay and hands them to daphne in their turn."""

import socket
from functools import partial
from typing import Any

import partyflow.server.reactor  # noqa: F401 (installs the reactor, so it has to come before daphne)

# isort: split
from daphne.http_protocol import HTTPFactory
from twisted.internet.tcp import Port

from partyflow.server.admission_queue import AdmissionQueue

MAX_ACCEPTS_PER_READ = 64


class QueuedPort(Port):
    """A listening port that empties the kernel's accept queue at once and makes connections in the `AdmissionQueue`.

    The kernel drops connections when its queue is full; a game would wait for Twisted's protocols to be made.
    """

    @classmethod
    def on(cls, listener: socket.socket, factory: HTTPFactory, reactor: Any) -> "QueuedPort":
        """Start accepting on a socket that listens already."""
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
                super().doRead()  # handles running out of file descriptors
                return
            admission_queue.enqueue(partial(self._make_connection, connected, address))

    def _make_connection(self, connected: socket.socket, address: tuple[Any, ...]) -> None:
        channel = self.factory.buildProtocol(self._buildAddr(address))
        self.sessionno += 1
        channel.makeConnection(self.transport(connected, channel, address, self, self.sessionno, self.reactor))
