"""The engine's door: `create`, `apply`, `advance`, `next_deadline_ms`."""

from typing import Protocol

from gameplay.engine.commands import Command
from gameplay.engine.events import Emission
from gameplay.engine.model import Room, Settings, Word


class Library(Protocol):
    """The words of the packs, in memory."""

    def words(self, pack_ids: tuple[str, ...], difficulty: str, language: str) -> list[Word]:
        """All enabled words of these packs; ``difficulty`` ``mixed`` means any."""
        ...

    def has_pack(self, pack_id: str) -> bool:
        """Whether there is an enabled pack of this id."""
        ...


def create(
    code: str, host_name: str, host_session: str, settings: Settings, seed: int, now_ms: int
) -> Room:
    """A new room in ``ROOM_CREATED``; ``host_session`` is the hash of the host's secret. Raises `NameInvalid`."""
    raise NotImplementedError


def parse_settings(values: dict[str, object], base: Settings, library: Library) -> Settings:
    """``base`` with ``values`` (wire names) put in. Raises `BadSettings`."""
    raise NotImplementedError


def apply(room: Room, actor_id: str, command: Command, now_ms: int, library: Library) -> list[Emission]:
    """Carry ``command`` out and say what happened, in order. Raises `GameError` and then has changed nothing.

    For `Join` ``actor_id`` is empty; the new member's id is ``player_id`` of the returned `PlayerJoined`.
    Call `advance` first, so that what was due before ``now_ms`` has happened.
    """
    raise NotImplementedError


def advance(room: Room, now_ms: int, library: Library) -> list[Emission]:
    """Let everything happen that was due up to ``now_ms``: ticks, round ends, pauses, promotions, removals."""
    raise NotImplementedError


def next_deadline_ms(room: Room) -> int | None:
    """When `advance` has something to do next; None: not before the next command."""
    raise NotImplementedError
