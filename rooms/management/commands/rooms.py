"""``manage.py rooms``: list, show and close rooms, list and drain workers, from a shell beside the running site."""

import asyncio
import getpass
import json
from argparse import ArgumentParser
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gameplay.engine.commands import CloseRoom
from gameplay.engine.states import RoomState
from rooms import clock
from rooms.admin.list_query import read_all, search
from rooms.cluster.room_rpc import client as room_rpc
from rooms.cluster.room_rpc.messages import WorkerMetrics
from rooms.errors import RoomError
from rooms.live.room_details import RoomDetails
from rooms.management.table import format_age, format_count, format_table, printable
from rooms.storage.room_summary import RoomSummary

MAX_EVENTS = 10
DRAIN_TIMEOUT_S = 30.0
POLL_S = 0.1

Result = TypeVar("Result")


class Command(BaseCommand):
    """Reads summaries of rooms from Redis, and calls their workers for everything else."""

    help = "List, show and close rooms; list workers and have one end."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define a subcommand for each action."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|close|workers|drain")
        listing = actions.add_parser("list", help="every room, the one with the latest activity first")
        listing.add_argument("text", nargs="?", default="", help="part of a code or of somebody's name")
        listing.add_argument("--state", choices=[state.value for state in RoomState], default="", help="only these")
        showing = actions.add_parser("show", help="one room as its worker has it")
        showing.add_argument("code")
        closing = actions.add_parser("close", help="end rooms; everybody in them is told")
        closing.add_argument("codes", nargs="+", metavar="code")
        workers = actions.add_parser("workers", help="every worker that shows signs of life")
        draining = actions.add_parser("drain", help="have a worker let its rooms go, and end")
        draining.add_argument("worker", nargs="?", default=settings.WORKER_ID, help="its WORKER_ID (%(default)s)")
        draining.add_argument("--wait", action="store_true", help="return when it has ended; fail after 30 s")
        for action in (listing, showing, workers):
            action.add_argument("--json", action="store_true", help="for machines")
        for action in (closing, draining):
            action.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        """Run an action. Errors end it with one line and the exit code 1."""
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "show": self._show,
            "close": self._close,
            "workers": self._workers,
            "drain": self._drain,
        }
        try:
            actions[action](options)
        except RoomError as error:
            raise CommandError(printable(str(error))) from error

    def _list(self, options: dict[str, Any]) -> None:
        rooms = [summary for summary in search(read_all(), options["text"]) if options["state"] in ("", summary.state)]
        if options["json"]:
            self._print_json([_public_fields(summary) for summary in rooms])
            return
        now_ms = clock.now_ms()
        head = ("CODE", "STATE", "PLAYERS", "ROUND", "SCORE", "AGE", "ACTIVE", "WORKER", "HOST")
        self._print(format_table([head, *(_summary_row(summary, now_ms) for summary in rooms)]))
        self._print(f"{len(rooms)} room{'' if len(rooms) == 1 else 's'}\n")

    def _show(self, options: dict[str, Any]) -> None:
        details = _run(room_rpc.describe(options["code"].upper()))
        if options["json"]:
            self._print_json(json.loads(msgspec.json.encode(details)))
        else:
            self._print("\n".join(_details_tables(details, clock.now_ms())))

    def _close(self, options: dict[str, Any]) -> None:
        codes = list(dict.fromkeys(code.upper() for code in options["codes"]))
        self._confirm(f"Close {', '.join(map(printable, codes))}? Whoever plays there is sent off.", options)
        failed = []
        for code in codes:
            try:
                _run(room_rpc.send_command(code, CloseRoom(), by=_operator()))
            except RoomError as error:
                failed.append(f"{code}: {error}")
            else:
                self._print(f"{code} is closed.\n")
        if failed:
            raise CommandError(printable("; ".join(failed)))

    def _workers(self, options: dict[str, Any]) -> None:
        workers = _run(room_rpc.ping_all())
        if options["json"]:
            self._print_json({name: figures and msgspec.to_builtins(figures) for name, figures in workers.items()})
            return
        head = ("WORKER", "ROOMS", "SOCKETS", "UNSAVED", "LAG", "REDIS", "DRAINING")
        self._print(format_table([head, *(_worker_row(name, figures) for name, figures in workers.items())]))

    def _drain(self, options: dict[str, Any]) -> None:
        worker = options["worker"]
        self._confirm(f"Have {printable(worker)} let its rooms go, and end?", options)
        figures = _run(room_rpc.drain(worker, by=_operator()))
        if not options["wait"]:
            load = f"{format_count(figures.rooms, 'room')} with {format_count(figures.sockets, 'socket')}"
            self._print(f"{printable(worker)} lets {load} go, and ends.\n")
            return
        try:
            _run(_wait_for_end(figures.worker))
        except TimeoutError:
            raise CommandError(f"{printable(worker)} has not ended after {DRAIN_TIMEOUT_S:.0f} s.") from None
        self._print(f"{printable(worker)} has handed {format_count(figures.rooms, 'room')} over, and ended.\n")

    def _confirm(self, question: str, options: dict[str, Any]) -> None:
        if not options["yes"] and input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was done.")

    def _print_json(self, value: Any) -> None:
        # ASCII: the reader may be a terminal, which must not interpret names.
        self._print(json.dumps(value, ensure_ascii=True, indent=2) + "\n")

    def _print(self, text: str) -> None:
        self.stdout.write(text, ending="" if text.endswith("\n") else "\n")


def _run(call: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(call)


async def _wait_for_end(incarnation: str) -> None:
    async with asyncio.timeout(DRAIN_TIMEOUT_S):
        # A later incarnation does not count: in a container it may be up again by now.
        while incarnation in await room_rpc.live_incarnations():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(POLL_S)


def _operator() -> str:
    return f"{getpass.getuser()} at a shell"


def _public_fields(summary: RoomSummary) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(summary)
    del fields["hostSession"]
    return fields


def _summary_row(summary: RoomSummary, now_ms: int) -> Sequence[object]:
    return (
        summary.room_id,
        summary.state,
        f"{summary.connected_count}/{summary.player_count}",
        summary.round_number or "-",
        " : ".join(str(points) for _, points in summary.scores) or "-",
        format_age(summary.created_at_ms, now_ms),
        format_age(summary.active_at_ms, now_ms),
        summary.worker or "-",
        summary.host_name,
    )


def _worker_row(name: str, figures: WorkerMetrics | None) -> Sequence[object]:
    if figures is None:
        return (name, "does not answer", "", "", "", "", "")
    return (
        name,
        figures.rooms,
        figures.sockets,
        figures.unsaved_rooms,
        f"{figures.write_lag_s:.1f} s",
        "up" if figures.is_redis_up else "away",
        "yes" if figures.is_draining else "no",
    )


def _details_tables(details: RoomDetails, now_ms: int) -> list[str]:
    state = details.state
    people = [
        (
            person.id,
            "host" if person.is_host else "player" if person.is_seated else "member",
            person.team_id or "-",
            person.connection_state if person.connected else f"away {format_age(person.away_since_ms or 0, now_ms)}",
            "-" if person.round_trip_ms is None else f"{person.round_trip_ms} ms",
            person.name,
        )
        for person in details.people
    ]
    events = [
        (f"#{event.sequence_id}", f"{format_age(event.at_ms, now_ms)} ago", event.type) for event in details.events
    ]
    overview = [
        ("room", details.code),
        ("state", f"{state.state.value}, version {state.state_version}{', locked' if state.locked else ''}"),
        ("worker", f"{details.worker}, epoch {details.epoch}, revision {details.revision}"),
        (
            "made",
            f"{format_age(details.created_at_ms, now_ms)} ago, saved {format_age(details.saved_at_ms, now_ms)} ago",
        ),
        ("sockets", f"{details.socket_count}, of them {format_count(details.spectator_count, 'onlooker')}"),
        *((f"team {team.id}", f"{format_count(team.score, 'point')}, {team.name}") for team in state.teams),
    ]
    head = ("WHO", "ROLE", "TEAM", "LINE", "ROUND TRIP", "NAME")
    return [format_table(overview), format_table([head, *people]), format_table(events[-MAX_EVENTS:]) if events else ""]
