"""``python -m bench --rooms 100,300``: a server, and rooms of seven that all play on it at once.

With ``--churn`` everybody comes and goes for minutes, and the server's memory is watched.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench.arguments import counts, end_in_order
from bench.churn_memory import ChurnReport, watch_churn
from bench.generator_pool import LoadFailed
from bench.launcher import ServerFailed, raise_file_limit
from bench.report import Report
from bench.results_document import keep
from bench.room_creation import NotCreated
from bench.run import Load, Run
from bench.topologies import AtTheWorkers, ManyWorkers, OneServer, Site

MAX_SECONDS = 150.0
MUST_GO_ROOMS = 1000
"""More rooms than that may be too many for a machine: that is found out, and no failure. They see no storm, which would
take twice the files.
"""


def main() -> int:
    options = parse_arguments()
    raise_file_limit()
    end_in_order()
    if options.churn:
        return _churn(options)
    if options.relayed:
        (rooms,), (workers,) = options.rooms, options.workers
        runs = [_play(options, rooms, f"{how}-{rooms}-{workers}") for how in ("straight", "relayed")]
        return int(not all(runs))
    kind = "joins" if options.joins else "load"
    is_well = True
    for workers in options.workers:
        for rooms in options.rooms:
            went = _play(options, rooms, f"{kind}-{rooms}-{workers}")
            is_well &= went or rooms > MUST_GO_ROOMS
            if not went:
                break  # nor would more go
    return int(not is_well)


def _play(options: argparse.Namespace, rooms: int, name: str) -> bool:
    """One run, printed and kept; whether it went without an error."""
    load = Load(
        rooms=rooms,
        seconds=options.seconds,
        swipe_every_s=options.swipe_every,
        connecting=options.connecting,
        processes=options.generators,
        joins_per_s=options.joins,
        has_storm=options.storm and rooms <= MUST_GO_ROOMS,
    )
    with tempfile.TemporaryDirectory(prefix="pf-bench-") as directory:
        site = _site(name, Path(directory))
        try:
            site.start()
            report = asyncio.run(Run(site, load, site.tickets(rooms)).run())
        except (LoadFailed, NotCreated, ServerFailed) as error:
            print(f"{site.description}: {rooms} rooms did not go: {error}\n", flush=True)
            return False
        finally:
            site.stop()
    _publish(report, name, options)
    return not report.errors


def _churn(options: argparse.Namespace) -> int:
    (rooms,), (workers,) = options.rooms, options.workers
    name = f"churn-{rooms}-{workers}"
    with tempfile.TemporaryDirectory(prefix="pf-bench-") as directory:
        site = _site(name, Path(directory))
        try:
            site.start()
            report = asyncio.run(watch_churn(site, rooms, options.minutes, options.swipe_every))
        except (LoadFailed, ServerFailed) as error:
            sys.exit(f"bench: {error}")
        finally:
            site.stop()
    _publish(report, name, options)
    return 1 if report.errors or not report.is_flat else 0


def _site(name: str, directory: Path) -> Site:
    how, rooms, workers = name.split("-")
    if how in ("straight", "relayed"):
        return AtTheWorkers(int(workers), is_relayed=how == "relayed")
    return ManyWorkers(int(workers), int(rooms)) if int(workers) > 1 else OneServer(directory)


def _publish(report: Report | ChurnReport, name: str, options: argparse.Namespace) -> None:
    print("\n".join([*report.lines(), ""]), flush=True)
    keep(report.as_json(), name, in_docs=options.keep)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rooms", type=counts, default=[100], help="rooms of 7 sockets each; 100,300 runs both (100)")
    parser.add_argument(
        "--workers",
        type=counts,
        default=[1],
        help="so many workers behind nginx, or 1: a server alone; 1,2 runs both (1)",
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to measure, at most 150 (20)")
    parser.add_argument("--swipe-every", type=float, default=3.0, help="seconds between the swipes of a room (3)")
    parser.add_argument("--connecting", type=int, default=32, help="rooms that come in at the same time (32)")
    parser.add_argument("--generators", type=int, help="load-generating processes (one for each 10,500 sockets)")
    parser.add_argument("--joins", type=float, default=0.0, help="sockets a second that come in anew meanwhile (0)")
    parser.add_argument("--storm", action="store_true", help="in the end cut all sockets at once and time their return")
    parser.add_argument(
        "--relayed",
        action="store_true",
        help="workers without nginx: first all sockets at the right one, then all players at the wrong one",
    )
    parser.add_argument("--churn", action="store_true", help="people and rooms come and go; watch the memory")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long with --churn (30)")
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/benchmarks.md")
    options = parser.parse_args()
    if not 0 < options.seconds <= MAX_SECONDS:
        parser.error(f"a round lasts 180 s: --seconds must be at most {MAX_SECONDS:.0f}")
    if options.relayed and options.workers == [1]:
        options.workers = [2]
    if (options.relayed or options.churn) and (len(options.rooms) > 1 or len(options.workers) > 1):
        parser.error("--relayed and --churn take one number of rooms and of workers")
    return options


if __name__ == "__main__":
    sys.exit(main())
