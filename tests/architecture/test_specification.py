"""docs/spec.md agrees with the code: states, transitions, messages, commands, settings, error codes, close codes."""

import re
from functools import cache
from itertools import product
from pathlib import Path

import msgspec
import pytest

from gameplay.engine.game import COMMANDS, states_for
from gameplay.engine.model import MAX_PLAYERS, Settings
from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.transitions import TABLE, TICKS, Move
from rooms.protocol.catalogue import CLIENT, CLOSES, SERVER
from rooms.protocol.errors import ErrorCode

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "docs" / "spec.md"

HEADING = re.compile(r"^#+ (\d+(?:\.\d+)*)\.? (?P<title>.+)$")
ANCHOR = re.compile(r'^<a id="s([\d-]+)"></a>$')
CODE = re.compile(r"`([^`]+)`")

PASSED_THROUGH = {RoomState.ROUND_ENDED, RoomState.GAME_ENDED}
"""No command arrives in them."""

Row = tuple[RoomState | None, GameEvent, RoomState, frozenset[str], str, bool]


@cache
def sections() -> dict[str, str]:
    """The text of each section by its number, without its subsections."""
    found: dict[str, str] = {}
    number = ""
    for line in SPEC.read_text().splitlines():
        heading = HEADING.match(line)
        if heading:
            number = heading[1]
        elif line.startswith("## "):
            number = ""
        found[number] = found.get(number, "") + line + "\n"
    return found


def table(number: str) -> list[list[str]]:
    """The cells of the first table of a section, without its head."""
    lines = [line for line in sections()[number].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def codes(text: str) -> list[str]:
    return CODE.findall(text)


def states_of(cell: str) -> list[RoomState | None]:
    if cell == "–":
        return [None]
    named = [RoomState(name) for name in codes(cell)]
    return [state for state in RoomState if state not in named] if cell.startswith("every state but") else list(named)


def rows_of(cells: list[str]) -> list[Row]:
    sources, events, target, who = cells
    callers = frozenset(name.strip() for name in who.split(","))
    found: list[Row] = []
    for source, event in product(states_of(sources), codes(events)):
        if target.startswith("unchanged"):
            assert source is not None
            found.append((source, GameEvent(event), source, callers, "", "repeat" in target))
        elif "if balanced" in target:
            balanced, unbalanced = (RoomState(name) for name in codes(target))
            found.append((source, GameEvent(event), balanced, callers, "balanced", False))
            found.append((source, GameEvent(event), unbalanced, callers, "unbalanced", False))
        else:
            found.append((source, GameEvent(event), RoomState(*codes(target)), callers, "", False))
    return found


def row_of(move: Move) -> Row:
    return move.source, move.event, move.target, frozenset(map(str, move.who)), move.guard, move.repeat


def test_sections_are_numbered_in_order_and_have_anchors() -> None:
    lines = SPEC.read_text().splitlines()
    numbers = []
    for before, line in zip(["", *lines], lines, strict=False):
        heading = HEADING.match(line)
        if heading:
            anchor = ANCHOR.match(before)
            assert anchor is not None, line
            assert anchor[1].replace("-", ".") == heading[1], line
            numbers.append([int(part) for part in heading[1].split(".")])
    assert numbers == sorted(numbers)
    for chapter in range(1, numbers[-1][0] + 1):
        parts = [part for first, *rest in numbers if first == chapter for part in rest]
        assert parts == list(range(1, len(parts) + 1)), f"chapter {chapter}"


def test_all_states_are_described() -> None:
    assert [codes(row[0])[0] for row in table("1.1")] == [state.value for state in RoomState]


def test_the_transitions_are_those_of_the_engine() -> None:
    described = [row for cells in table("1.2") for row in rows_of(cells)]
    assert len(described) == len(set(described))
    assert set(described) == {row_of(move) for move in TABLE}
    ticks = {row[0] for row in table("1.2") if "tick" in row[2]}
    assert ticks == {"`ROUND_STARTING`", "`ROUND_ACTIVE`"}
    assert {GameEvent(codes(row[1])[0]) for row in table("1.2") if "tick" in row[2]} == TICKS


def test_every_message_is_in_the_catalogue_and_no_other() -> None:
    assert {name for row in table("2.2") for name in codes(row[1])} == SERVER.keys()
    assert {name for row in table("8.1") for name in codes(row[0])} == CLIENT.keys()


def test_unlogged_messages_are_those_without_a_sequence_number() -> None:
    text = sections()["2.1"].partition("without one:")[2].partition(". An event")[0]
    assert set(codes(text)) == {type_ for type_, row in SERVER.items() if not row.logged}


def test_messages_to_be_acknowledged_are_named() -> None:
    text = sections()["2.5"].partition("carry")[0]
    assert {name for name in codes(text) if name in SERVER} == {type_ for type_, row in SERVER.items() if row.needs_ack}


@pytest.mark.parametrize("cells", table("8.1"), ids=lambda cells: codes(cells[0])[0])
def test_commands_are_taken_in_the_states_of_the_engine(cells: list[str]) -> None:
    messages, _, states = cells
    for message in codes(messages):
        command = CLIENT[message].payload
        if command not in COMMANDS:
            continue
        taken = states_for(command)
        assert taken - PASSED_THROUGH == states_of_command(states) - PASSED_THROUGH, message


def states_of_command(cell: str) -> set[RoomState]:
    if cell.startswith("all but"):
        return set(RoomState) - {RoomState(name) for name in codes(cell)}
    named = {RoomState(name) for name in codes(cell.partition(";")[0])}
    if cell.startswith("before the game"):
        return named | {RoomState.ROOM_CREATED, RoomState.LOBBY, RoomState.TEAM_SETUP, RoomState.READY_TO_START}
    return named


def test_every_setting_is_described_with_its_default() -> None:
    described = {codes(row[0])[0]: row[2].replace("−", "-").strip("`") for row in table("8.2")}
    fields = {field.encode_name: field.default for field in msgspec.structs.fields(Settings)}
    assert described.keys() == fields.keys()
    assert described.pop("wordPackIds") == "the default packs of the language"
    assert described == {
        name: "null" if default is None else str(default) for name, default in fields.items() if name in described
    }


def test_every_error_code_and_close_code_is_described() -> None:
    assert sorted(name for row in table("11.1") for name in codes(row[0])) == sorted(code.value for code in ErrorCode)
    described = {int(code) for row in table("11.2") for code in row[0].split(",")}
    assert described == set(map(int, CLOSES))


def test_seats_are_as_many_as_the_engine_has() -> None:
    assert ["players, spectators", f"{MAX_PLAYERS}, 100 a room", "`ROOM_FULL`"] in table("11.3")


def test_every_part_names_code_that_exists() -> None:
    paths = [path for row in table("7") for path in codes(row[2])]
    assert len(paths) > 10
    assert not [path for path in paths if not (ROOT / path).exists()]
    tests = [path for row in table("6.4") for path in codes(row[2]) if path.startswith("tests/")]
    assert not [path for path in tests if not (ROOT / path).exists()]
