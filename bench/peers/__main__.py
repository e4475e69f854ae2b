"""``python -m bench.peers``: PartyFlow and others do the same room job in turn, and what a delivery costs each."""

import argparse
import asyncio
import shlex
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.arguments import counts, end_in_order
from bench.generator_pool import LoadFailed
from bench.launcher import ServerFailed, raise_file_limit
from bench.peers.comparison import OURS, Comparison
from bench.peers.servers import StockChannels, install_node_servers, node_server
from bench.report import Report
from bench.results_document import keep
from bench.room_creation import NotCreated
from bench.run import Load, Run
from bench.topologies import OneServer, Site

SITES: dict[str, Callable[[Path], Site]] = {
    OURS: OneServer,
    "Node ws": partial(node_server, description="Node ws", wire="plain", script="ws.js"),
    "socket.io": partial(node_server, description="socket.io", wire="socket.io", script="socket-io.js"),
    "Colyseus": partial(node_server, description="Colyseus", wire="colyseus", script="colyseus.js"),
    "stock Channels": StockChannels,
}


AT_MOST = {"stock Channels": 120}
"""Rooms beyond which one of them falls over: a CPU is taken, swipes take seconds, results get lost."""


def main() -> int:
    options = parse_arguments()
    raise_file_limit()
    end_in_order()
    try:
        install_node_servers()
    except ServerFailed as error:
        sys.exit(f"bench: {error}")
    went = [_compare(options, rooms) for rooms in options.rooms]
    return int(not all(went))


def _compare(options: argparse.Namespace, rooms: int) -> bool:
    """All of them in turn, printed and kept; whether all went without an error."""
    load = Load(rooms=rooms, seconds=options.seconds)
    names = [name for name in options.only or SITES if rooms <= AT_MOST.get(name, rooms)]
    reports: dict[str, Report] = {}
    for name in names:
        try:
            reports[name] = _measure(SITES[name], load)
        except (LoadFailed, NotCreated, ServerFailed) as error:
            print(f"{name}: {rooms} rooms did not go: {error}\n", flush=True)
        else:
            print("\n".join([*reports[name].lines(), ""]), flush=True)
    if not reports:
        return False
    comparison = Comparison(shlex.join(["python", "-m", "bench.peers", *sys.argv[1:]]), rooms, reports)
    print("\n".join([*comparison.lines(), ""]), flush=True)
    keep(comparison.as_json(), f"peers-{rooms}", in_docs=options.keep)
    return len(reports) == len(names) and not any(report.errors for report in reports.values())


def _measure(make: Callable[[Path], Site], load: Load) -> Report:
    with tempfile.TemporaryDirectory(prefix="pf-bench-") as directory:
        site = make(Path(directory))
        try:
            site.start()
            return asyncio.run(Run(site, load, site.tickets(load.rooms)).run())
        finally:
            site.stop()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "--rooms",
        type=counts,
        default=[100, 500],
        help="rooms of 7 sockets each (100, and 500 for who bears it)",
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to measure each, at most 150 (20)")
    parser.add_argument(
        "--only", action="append", choices=list(SITES), help="run this one; may be given more than once"
    )
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
