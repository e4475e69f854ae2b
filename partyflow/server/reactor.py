"""Twisted's reactor on uvloop. It has to be imported before daphne, which would install another one."""

import sys
from collections.abc import Callable
from typing import Any

import uvloop
from twisted.internet import asyncioreactor, error, main


class Reactor(asyncioreactor.AsyncioSelectorReactor):
    """Twisted's asyncio reactor, adapted to how uvloop treats sockets that the peer has reset.

    uvloop reports such a socket once and raises RuntimeError when it is watched again, which would surface in the code
    that writes. Here the connection is reported as lost instead.
    """

    def addReader(self, reader: Any) -> None:  # noqa: N802 (Twisted's name)
        self._watch(super().addReader, reader)

    def addWriter(self, writer: Any) -> None:  # noqa: N802 (Twisted's name)
        self._watch(super().addWriter, writer)

    def _watch(self, add: Callable[[Any], None], selectable: Any) -> None:
        try:
            add(selectable)
        except RuntimeError:
            self.callLater(0, self._disconnectSelectable, selectable, error.ConnectionLost(), False)


def install() -> None:
    """Install the reactor, unless the process has one."""
    if "twisted.internet.reactor" not in sys.modules:
        main.installReactor(Reactor(uvloop.new_event_loop()))


install()
