"""The end of the process, even if a thread does not end: Python waits for all threads of pools before it exits."""

import logging
import os
import signal
import sys
import threading

logger = logging.getLogger(__name__)


def exit_after(seconds: float) -> None:
    """Exit with 0 in ``seconds``, or at the next SIGINT or SIGTERM, unless the process has ended by then."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _exit())
    timer = threading.Timer(seconds, _exit)
    timer.daemon = True
    timer.start()


def _exit() -> None:
    still = [thread.name for thread in threading.enumerate() if not thread.daemon and thread.is_alive()]
    logger.warning("Ending without waiting for threads: %s", ", ".join(still))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
