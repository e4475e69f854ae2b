"""``manage.py serve``: runs the server process, with an embedded Valkey unless REDIS_URL is set."""

import argparse
import contextlib
import io
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.core.management import BaseCommand

from partyflow.config.options import add_options
from partyflow.config.var_dir import valkey_socket_path
from partyflow.launch.embedded_valkey import EmbeddedValkey, ValkeyStartError
from partyflow.launch.last_resort import exit_after
from partyflow.launch.preflight import (
    PreflightError,
    bind_socket,
    check_redis,
    prepare_database,
    prepare_static_files,
    raise_open_file_limit,
)
from rooms.network.ip import bracket_ipv6
from rooms.network.isolation import Isolation
from rooms.network.network import WILDCARD_BINDS, Network, current_network, on_network_change
from rooms.public_urls import site_url

WHITE_ON_BLACK = "\x1b[97;40m"
RESET = "\x1b[0m"
THREADS_TIMEOUT_S = 2.0
"""For pool threads, such as an export's, that Python would wait for; the rooms are written by then."""


class Command(BaseCommand):
    """Serve until SIGINT or SIGTERM."""

    help = "Serve PartyFlow to browsers and phones until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options for ``--help``; `manage.py` has applied them already."""
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the server; exits with 1 and one line on stderr if the preflight fails."""
        # SIGTERM raises KeyboardInterrupt from here on, so that every `finally` runs.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            listener = bind_socket(settings.BIND, settings.PORT)
            prepare_database(self._report)
            prepare_static_files()
            with embedded_valkey(self._report):
                if trouble := check_redis(settings.REDIS_URL):
                    self.stderr.write(f"partyflow: {trouble}. Rooms can be opened once it does.")
                for variable in ("CACHE_URL", "CHANNELS_URL"):
                    url = getattr(settings, variable)
                    if url != settings.REDIS_URL and (trouble := check_redis(url, variable)):
                        self.stderr.write(f"partyflow: {trouble}.")
                raise_open_file_limit()
                self._run(listener)
            exit_after(THREADS_TIMEOUT_S)
        except (PreflightError, ValkeyStartError) as error:
            sys.exit(f"partyflow: {error}")
        except KeyboardInterrupt:
            sys.exit(130)

    def _report(self, line: str) -> None:
        self.stderr.write(f"partyflow: {line}.")

    def _run(self, listener: socket.socket) -> None:
        # Imported late: slow, and needless if the preflight fails.
        from partyflow.asgi import application
        from partyflow.server.server import Server
        from rooms.protocol.limits import MAX_MESSAGE_BYTES
        from rooms.worker import start_worker, stop_worker

        Server(
            application,
            listener,
            max_message_bytes=MAX_MESSAGE_BYTES,
            start=start_worker,
            stop=stop_worker,
            ready=self._on_ready,
        ).run()

    def _on_ready(self) -> None:
        self._print_banner()
        self._printed_url = site_url()
        on_network_change(self._on_network_change)

    def _on_network_change(self, _network: Network) -> None:
        if site_url() != self._printed_url:
            self._printed_url = site_url()
            self._print_banner()

    def _print_banner(self) -> None:
        url = site_url()
        lines = ["", f"  PartyFlow is ready:  {home_url()}/"]
        if urlsplit(url).hostname == "localhost":
            lines += ["  Phones can't reach it yet.", *unreachable_advice(current_network())]
        else:
            lines += [f"  On a phone:          {url}/"]
            if settings.LAN_MODE:
                lines += ["  Phones have to be in the same network as this machine."]
            lines += ["", render_qr_code(f"{url}/", self.stdout.isatty())]
        lines += ["", "  Ctrl-C ends it.", ""]
        text = "\n".join(lines)
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        self.stdout.write(text.encode(encoding, "replace").decode(encoding))
        self.stdout.flush()


@contextlib.contextmanager
def embedded_valkey(report: Callable[[str], None]) -> Iterator[None]:
    """Run the embedded Valkey for the duration of the block, unless REDIS_URL is set.

    ``report`` gets a line if its data was damaged.
    """
    if not settings.EMBEDDED_VALKEY:
        yield
        return
    valkey = EmbeddedValkey(settings.VAR_DIR / "valkey", valkey_socket_path(settings.VAR_DIR), report)
    valkey.start()
    try:
        yield
    finally:
        valkey.stop()


def home_url() -> str:
    """The URL for a browser on this machine."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    is_everywhere = settings.BIND in WILDCARD_BINDS
    return f"http://{'localhost' if is_everywhere else bracket_ipv6(settings.BIND)}:{settings.PORT}"


def unreachable_advice(network: Network) -> list[str]:
    """What to do when phones can't reach this machine, as lines for the terminal."""
    port = settings.PORT
    inner = next((each.address for each in network.candidates), "127.0.0.1")
    match network.isolation:
        case Isolation.WSL:
            return [
                "  This is WSL, whose addresses exist inside Windows alone. Either set networkingMode=mirrored in",
                "  .wslconfig, or forward the port, in a Windows terminal of an administrator:",
                f"    netsh interface portproxy add v4tov4 listenport={port} connectport={port} connectaddress={inner}",
                f"  and start with PUBLIC_URL=http://(the address of Windows):{port}",
            ]
        case Isolation.CONTAINER:
            return [
                "  This is a container, whose addresses exist inside its host alone. Publish the port and say under",
                f"  which address: docker run -p {port}:{port} -e PUBLIC_URL=http://(the host's address):{port} …",
            ]
        case Isolation.VM:
            return [
                "  This is a virtual machine behind the address of its host. Bridge its network, or forward the port",
                f"  and start with PUBLIC_URL=http://(the host's address):{port}",
            ]
        case _:
            return [
                "  There is no network, or --bind keeps phones out. An address appears here as soon as there is one.",
            ]


def render_qr_code(url: str, has_colors: bool) -> str:
    """The QR code of ``url`` as text; without colors it is made for terminals with a dark background."""
    drawn = io.StringIO()
    segno.make(url, error="L").terminal(drawn, compact=True)
    lines = drawn.getvalue().splitlines()
    return "\n".join(f"  {WHITE_ON_BLACK}{line}{RESET}" if has_colors else f"  {line}" for line in lines)
