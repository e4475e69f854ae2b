"""What the commands of `bench` have in common: arguments, and an end that leaves nothing running."""

import signal


def counts(text: str) -> list[int]:
    """``100,300`` as numbers."""
    return [int(part) for part in text.split(",")]


def end_in_order() -> None:
    """From now on SIGTERM ends this command the way Ctrl-C does: servers that it has started are stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
