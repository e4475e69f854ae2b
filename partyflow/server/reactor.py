"""Puts Twisted's reactor on uvloop. Import it before anything of daphne's, which would install a slower one."""

import sys
from collections.abc import Callable
from typing import Any

import uvloop
from twisted.internet import asyncioreactor, error, main


class Reactor(asyncioreactor.AsyncioSelectorReactor):
    """Twisted's reactor, aware of what uvloop does when a peer resets its connection.

    It reports such a socket once, then watches it no more and raises RuntimeError when it is asked to. Whoever only
    wanted to write would get that error; here the connection is lost in its turn, as Twisted's users expect.
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
    """Make it the process's reactor, unless there is one."""
    if "twisted.internet.reactor" not in sys.modules:
        main.installReactor(Reactor(uvloop.new_event_loop()))


install()
